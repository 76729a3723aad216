package coop.minga.platform.payments;

import java.util.Locale;

/** Where a refund is. */
public enum RefundState {
    /** Written down and set aside; the provider was not asked yet. */
    CREATED,
    /** The provider was or is being asked. */
    STARTING,
    /** The vendor is at work. */
    PENDING,
    /** The provider cannot tell: it is asked again. */
    UNKNOWN,
    /** On its way to where it came from. */
    SUCCEEDED,
    /** Not given back: what was set aside is the customer's again. */
    DECLINED,
    /** The vendor says something else than was asked for: a person has to look. */
    HELD;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RefundState of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    boolean isOpen() {
        return switch (this) {
            case CREATED, STARTING, PENDING, UNKNOWN -> true;
            case SUCCEEDED, DECLINED, HELD -> false;
        };
    }
}
