package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;

import java.time.Instant;
import java.util.Optional;

/**
 * What a vendor says of a payment now. The host compares all of it with what it asked for, so tell
 * what the vendor tells, not what was requested.
 *
 * @param handle which one
 * @param key under which it was started, where the vendor still knows it
 * @param reference the host's id as read back from the vendor; empty when the vendor has lost it
 * @param mode whether the vendor calls it real money
 * @param amount asked for
 * @param outcome how it stands
 * @param captured taken from the payer so far
 * @param refunded given back so far, pending refunds included
 * @param account the vendor's account that receives the money; empty where there is only one
 * @param method what was paid with, for people, for example {@code Visa •••• 4242}; empty when not
 *     known. Never a whole number
 * @param createdAt when it was started
 */
public record Payment(
        PaymentHandle handle,
        Optional<IdempotencyKey> key,
        String reference,
        Mode mode,
        Money amount,
        PaymentOutcome outcome,
        Money captured,
        Money refunded,
        String account,
        String method,
        Optional<Instant> createdAt) {

    /** A payment that is captured whole when it succeeded, and not at all otherwise. */
    public static Payment of(
            PaymentHandle handle,
            String reference,
            Mode mode,
            Money amount,
            PaymentOutcome outcome) {
        Money nothing = Money.zero(amount.asset());
        return new Payment(
                handle,
                Optional.empty(),
                reference,
                mode,
                amount,
                outcome,
                outcome instanceof PaymentOutcome.Succeeded ? amount : nothing,
                nothing,
                "",
                "",
                Optional.empty());
    }

    public Payment withKey(IdempotencyKey newKey) {
        return with(Optional.of(newKey), captured, refunded, account, method, createdAt);
    }

    public Payment withCaptured(Money newCaptured) {
        return with(key, newCaptured, refunded, account, method, createdAt);
    }

    public Payment withRefunded(Money newRefunded) {
        return with(key, captured, newRefunded, account, method, createdAt);
    }

    public Payment withAccount(String newAccount) {
        return with(key, captured, refunded, newAccount, method, createdAt);
    }

    public Payment withMethod(String newMethod) {
        return with(key, captured, refunded, account, newMethod, createdAt);
    }

    public Payment withCreatedAt(Instant at) {
        return with(key, captured, refunded, account, method, Optional.of(at));
    }

    /** The same payment with other details of the kind that only some vendors tell. */
    private Payment with(
            Optional<IdempotencyKey> newKey,
            Money newCaptured,
            Money newRefunded,
            String newAccount,
            String newMethod,
            Optional<Instant> newCreatedAt) {
        return new Payment(
                handle,
                newKey,
                reference,
                mode,
                amount,
                outcome,
                newCaptured,
                newRefunded,
                newAccount,
                newMethod,
                newCreatedAt);
    }
}
