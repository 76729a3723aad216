package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Money;

import java.net.URI;

/**
 * A request for money. Made by the host; may grow, so never take it apart by position.
 *
 * @param reference the host's public id of this payment, {@code pay_…}; put it on the vendor's
 *     object and read it back
 * @param amount above zero
 * @param mode must be the provider's own
 * @param capture when the money is taken
 * @param payer who pays
 * @param description one line for the vendor's page and the payer's statement
 * @param returnUrl where the payer's browser goes afterwards; arriving there proves nothing
 * @param cancelUrl where it goes when the payer gives up
 */
public record PaymentIntent(
        String reference,
        Money amount,
        Mode mode,
        Capture capture,
        Payer payer,
        String description,
        URI returnUrl,
        URI cancelUrl) {

    /** When the money is taken. */
    public enum Capture {
        /** As soon as the payer agrees. */
        AT_ONCE,
        /** When the host says so; only asked of providers that can {@link Ability#AUTHORIZE}. */
        LATER
    }

    public PaymentIntent {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException("A payment is above zero, not " + amount);
        }
    }
}
