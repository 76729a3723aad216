package coop.minga.platform.payments;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Where a payment is. */
public enum PaymentState {
    /** Written down; the provider was not asked yet. */
    CREATED,
    /** The provider was or is being asked; whether it knows of it has to be looked up. */
    STARTING,
    /** The payer has to do something. */
    REQUIRES_ACTION,
    /** The payer agreed; the money is about to be taken. */
    AUTHORIZED,
    /** The vendor or a bank is at work. */
    PENDING,
    /** The provider cannot tell: it is asked again. */
    UNKNOWN,
    /** Paid and credited. */
    SUCCEEDED,
    /** Not paid. Money that comes nevertheless is still credited. */
    DECLINED,
    /** Something does not match what was asked for: credited by nobody but a person. */
    HELD;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The ids of all states, by which lists are filtered. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(PaymentState::id).toList();
    }

    static PaymentState of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }

    /** Whether it is asked for until something becomes of it. */
    boolean isOpen() {
        return switch (this) {
            case CREATED, STARTING, REQUIRES_ACTION, AUTHORIZED, PENDING, UNKNOWN -> true;
            case SUCCEEDED, DECLINED, HELD -> false;
        };
    }
}
