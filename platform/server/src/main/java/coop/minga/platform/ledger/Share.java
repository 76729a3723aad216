package coop.minga.platform.ledger;

import coop.minga.plugin.api.Money;

/**
 * Where a part of held or captured funds goes.
 *
 * @param account who gets it
 * @param amount above zero
 * @param rule the split rule it came from, or empty
 */
public record Share(LedgerAccount account, Money amount, String rule) {

    public Share {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException("A share is above zero, not " + amount);
        }
    }
}
