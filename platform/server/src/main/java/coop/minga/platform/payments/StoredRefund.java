package coop.minga.platform.payments;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.RefundHandle;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A refund as it stands in our books.
 *
 * @param key of the call that makes it
 * @param handle what the provider calls it; null until it was made
 * @param reason why it was declined or is held; null otherwise
 * @param note what the operator wrote
 * @param holdId what is set aside for it in the wallet
 * @param checks how often it was asked for by itself
 */
record StoredRefund(
        RefundId id,
        PaymentId payment,
        Money amount,
        IdempotencyKey key,
        @Nullable String handle,
        RefundState state,
        @Nullable String reason,
        String note,
        UUID holdId,
        int checks,
        Instant createdAt) {

    Optional<RefundHandle> known() {
        return Optional.ofNullable(handle).map(RefundHandle::new);
    }
}
