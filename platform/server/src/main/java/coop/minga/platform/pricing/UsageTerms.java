package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;

/**
 * What is paid for use.
 *
 * @param metric what is counted, for example {@code traffic}
 * @param unit in what, for example {@code GB}
 * @param included how many units a period has for nothing
 * @param price of {@code per} units beyond
 * @param per above zero
 */
public record UsageTerms(String metric, String unit, long included, Money price, long per) {

    public UsageTerms {
        if (included < 0 || per < 1 || price.isNegative()) {
            throw new IllegalArgumentException(
                    "Usage is not paid for with " + included + "/" + per);
        }
    }

    /**
     * What a use costs.
     *
     * @param used all of it
     * @param billable beyond what was included before it
     * @param amount for what is billable
     */
    public record Charge(long used, long billable, Money amount) {}

    /** A whole period's use. */
    public Charge charge(long used) {
        return between(0, used);
    }

    /**
     * What was used between two readings of one period. However a period is cut, its pieces sum to
     * what the whole costs, for each is the difference of two whole charges.
     *
     * @param before the earlier reading, 0 at the start of the period
     * @param after the later reading
     */
    public Charge between(long before, long after) {
        if (before < 0 || after < before) {
            throw new IllegalArgumentException(
                    "A meter does not go from " + before + " to " + after);
        }
        return new Charge(
                after - before, beyond(after) - beyond(before), cost(after).minus(cost(before)));
    }

    private long beyond(long used) {
        return Math.max(0, used - included);
    }

    private Money cost(long used) {
        return new Money(Ratio.halfUp(price.minor(), beyond(used), per), price.asset());
    }
}
