package coop.minga.platform.instances;

import com.fasterxml.jackson.annotation.JsonProperty;

import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An instance as its owner sees it.
 *
 * @param since when it came into its state
 * @param expiresAt when the time paid for ends; absent for metered ones
 * @param costSoFar what it has cost until now
 * @param config what was chosen at the order, without secrets
 * @param pending the action under way; absent for none
 * @param actions what can be done to it now
 * @param capabilities what its backend can do for it: {@code console}, {@code logs}, …
 * @param hasCredentials whether secrets wait to be revealed
 */
public record InstanceView(
        InstanceId id,
        String name,
        InstanceState state,
        ReasonView reason,
        Instant since,
        PlanSummary plan,
        List<EndpointView> endpoints,
        @Nullable Instant expiresAt,
        @Nullable Amount costSoFar,
        OrderId orderId,
        Map<String, Object> config,
        @Nullable String pending,
        List<String> actions,
        Set<String> capabilities,
        boolean hasCredentials,
        @JsonProperty("public") boolean isPublic,
        Instant createdAt) {

    /** An amount on the wire. */
    public record Amount(long amountMinor, String asset) {
        public static Amount of(Money money) {
            return new Amount(money.minor(), money.asset().code());
        }
    }

    /**
     * @param code stable
     * @param text in the reader's language
     */
    public record ReasonView(String code, String text) {}

    /** The plan it was ordered as. */
    public record PlanSummary(PlanId id, String code, String name, Resources resources) {}

    /** What it has. */
    public record Resources(double vcpu, int memoryMb, double diskGb) {}

    /**
     * @param kind {@code http}, or {@code tcp} for ports that are reached from inside only
     * @param url the origin; absent for {@code tcp}
     */
    public record EndpointView(String name, String kind, int port, @Nullable String url) {}
}
