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
 * @param method the saved method that is charged; null when the payer pays by hand
 * @param charge which attempt at which debt: {@code charge/{what}/{n}}
 * @param key of the call that starts it
 * @param standing how it stands
 * @param refunding of it, what was given back or is about to be
 * @param creditId of the transfer that credits it
 * @param checks how often it was asked for by itself
 */
record StoredPayment(
        PaymentId id,
        TeamId team,
        AccountId account,
        Purpose purpose,
        @Nullable MethodId method,
        String provider,
        Mode mode,
        Money amount,
        String charge,
        IdempotencyKey key,
        Standing standing,
        Money refunding,
        UUID creditId,
        int checks,
        Instant createdAt,
        Instant updatedAt) {

    Optional<PaymentHandle> known() {
        return Optional.ofNullable(standing.handle()).map(PaymentHandle::new);
    }

    PaymentState state() {
        return standing.state();
    }

    StoredPayment with(Standing newStanding) {
        return new StoredPayment(
                id,
                team,
                account,
                purpose,
                method,
                provider,
                mode,
                amount,
                charge,
                key,
                newStanding,
                refunding,
                creditId,
                checks,
                createdAt,
                updatedAt);
    }

    /** What can still be given back. */
    Money refundable() {
        return standing.captured().minus(refunding);
    }
}
