package coop.minga.platform.payments;

import java.util.Locale;

/** Where a saved method is. */
enum MethodState {
    /** Written down; the provider was not asked yet. */
    CREATED,
    /** The provider was or is being asked; whether it knows of it has to be looked up. */
    STARTING,
    /** The payer has to do something. */
    REQUIRES_ACTION,
    /** The vendor or a bank is at work. */
    PENDING,
    /** The provider cannot tell: it is asked again. */
    UNKNOWN,
    /** Can be charged. */
    SAVED,
    /** Was not saved. */
    DECLINED,
    /** Something does not match what was asked for. */
    HELD,
    /** Is not charged any more; the provider is to forget it. */
    REMOVING,
    /** Forgotten. */
    REMOVED;

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static MethodState of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    /** Whether it is still on the way to be saved. */
    boolean isBeingSaved() {
        return switch (this) {
            case CREATED, STARTING, REQUIRES_ACTION, PENDING, UNKNOWN -> true;
            case SAVED, DECLINED, HELD, REMOVING, REMOVED -> false;
        };
    }

    /** Whether the provider has to be asked again by itself. */
    boolean isOpen() {
        return isBeingSaved() || this == REMOVING;
    }
}
