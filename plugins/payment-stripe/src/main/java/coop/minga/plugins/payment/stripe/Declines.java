package coop.minga.plugins.payment.stripe;

import com.stripe.model.StripeError;

import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.RefundOutcome;

import org.jspecify.annotations.Nullable;

/** Stripe's codes for a no, in the host's categories. */
final class Declines {

    private Declines() {}

    static DeclineReason reason(@Nullable StripeError error) {
        return error == null
                ? DeclineReason.REFUSED_BY_PROVIDER
                : reason(error.getCode(), error.getDeclineCode());
    }

    static DeclineReason reason(@Nullable String code, @Nullable String declineCode) {
        DeclineReason byBank = of(declineCode);
        if (byBank != null) {
            return byBank;
        }
        DeclineReason byStripe = of(code);
        if (byStripe != null) {
            return byStripe;
        }
        return declineCode != null || "card_declined".equals(code)
                ? DeclineReason.CARD_DECLINED
                : DeclineReason.REFUSED_BY_PROVIDER;
    }

    private static @Nullable DeclineReason of(@Nullable String code) {
        return switch (code) {
            case null -> null;
            case "authentication_required" -> DeclineReason.AUTHENTICATION_REQUIRED;
            case "payment_intent_authentication_failure",
                    "setup_intent_authentication_failure",
                    "authentication_not_handled",
                    "mobile_device_authentication_required" ->
                    DeclineReason.AUTHENTICATION_FAILED;
            case "insufficient_funds" -> DeclineReason.INSUFFICIENT_FUNDS;
            case "expired_card" -> DeclineReason.EXPIRED_CARD;
            case "incorrect_cvc", "invalid_cvc" -> DeclineReason.INCORRECT_CVC;
            case "incorrect_number", "invalid_number" -> DeclineReason.INCORRECT_NUMBER;
            case "invalid_expiry_month", "invalid_expiry_year" -> DeclineReason.INVALID_EXPIRY;
            case "processing_error",
                    "lock_timeout",
                    "idempotency_key_in_use",
                    "issuer_not_available",
                    "try_again_later",
                    "reenter_transaction",
                    "payment_method_provider_timeout",
                    "payment_method_not_available" ->
                    DeclineReason.TEMPORARY_FAILURE;
            case "card_decline_rate_limit_exceeded",
                    "payment_intent_rate_limit_exceeded",
                    "pin_try_exceeded" ->
                    DeclineReason.TOO_MANY_ATTEMPTS;
            case "amount_too_small" -> DeclineReason.AMOUNT_TOO_SMALL;
            case "amount_too_large" -> DeclineReason.AMOUNT_TOO_LARGE;
            case "card_not_supported",
                    "currency_not_supported",
                    "payment_intent_incompatible_payment_method",
                    "payment_method_currency_mismatch" ->
                    DeclineReason.NOT_SUPPORTED;
            case "resource_missing", "payment_method_unexpected_state" -> DeclineReason.METHOD_GONE;
            case "payment_method_customer_decline" -> DeclineReason.CANCELED_BY_PAYER;
            case "payment_intent_payment_attempt_expired" -> DeclineReason.EXPIRED;
            case "payment_method_provider_decline" -> DeclineReason.FUNDING_SOURCE_DECLINED;
            default -> null;
        };
    }

    /** Why a refund came to nothing, by its {@code failure_reason}. */
    static RefundOutcome.Reason refund(@Nullable String failure) {
        return switch (failure) {
            case null -> RefundOutcome.Reason.REFUSED_BY_PROVIDER;
            case "lost_or_stolen_card", "expired_or_canceled_card" ->
                    RefundOutcome.Reason.SOURCE_CLOSED;
            case "charge_for_pending_refund_disputed" -> RefundOutcome.Reason.DISPUTED;
            case "insufficient_funds" -> RefundOutcome.Reason.INSUFFICIENT_FUNDS;
            default -> RefundOutcome.Reason.REFUSED_BY_PROVIDER;
        };
    }
}
