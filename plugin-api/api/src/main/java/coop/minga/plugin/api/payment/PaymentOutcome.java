package coop.minga.plugin.api.payment;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * How a payment stands. A state of the vendor's that the provider does not know is {@link Unknown},
 * never a guess: the host asks again.
 */
public sealed interface PaymentOutcome {

    /** The money was taken. */
    record Succeeded() implements PaymentOutcome {}

    /**
     * The payer agreed and nothing is taken until the host captures. Where the provider can {@link
     * Ability#AUTHORIZE} the money is reserved.
     *
     * @param until when the agreement ends, where the vendor says so
     */
    record Authorized(Optional<Instant> until) implements PaymentOutcome {}

    /** The vendor or a bank is at work; nobody has to do anything. May take days. */
    record Pending() implements PaymentOutcome {}

    /** The payer has to do something. */
    record RequiresAction(Action action) implements PaymentOutcome {}

    /** It will not be paid. */
    record Declined(DeclineReason reason) implements PaymentOutcome {}

    /** Cannot be told now. */
    record Unknown() implements PaymentOutcome {}

    /** What the payer has to do. */
    sealed interface Action {

        /**
         * Go to a page of the vendor's.
         *
         * @param url {@code https}, or {@code http} on loopback
         * @param until when the page stops working, where the vendor says so
         */
        record Redirect(URI url, Optional<Instant> until) implements Action {}

        /** Go on in the browser with the vendor's own script, which takes this token. */
        record ClientToken(String token) implements Action {

            /** The token lets its bearer finish the payment. */
            @Override
            public String toString() {
                return "ClientToken[…]";
            }
        }

        /** Fill in the page that the host shows for this provider ({@link CheckoutForms}). */
        record Form() implements Action {}
    }

    static PaymentOutcome succeeded() {
        return new Succeeded();
    }

    static PaymentOutcome authorized() {
        return new Authorized(Optional.empty());
    }

    static PaymentOutcome authorizedUntil(Instant until) {
        return new Authorized(Optional.of(until));
    }

    static PaymentOutcome pending() {
        return new Pending();
    }

    static PaymentOutcome redirect(URI url) {
        return new RequiresAction(new Action.Redirect(url, Optional.empty()));
    }

    static PaymentOutcome redirectUntil(URI url, Instant until) {
        return new RequiresAction(new Action.Redirect(url, Optional.of(until)));
    }

    static PaymentOutcome clientToken(String token) {
        return new RequiresAction(new Action.ClientToken(token));
    }

    static PaymentOutcome form() {
        return new RequiresAction(new Action.Form());
    }

    static PaymentOutcome declined(DeclineReason reason) {
        return new Declined(reason);
    }

    static PaymentOutcome unknown() {
        return new Unknown();
    }
}
