package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.UUID;

/**
 * A subscription's row.
 *
 * @param reason why it stands where it stands, as a code
 * @param version counts the changes: each is a compare-and-set
 * @param holdId funds set aside for what comes next; none for what costs nothing
 * @param meteredFrom from when time is not yet charged; none while paused and for slots
 */
record Subscription(
        SubscriptionId id,
        TeamId team,
        AccountId account,
        OrderId order,
        InstanceId instance,
        PlanId plan,
        PriceComponent component,
        Money price,
        RefundRule refundRule,
        String splitRule,
        int splitVersion,
        SubscriptionState state,
        String reason,
        int version,
        @Nullable UUID holdId,
        @Nullable Instant meteredFrom,
        @Nullable Instant expiresAt,
        @Nullable Instant activatedAt,
        @Nullable Instant endedAt) {

    Subscription in(SubscriptionState newState, String newReason) {
        return with(newState, newReason, holdId, meteredFrom, expiresAt, activatedAt, endedAt);
    }

    Subscription metering(@Nullable UUID hold, @Nullable Instant from) {
        return with(state, reason, hold, from, expiresAt, activatedAt, endedAt);
    }

    Subscription until(Instant expiry) {
        return with(state, reason, holdId, meteredFrom, expiry, activatedAt, endedAt);
    }

    Subscription activated(Instant at) {
        return with(state, reason, holdId, meteredFrom, expiresAt, at, endedAt);
    }

    Subscription ended(Instant at) {
        return with(state, reason, holdId, meteredFrom, expiresAt, activatedAt, at);
    }

    /** The same terms in another standing. */
    private Subscription with(
            SubscriptionState newState,
            String newReason,
            @Nullable UUID hold,
            @Nullable Instant from,
            @Nullable Instant expiry,
            @Nullable Instant activation,
            @Nullable Instant end) {
        return new Subscription(
                id,
                team,
                account,
                order,
                instance,
                plan,
                component,
                price,
                refundRule,
                splitRule,
                splitVersion,
                newState,
                newReason,
                version,
                hold,
                from,
                expiry,
                activation,
                end);
    }

    /** When something has to happen by itself, or null for never. */
    @Nullable Instant due() {
        if (state != SubscriptionState.ACTIVE) {
            return null;
        }
        return switch (component) {
            case PriceComponent.Hour hour ->
                    meteredFrom == null ? null : meteredFrom.plus(hour.period());
            case PriceComponent.Slot slot -> expiresAt;
        };
    }
}
