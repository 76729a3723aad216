package coop.minga.platform.payments;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.PaymentHandle;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A payment as it stands in our books.
 *
 * @param charge which attempt at which debt: {@code charge/{what}/{n}}
 * @param key of the call that starts it
 * @param handle what the provider calls it; null until it was started
 * @param vendorAccount which account of the operator's receives it, where the vendor says so
 * @param method what it was paid with, for people
 * @param reason why it was declined or is held; null otherwise
 * @param actionKind what the payer has to do; null when nothing
 * @param captured taken from the payer and credited
 * @param refunding of it, what was given back or is about to be
 * @param creditId of the transfer that credits it
 * @param attention what an operator has to look at; null for nothing
 * @param checks how often it was asked for by itself
 */
record StoredPayment(
        PaymentId id,
        TeamId team,
        AccountId account,
        String provider,
        Mode mode,
        Money amount,
        String charge,
        IdempotencyKey key,
        @Nullable String handle,
        String vendorAccount,
        String method,
        PaymentState state,
        @Nullable String reason,
        @Nullable String actionKind,
        @Nullable String actionUrl,
        Money captured,
        Money refunding,
        UUID creditId,
        @Nullable String attention,
        int checks,
        Instant createdAt,
        Instant updatedAt) {

    Optional<PaymentHandle> known() {
        return Optional.ofNullable(handle).map(PaymentHandle::new);
    }

    /** What can still be given back. */
    Money refundable() {
        return captured.minus(refunding);
    }
}
