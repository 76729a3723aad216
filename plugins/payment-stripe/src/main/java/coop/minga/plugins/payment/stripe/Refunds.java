package coop.minga.plugins.payment.stripe;

import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.param.RefundCreateParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;

import java.util.Optional;

/** Gives money back. */
final class Refunds {

    /** Names what Stripe did not make; it is told once and never found again. */
    private static final String NONE = "none:";

    private final StripeApi api;
    private final Tags tags;
    private final Found found;
    private final Checkouts checkouts;

    Refunds(StripeApi api, Tags tags, Found found, Checkouts checkouts) {
        this.api = api;
        this.tags = tags;
        this.found = found;
        this.checkouts = checkouts;
    }

    Refund refund(Call call, RefundRequest request) {
        return api.ask(
                call,
                stripe -> {
                    Checkouts.Here here = checkouts.here(stripe, request.payment());
                    if (!request.amount().asset().equals(here.payment().amount().asset())) {
                        throw new ProviderException(
                                Code.INVALID_REQUEST,
                                Text.of(
                                        "The payment is in another currency.",
                                        "El pago está en otra moneda."));
                    }
                    if (here.intent().isEmpty()) {
                        return declined(call, request, RefundOutcome.Reason.NOT_CAPTURED);
                    }
                    String intent = here.intent().get().getId();
                    Optional<com.stripe.model.Refund> before =
                            found.refund(stripe, intent, call.key());
                    if (before.isPresent()) {
                        return same(before.get(), request);
                    }
                    return here.payment().captured().isZero()
                            ? declined(call, request, RefundOutcome.Reason.NOT_CAPTURED)
                            : made(stripe, call, request, intent);
                });
    }

    /** Stripe forgets keys after a day; what was made under one stays for ever. */
    private static Refund same(com.stripe.model.Refund before, RefundRequest request) {
        if (before.getAmount() != request.amount().minor()
                || !Tags.reference(before.getMetadata()).equals(request.reference())) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    Text.of(
                            "The key was used before for another refund.",
                            "La clave se usó antes para otro reembolso."));
        }
        return told(before, request.payment());
    }

    private Refund made(V1Services stripe, Call call, RefundRequest request, String intent)
            throws StripeException {
        RefundCreateParams params =
                RefundCreateParams.builder()
                        .setPaymentIntent(intent)
                        .setAmount(request.amount().minor())
                        .setReason(reason(request.reason()))
                        .putAllMetadata(tags.of(Tags.Way.REFUND, call.key(), request.reference()))
                        .putAllMetadata(Tags.payment(request.payment()))
                        .build();
        try {
            com.stripe.model.Refund refund =
                    stripe.refunds().create(params, StripeApi.once(call.key(), "refund"));
            return told(
                    StripeApi.isOld(refund.getLastResponse())
                            ? stripe.refunds().retrieve(refund.getId())
                            : refund,
                    request.payment());
        } catch (IdempotencyException e) {
            throw e;
        } catch (InvalidRequestException e) {
            api.note(e);
            return declined(call, request, why(stripe, e, request));
        }
    }

    /** By Stripe's code where it has one, else by what is left of the payment. */
    private RefundOutcome.Reason why(
            V1Services stripe, InvalidRequestException e, RefundRequest request)
            throws StripeException {
        return switch (e.getCode()) {
            case "charge_already_refunded" -> RefundOutcome.Reason.EXCEEDS_PAYMENT;
            case "charge_disputed", "refund_disputed_payment" -> RefundOutcome.Reason.DISPUTED;
            case "insufficient_funds", "balance_insufficient" ->
                    RefundOutcome.Reason.INSUFFICIENT_FUNDS;
            case "charge_expired_for_refund" -> RefundOutcome.Reason.TOO_LATE;
            case null, default -> byWhatIsLeft(checkouts.here(stripe, request.payment()), request);
        };
    }

    private static RefundOutcome.Reason byWhatIsLeft(Checkouts.Here now, RefundRequest request) {
        Payment payment = now.payment();
        if (payment.refunded().plus(request.amount()).compareTo(payment.captured()) > 0) {
            return RefundOutcome.Reason.EXCEEDS_PAYMENT;
        }
        return now.intent()
                        .map(PaymentIntent::getLatestChargeObject)
                        .filter(charge -> Boolean.TRUE.equals(charge.getDisputed()))
                        .isPresent()
                ? RefundOutcome.Reason.DISPUTED
                : RefundOutcome.Reason.REFUSED_BY_PROVIDER;
    }

    private static Refund declined(Call call, RefundRequest request, RefundOutcome.Reason reason) {
        return Refund.of(
                        new RefundHandle(NONE + call.key()),
                        request.payment(),
                        request.amount(),
                        RefundOutcome.declined(reason))
                .withKey(call.key());
    }

    private static RefundCreateParams.Reason reason(RefundReason reason) {
        return switch (reason) {
            case REQUESTED_BY_CUSTOMER, NOT_DELIVERED ->
                    RefundCreateParams.Reason.REQUESTED_BY_CUSTOMER;
            case DUPLICATE -> RefundCreateParams.Reason.DUPLICATE;
            case FRAUDULENT -> RefundCreateParams.Reason.FRAUDULENT;
        };
    }

    Optional<Refund> find(Call call, IdempotencyKey key) {
        return api.ask(call, stripe -> found.refund(stripe, key).map(Refunds::told));
    }

    Refund observe(Call call, RefundHandle handle) {
        return api.ask(call, stripe -> told(stripe.refunds().retrieve(handle.value())));
    }

    /** A refund made in Stripe's dashboard names its intent only. */
    private static Refund told(com.stripe.model.Refund refund) {
        return told(
                refund,
                Tags.paymentOf(refund.getMetadata())
                        .orElseGet(() -> new PaymentHandle(refund.getPaymentIntent())));
    }

    private static Refund told(com.stripe.model.Refund refund, PaymentHandle payment) {
        Refund told =
                Refund.of(
                        new RefundHandle(refund.getId()),
                        payment,
                        Currencies.money(refund.getAmount(), refund.getCurrency()),
                        outcome(refund));
        return Tags.key(refund.getMetadata()).map(told::withKey).orElse(told);
    }

    private static RefundOutcome outcome(com.stripe.model.Refund refund) {
        return switch (refund.getStatus()) {
            case "succeeded" -> RefundOutcome.succeeded();
            case "pending", "requires_action" -> RefundOutcome.pending();
            case "failed" -> RefundOutcome.declined(Declines.refund(refund.getFailureReason()));
            case "canceled" -> RefundOutcome.declined(RefundOutcome.Reason.REFUSED_BY_PROVIDER);
            case null, default -> RefundOutcome.unknown();
        };
    }
}
