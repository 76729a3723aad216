package coop.minga.platform.ledger;

import coop.minga.plugin.api.Money;

/**
 * What an account has.
 *
 * @param posted all that came in less all that went out
 * @param held the part of it that is set aside
 */
public record Balance(Money posted, Money held) {

    /** What can be spent. */
    public Money available() {
        return posted.minus(held);
    }
}
