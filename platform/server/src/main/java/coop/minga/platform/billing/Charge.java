package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Time that was charged, with the terms it was charged by.
 *
 * @param span which span of time
 * @param price for one period of the component, once, or for some units of use
 * @param priceSeconds what time the price covers; null for what is not paid by time
 * @param quantity units of use beyond what was included; null for what is not a use
 * @param from the first moment
 * @param to the first moment that is not part of it
 * @param amount what was taken
 * @param refunded what of it was given back
 * @param credited what of that is on paper
 * @param transfer the ledger's transfer
 * @param opened when its terms were agreed: its price is of that moment
 * @param rule by which the amount was split
 */
public record Charge(
        UUID span,
        SubscriptionId subscription,
        TeamId team,
        AccountId account,
        InstanceId instance,
        PlanId plan,
        PriceComponent component,
        Money price,
        @Nullable Long priceSeconds,
        @Nullable Long quantity,
        Instant from,
        Instant to,
        Money amount,
        Money refunded,
        Money credited,
        @Nullable UUID transfer,
        Instant opened,
        SplitRule rule) {

    public long seconds() {
        return Duration.between(from, to).toSeconds();
    }

    /** What was given back and is not on paper yet. */
    public Money uncredited() {
        return refunded.minus(credited);
    }
}
