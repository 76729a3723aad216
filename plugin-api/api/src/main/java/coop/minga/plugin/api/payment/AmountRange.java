package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

/**
 * The amounts of one asset that a provider takes, both ends included.
 *
 * @param least above zero
 * @param most at least {@code least}, of the same asset
 */
public record AmountRange(Money least, Money most) {

    public AmountRange {
        if (!least.isPositive() || most.compareTo(least) < 0) {
            throw new IllegalArgumentException(
                    "A range goes from above zero upwards, not from " + least + " to " + most);
        }
    }

    /**
     * @param least in minor units
     * @param most in minor units
     */
    public static AmountRange of(Asset asset, long least, long most) {
        return new AmountRange(Money.of(least, asset), Money.of(most, asset));
    }

    public Asset asset() {
        return least.asset();
    }

    public boolean holds(Money amount) {
        return amount.asset().equals(asset())
                && amount.compareTo(least) >= 0
                && amount.compareTo(most) <= 0;
    }
}
