package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;

import java.util.Optional;

/**
 * What a vendor says of a refund now.
 *
 * @param handle which one
 * @param payment of which payment
 * @param key under which it was made, where the vendor still knows it
 * @param amount given back
 * @param outcome how it stands
 */
public record Refund(
        RefundHandle handle,
        PaymentHandle payment,
        Optional<IdempotencyKey> key,
        Money amount,
        RefundOutcome outcome) {

    public static Refund of(
            RefundHandle handle, PaymentHandle payment, Money amount, RefundOutcome outcome) {
        return new Refund(handle, payment, Optional.empty(), amount, outcome);
    }

    public Refund withKey(IdempotencyKey newKey) {
        return new Refund(handle, payment, Optional.of(newKey), amount, outcome);
    }
}
