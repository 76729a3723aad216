package coop.minga.platform.ledger;

import java.util.Locale;

/** What a recorded transfer does to balances. */
public enum Phase {
    /** Moves at once. */
    FINAL,
    /** Sets aside. */
    HOLD,
    /** Moves all or part of a hold and frees the rest. */
    POST,
    /** Frees a hold. */
    VOID,
    /** Moves back what an earlier transfer moved. */
    REVERSAL;

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Phase of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }
}
