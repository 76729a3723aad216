package coop.minga.platform.payments;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentOutcome;

import org.jspecify.annotations.Nullable;

/**
 * How a payment stands: what changes while it goes on.
 *
 * @param reason why it was declined or is held; null otherwise
 * @param handle what the provider calls it; null until it was started
 * @param vendorAccount which account of the operator's receives it, where the vendor says so
 * @param method what it was paid with, for people
 * @param actionKind what the payer has to do; null when nothing
 * @param captured taken from the payer and credited
 * @param attention what an operator has to look at; null for nothing
 */
record Standing(
        PaymentState state,
        @Nullable String reason,
        @Nullable String handle,
        String vendorAccount,
        String method,
        @Nullable String actionKind,
        @Nullable String actionUrl,
        Money captured,
        @Nullable String attention) {

    /** Written down, nobody asked yet. */
    static Standing created(Money amount) {
        return new Standing(
                PaymentState.CREATED,
                null,
                null,
                "",
                "",
                null,
                null,
                Money.zero(amount.asset()),
                null);
    }

    /** With what the provider calls it and says of itself; the rest is still to be decided. */
    Standing learnt(Payment seen) {
        return new Standing(
                state,
                reason,
                seen.handle().value(),
                seen.account(),
                Words.line(seen.method()),
                null,
                null,
                captured,
                attention);
    }

    /** In a state in which the payer has nothing to do. */
    Standing in(PaymentState newState, @Nullable String newReason) {
        return new Standing(
                newState,
                newReason,
                handle,
                vendorAccount,
                method,
                null,
                null,
                captured,
                attention);
    }

    Standing paid(Money amount) {
        return new Standing(
                PaymentState.SUCCEEDED,
                null,
                handle,
                vendorAccount,
                method,
                null,
                null,
                amount,
                attention);
    }

    Standing requires(PaymentOutcome.Action action) {
        PayerAction needed = PayerAction.of(action);
        return new Standing(
                PaymentState.REQUIRES_ACTION,
                null,
                handle,
                vendorAccount,
                method,
                needed.kind(),
                needed.url(),
                captured,
                attention);
    }

    Standing withAttention(String newAttention) {
        return new Standing(
                state,
                reason,
                handle,
                vendorAccount,
                method,
                actionKind,
                actionUrl,
                captured,
                newAttention);
    }
}
