package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Money;

import java.time.Instant;
import java.util.Optional;

/**
 * What a vendor says of a dispute now.
 *
 * @param handle which one
 * @param payment about which payment
 * @param mode whether it is about real money
 * @param amount disputed
 * @param state how it stands
 * @param reason why the payer disputes
 * @param openedAt when
 * @param answerBy until when evidence is taken, where the vendor says so
 */
public record Dispute(
        DisputeHandle handle,
        PaymentHandle payment,
        Mode mode,
        Money amount,
        State state,
        Reason reason,
        Instant openedAt,
        Optional<Instant> answerBy) {

    /** How a dispute stands. */
    public enum State {
        /** The bank asks; no money was taken back yet. */
        INQUIRY,
        /** The money was taken back; evidence is awaited. */
        NEEDS_ANSWER,
        /** The bank is thinking. */
        UNDER_REVIEW,
        /** The money is ours again. */
        WON,
        /** The money is the payer's. */
        LOST,
        /** Ended without a verdict and without money moving. */
        CLOSED,
        /** A state the provider does not know. */
        UNKNOWN
    }

    /** Why a payer disputes. */
    public enum Reason {
        FRAUDULENT,
        NOT_RECEIVED,
        NOT_AS_DESCRIBED,
        DUPLICATE,
        CANCELED,
        NOT_RECOGNIZED,
        OTHER
    }

    public static Dispute of(
            DisputeHandle handle,
            PaymentHandle payment,
            Mode mode,
            Money amount,
            State state,
            Reason reason,
            Instant openedAt) {
        return new Dispute(
                handle, payment, mode, amount, state, reason, openedAt, Optional.empty());
    }

    public Dispute withAnswerBy(Instant until) {
        return new Dispute(
                handle, payment, mode, amount, state, reason, openedAt, Optional.of(until));
    }
}
