package coop.minga.platform.billing;

import coop.minga.platform.InstanceId;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;

/**
 * A subscription as others see it.
 *
 * @param id its id
 * @param instance what it pays for
 * @param team who pays
 * @param plan what plan it is of
 * @param state where it stands
 * @param component how it is paid for
 * @param price for one period
 * @param metering whether an hourly meter runs now
 * @param expiry when a slot ends, or null
 * @param costSoFar what was taken less what was given back, and what an hourly meter has run up
 *     since
 */
public record SubscriptionView(
        SubscriptionId id,
        InstanceId instance,
        TeamId team,
        PlanId plan,
        SubscriptionState state,
        PriceComponent.Base component,
        Money price,
        boolean metering,
        @Nullable Instant expiry,
        Money costSoFar) {

    /** When a slot ends; empty for hourly subscriptions and before activation. */
    public Optional<Instant> expiresAt() {
        return Optional.ofNullable(expiry);
    }
}
