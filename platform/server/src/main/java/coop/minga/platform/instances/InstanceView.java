package coop.minga.platform.instances;

import com.fasterxml.jackson.annotation.JsonProperty;

import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.billing.SubscriptionView;
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
 * @param price for one period; absent before it is sold
 * @param costSoFar what it has cost until now
 * @param config what was chosen at the order, without secrets
 * @param pending the action under way; absent for none
 * @param actions what can be done to it now
 * @param capabilities what its backend can do for it: {@code console}, {@code logs}, …
 * @param hasCredentials whether secrets wait to be revealed
 * @param account whose it is; only in operators' lists
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
        @Nullable PriceView price,
        @Nullable Amount costSoFar,
        OrderId orderId,
        Map<String, Object> config,
        @Nullable String pending,
        List<String> actions,
        Set<String> capabilities,
        boolean hasCredentials,
        @JsonProperty("public") boolean isPublic,
        Instant createdAt,
        Owners.@Nullable Owner account) {

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

    /**
     * @param component how it is paid for: {@code hour}, {@code slot24h}
     * @param per what one price covers: {@code hour}, {@code 24h}
     */
    public record PriceView(String component, long amountMinor, String asset, String per) {
        static PriceView of(SubscriptionView subscription) {
            Money price = subscription.price();
            return new PriceView(
                    subscription.component().code(),
                    price.minor(),
                    price.asset().code(),
                    subscription.component().per());
        }
    }

    /**
     * The plan it was ordered as.
     *
     * @param offering the provider whose blueprint made it
     */
    public record PlanSummary(
            PlanId id,
            String code,
            String name,
            String productName,
            String offering,
            Resources resources) {}

    /** What it has. */
    public record Resources(double vcpu, int memoryMb, double diskGb) {}

    /**
     * @param kind {@code http}, or {@code tcp} for ports that are reached from inside only
     * @param url the origin; absent for {@code tcp}
     */
    public record EndpointView(String name, String kind, int port, @Nullable String url) {}
}
