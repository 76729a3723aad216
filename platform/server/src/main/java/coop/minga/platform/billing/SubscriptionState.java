package coop.minga.platform.billing;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;

/** Where a subscription stands. */
public enum SubscriptionState {
    /** Funds are held; the machine is not there yet. */
    PENDING_ACTIVATION,
    /** Paid for; hourly ones may be paused while the machine is stopped. */
    ACTIVE,
    /** A payment is due and being collected. */
    PAST_DUE,
    /** Funds ran out; the machine is stopped until they are there again. */
    SUSPENDED,
    /** Ended, or never activated. */
    CANCELLED,
    /** The slot is over. */
    EXPIRED;

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
