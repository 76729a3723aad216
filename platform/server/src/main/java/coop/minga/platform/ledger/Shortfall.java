package coop.minga.platform.ledger;

import coop.minga.plugin.api.Money;

/**
 * The accounts do not have that much. Nothing was written and the caller's transaction can go on.
 */
public final class Shortfall extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Money asked;
    private final transient Money available;

    Shortfall(Money asked, Money available) {
        super("Asked for " + asked + ", available " + available);
        this.asked = asked;
        this.available = available;
    }

    public Money asked() {
        return asked;
    }

    /** What there was to take. */
    public Money available() {
        return available;
    }
}
