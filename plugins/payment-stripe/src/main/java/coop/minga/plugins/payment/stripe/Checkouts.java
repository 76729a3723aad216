package coop.minga.plugins.payment.stripe;

import com.stripe.exception.CardException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.model.checkout.Session;
import com.stripe.param.PaymentIntentCancelParams;
import com.stripe.param.PaymentIntentCaptureParams;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent.Capture;
import coop.minga.plugin.api.payment.PaymentOutcome;

import java.util.Optional;

/**
 * Payments as Stripe keeps them. One that began on Stripe's page is named by its session, because
 * its intent does not exist before the payer acts; one by a saved card is named by its intent.
 */
final class Checkouts {

    private static final int LONGEST_NAME = 200;

    private final StripeApi api;
    private final Tags tags;
    private final Found found;
    private final Seen seen;

    Checkouts(StripeApi api, Tags tags, Found found, Seen seen) {
        this.api = api;
        this.tags = tags;
        this.found = found;
        this.seen = seen;
    }

    /** Opens a page of Stripe's on which the payer pays. */
    Payment start(Call call, coop.minga.plugin.api.payment.PaymentIntent intent) {
        SessionCreateParams params = params(call, intent);
        return api.ask(
                call,
                stripe -> {
                    Session session =
                            stripe.checkout()
                                    .sessions()
                                    .create(params, StripeApi.once(call.key(), "start"));
                    return seen.checkout(
                            StripeApi.isOld(session.getLastResponse())
                                    ? Found.session(stripe, session.getId())
                                    : session);
                });
    }

    /** Nothing here may change between two calls with the same key, the time least of all. */
    private SessionCreateParams params(
            Call call, coop.minga.plugin.api.payment.PaymentIntent intent) {
        SessionCreateParams.PaymentIntentData.Builder data =
                SessionCreateParams.PaymentIntentData.builder()
                        .setDescription(name(intent))
                        .putAllMetadata(tags.of(Tags.Way.CHECKOUT, call.key(), intent.reference()));
        if (intent.capture() == Capture.LATER) {
            data.setCaptureMethod(SessionCreateParams.PaymentIntentData.CaptureMethod.MANUAL);
        }
        SessionCreateParams.Builder params =
                SessionCreateParams.builder()
                        .setMode(SessionCreateParams.Mode.PAYMENT)
                        .setClientReferenceId(intent.reference())
                        .setSuccessUrl(intent.returnUrl().toString())
                        .setCancelUrl(intent.cancelUrl().toString())
                        .setLocale(locale(intent.payer().language()))
                        // The payer pays what was asked, in the currency that was asked.
                        .setAdaptivePricing(
                                SessionCreateParams.AdaptivePricing.builder()
                                        .setEnabled(false)
                                        .build())
                        .addLineItem(line(intent))
                        .setPaymentIntentData(data.build())
                        .putAllMetadata(tags.of(Tags.Way.CHECKOUT, call.key(), intent.reference()));
        intent.payer().email().ifPresent(params::setCustomerEmail);
        return params.build();
    }

    private static SessionCreateParams.LineItem line(
            coop.minga.plugin.api.payment.PaymentIntent intent) {
        return SessionCreateParams.LineItem.builder()
                .setQuantity(1L)
                .setPriceData(
                        SessionCreateParams.LineItem.PriceData.builder()
                                .setCurrency(Currencies.code(intent.amount()))
                                .setUnitAmount(intent.amount().minor())
                                .setProductData(
                                        SessionCreateParams.LineItem.PriceData.ProductData.builder()
                                                .setName(name(intent))
                                                .build())
                                .build())
                .build();
    }

    static String name(coop.minga.plugin.api.payment.PaymentIntent intent) {
        String name = intent.description().isBlank() ? intent.reference() : intent.description();
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    }

    static SessionCreateParams.Locale locale(String language) {
        return switch (language) {
            case "en" -> SessionCreateParams.Locale.EN;
            case "es" -> SessionCreateParams.Locale.ES;
            default -> SessionCreateParams.Locale.AUTO;
        };
    }

    Optional<Payment> find(Call call, IdempotencyKey key) {
        return api.ask(
                call,
                stripe -> {
                    Optional<Session> session = found.session(stripe, Tags.Way.CHECKOUT, key);
                    if (session.isPresent()) {
                        return Optional.of(
                                seen.checkout(Found.session(stripe, session.get().getId())));
                    }
                    Optional<PaymentIntent> charge = found.charge(stripe, key);
                    return charge.isEmpty()
                            ? Optional.empty()
                            : Optional.of(seen.charge(Found.intent(stripe, charge.get().getId())));
                });
    }

    Payment observe(Call call, PaymentHandle handle) {
        return api.ask(call, stripe -> here(stripe, handle).payment());
    }

    /**
     * A payment with what moves its money.
     *
     * @param intent empty while the payer has not acted
     */
    record Here(Payment payment, Optional<PaymentIntent> intent) {}

    /** An intent that belongs to a checkout leads to that. */
    Here here(V1Services stripe, PaymentHandle handle) throws StripeException {
        if (handle.value().startsWith("cs_")) {
            return here(Found.session(stripe, handle.value()));
        }
        PaymentIntent intent = Found.intent(stripe, handle.value());
        return Tags.is(Tags.Way.CHECKOUT, intent.getMetadata())
                ? here(Found.sessionOf(stripe, intent.getId()))
                : new Here(seen.charge(intent), Optional.of(intent));
    }

    private Here here(Session session) {
        if (!"payment".equals(session.getMode())) {
            throw Faults.missing();
        }
        return new Here(
                seen.checkout(session), Optional.ofNullable(session.getPaymentIntentObject()));
    }

    Payment capture(Call call, PaymentHandle handle, Money amount) {
        return api.ask(
                call,
                stripe -> {
                    Here now = here(stripe, handle);
                    if (now.payment().outcome() instanceof PaymentOutcome.Succeeded) {
                        return now.payment();
                    }
                    if (!(now.payment().outcome() instanceof PaymentOutcome.Authorized)) {
                        throw notAuthorized();
                    }
                    if (!amount.isPositive()
                            || !amount.asset().equals(now.payment().amount().asset())
                            || amount.compareTo(now.payment().amount()) > 0) {
                        throw new ProviderException(
                                Code.INVALID_REQUEST,
                                Text.of(
                                        "More than what was authorized.",
                                        "Más de lo que se autorizó."));
                    }
                    return captured(
                            stripe, call, now.intent().orElseThrow().getId(), handle, amount);
                });
    }

    private Payment captured(
            V1Services stripe, Call call, String intent, PaymentHandle handle, Money amount)
            throws StripeException {
        try {
            stripe.paymentIntents()
                    .capture(
                            intent,
                            PaymentIntentCaptureParams.builder()
                                    .setAmountToCapture(amount.minor())
                                    .build(),
                            StripeApi.once(call.key(), "capture"));
        } catch (InvalidRequestException | CardException e) {
            // Somebody was quicker, or the reservation has just ended: what is, decides.
            api.note(e);
            Payment now = here(stripe, handle).payment();
            if (now.outcome() instanceof PaymentOutcome.Succeeded) {
                return now;
            }
            throw notAuthorized();
        }
        return here(stripe, handle).payment();
    }

    private static ProviderException notAuthorized() {
        return new ProviderException(
                Code.CONFLICT,
                Text.of(
                        "Nothing is authorized to be taken.",
                        "No hay nada autorizado que cobrar."));
    }

    Payment cancel(Call call, PaymentHandle handle) {
        return api.ask(
                call,
                stripe -> {
                    Here now = here(stripe, handle);
                    switch (now.payment().outcome()) {
                        case PaymentOutcome.Succeeded _, PaymentOutcome.Declined _ -> {
                            return now.payment();
                        }
                        case PaymentOutcome.Authorized _,
                                PaymentOutcome.Pending _,
                                PaymentOutcome.RequiresAction _,
                                PaymentOutcome.Unknown _ ->
                                close(stripe, call, now);
                    }
                    return here(stripe, handle).payment();
                });
    }

    private void close(V1Services stripe, Call call, Here now) throws StripeException {
        String handle = now.payment().handle().value();
        try {
            if (handle.startsWith("cs_")
                    && now.payment().outcome() instanceof PaymentOutcome.RequiresAction) {
                stripe.checkout().sessions().expire(handle, StripeApi.once(call.key(), "expire"));
            } else if (now.intent().isPresent()) {
                stripe.paymentIntents()
                        .cancel(
                                now.intent().get().getId(),
                                PaymentIntentCancelParams.builder()
                                        .setCancellationReason(
                                                PaymentIntentCancelParams.CancellationReason
                                                        .ABANDONED)
                                        .build(),
                                StripeApi.once(call.key(), "cancel"));
            }
        } catch (InvalidRequestException e) {
            // Paid or ended meanwhile: the caller looks again.
            api.note(e);
        }
    }
}
