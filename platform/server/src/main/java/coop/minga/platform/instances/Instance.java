package coop.minga.platform.instances;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Size;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An instance as it stands in the books.
 *
 * @param planName JSON, by language, as it was when ordered
 * @param productName the same of its product
 * @param offering the provider whose blueprint made it
 * @param machineName what the backend calls it
 * @param secrets how many were made for it
 * @param desired {@code running}, {@code stopped} or {@code gone}
 * @param action what is being done to it now, or null
 * @param actionTarget the state a stop leads to when it is not {@code stopped}, or null
 * @param liveKey the key of the placement that carries it, or null
 * @param activatedAt when it first ran, or null
 */
public record Instance(
        InstanceId id,
        TeamId teamId,
        AccountId accountId,
        OrderId orderId,
        PlanId planId,
        String planCode,
        String planName,
        String productName,
        String offering,
        String name,
        String machineName,
        int cpuMillis,
        int memoryMb,
        int diskMb,
        List<String> needs,
        byte[] request,
        String config,
        String safety,
        boolean isPublic,
        int secrets,
        @Nullable Instant revealedAt,
        InstanceState state,
        String reasonCode,
        String reasonEn,
        String reasonEs,
        Instant since,
        long version,
        String desired,
        @Nullable String action,
        @Nullable String actionKey,
        @Nullable Instant actionAt,
        @Nullable String actionTarget,
        @Nullable String liveKey,
        int misses,
        Instant createdAt,
        @Nullable Instant activatedAt,
        @Nullable Instant endedAt) {

    public Size size() {
        return new Size(cpuMillis, memoryMb, diskMb);
    }

    public Reason reason() {
        return new Reason(reasonCode, Text.of(reasonEn, reasonEs));
    }

    /** Whether it ever ran, and so whether it was paid for. */
    public boolean activated() {
        return activatedAt != null;
    }

    public Optional<String> pendingAction() {
        return Optional.ofNullable(action);
    }

    /** The row after a change of state. */
    Instance moved(InstanceState to, Reason why, Instant at) {
        return new Instance(
                id,
                teamId,
                accountId,
                orderId,
                planId,
                planCode,
                planName,
                productName,
                offering,
                name,
                machineName,
                cpuMillis,
                memoryMb,
                diskMb,
                needs,
                request,
                config,
                safety,
                isPublic,
                secrets,
                revealedAt,
                to,
                why.code(),
                why.text().in("en"),
                why.text().in("es"),
                state == to ? since : at,
                version + 1,
                desired,
                action,
                actionKey,
                actionAt,
                actionTarget,
                liveKey,
                misses,
                createdAt,
                activatedAt,
                endedAt);
    }
}
