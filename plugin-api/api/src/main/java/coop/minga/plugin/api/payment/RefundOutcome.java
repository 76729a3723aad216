package coop.minga.plugin.api.payment;

/** How a refund stands. */
public sealed interface RefundOutcome {

    /** The money is on its way to where it came from; the vendor calls it done. */
    record Succeeded() implements RefundOutcome {}

    /** The vendor is at work. */
    record Pending() implements RefundOutcome {}

    /** No money goes back by this refund. */
    record Declined(Reason reason) implements RefundOutcome {}

    /** Cannot be told now. */
    record Unknown() implements RefundOutcome {}

    /** Why no money goes back. */
    enum Reason {
        /** More than what is left of the payment. */
        EXCEEDS_PAYMENT,
        /** The payment was never captured. */
        NOT_CAPTURED,
        /** The payer disputes the payment: the dispute decides. */
        DISPUTED,
        /** Too long ago for this vendor. */
        TOO_LATE,
        /** The card or account it came from takes nothing any more. */
        SOURCE_CLOSED,
        /** The operator's account at the vendor has not enough money. */
        INSUFFICIENT_FUNDS,
        /** The vendor does not say. */
        REFUSED_BY_PROVIDER
    }

    static RefundOutcome succeeded() {
        return new Succeeded();
    }

    static RefundOutcome pending() {
        return new Pending();
    }

    static RefundOutcome declined(Reason reason) {
        return new Declined(reason);
    }

    static RefundOutcome unknown() {
        return new Unknown();
    }
}
