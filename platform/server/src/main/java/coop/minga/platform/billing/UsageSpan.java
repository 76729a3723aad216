package coop.minga.platform.billing;

import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.UUID;

/**
 * A span of time that was charged.
 *
 * @param what what was charged
 * @param refunded what was given back of it
 * @param transfer the ledger's transfer; none for what cost nothing
 */
record UsageSpan(UUID id, Charging what, Money refunded, @Nullable UUID transfer) {

    /**
     * What is to be charged.
     *
     * @param component what for
     * @param from the first moment
     * @param to the first moment that is not part of it
     * @param price of which the amount is a part
     * @param priceSeconds what time the price covers; null for what is not paid by time
     * @param quantity units of use; null for what is not a use
     * @param amount what is taken
     */
    record Charging(
            PriceComponent component,
            Instant from,
            Instant to,
            Money price,
            @Nullable Long priceSeconds,
            @Nullable Long quantity,
            Money amount) {

        /** Time, at the price of a time that may be longer. */
        static Charging time(
                Subscription s, Instant from, Instant to, long priceSeconds, Money amount) {
            return new Charging(s.component(), from, to, s.price(), priceSeconds, null, amount);
        }
    }

    Instant from() {
        return what.from();
    }

    Instant to() {
        return what.to();
    }

    Money amount() {
        return what.amount();
    }
}
