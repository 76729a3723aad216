package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;

import java.time.Duration;
import java.time.Instant;

/**
 * What a change in the middle of a paid period costs. The dry run and the change itself are the
 * same call.
 *
 * @param used of what was paid, for the time that is over
 * @param credit the rest of what was paid: used and credit sum to it
 * @param charge for the rest of the period at the new price; zero for a cancellation
 */
public record Proration(Money used, Money credit, Money charge) {

    /** What is to be paid now; below zero it is given back. */
    public Money due() {
        return charge.minus(credit);
    }

    /**
     * Another price from a moment on.
     *
     * @param period paid for
     * @param paid for the whole period
     * @param price what the whole period would cost from now on
     * @param at when; before the period it counts as its start, after it as its end
     */
    public static Proration change(Anchor.Period period, Money paid, Money price, Instant at) {
        Money credit = left(period, paid, at);
        return new Proration(paid.minus(credit), credit, left(period, price, at));
    }

    /** The end from a moment on. */
    public static Proration cancel(Anchor.Period period, Money paid, Instant at) {
        return change(period, paid, Money.zero(paid.asset()), at);
    }

    private static Money left(Anchor.Period period, Money amount, Instant at) {
        long used = Math.max(0, Duration.between(period.from(), at).toSeconds());
        return Pricing.unused(amount, period.seconds(), used);
    }
}
