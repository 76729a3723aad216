package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Money;

/**
 * What a vendor says of a payout now.
 *
 * @param handle which one
 * @param mode whether it is real money
 * @param amount sent
 * @param state how it stands
 */
public record Payout(PayoutHandle handle, Mode mode, Money amount, State state) {

    /** How a payout stands. */
    public enum State {
        /** On its way. */
        PENDING,
        /** The recipient has not taken it yet; it comes back when nobody does. */
        UNCLAIMED,
        /** The recipient has it. May still become RETURNED. */
        PAID,
        /** Never left. */
        FAILED,
        /** Came back. */
        RETURNED,
        /** A state the provider does not know. */
        UNKNOWN
    }

    public static Payout of(PayoutHandle handle, Mode mode, Money amount, State state) {
        return new Payout(handle, mode, amount, state);
    }
}
