package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Money;

/**
 * A request to give money back. Made by the host; may grow.
 *
 * @param payment which payment
 * @param reference the host's public id of this refund, {@code rfd_…}
 * @param amount above zero, of the payment's asset
 * @param reason why
 */
public record RefundRequest(
        PaymentHandle payment, String reference, Money amount, RefundReason reason) {

    public RefundRequest {
        if (!amount.isPositive()) {
            throw new IllegalArgumentException("A refund is above zero, not " + amount);
        }
    }
}
