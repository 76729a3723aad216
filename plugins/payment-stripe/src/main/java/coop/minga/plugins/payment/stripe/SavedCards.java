package coop.minga.plugins.payment.stripe;

import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentIntent.Capture;

import java.util.Optional;

/** Charges saved cards while the payer is away, and sends the payer to the bank where it asks. */
final class SavedCards {

    private static final String CARD = "card";

    private final StripeApi api;
    private final Tags tags;
    private final Found found;
    private final Seen seen;

    SavedCards(StripeApi api, Tags tags, Found found, Seen seen) {
        this.api = api;
        this.tags = tags;
        this.found = found;
        this.seen = seen;
    }

    /** One of a customer's cards; both are needed to charge it. */
    record Card(String customer, String method) {

        static Optional<Card> of(MethodHandle handle) {
            String[] parts = handle.value().split("/", 2);
            return parts.length == 2 ? Optional.of(new Card(parts[0], parts[1])) : Optional.empty();
        }

        MethodHandle handle() {
            return new MethodHandle(customer + "/" + method);
        }
    }

    Payment charge(
            Call call, coop.minga.plugin.api.payment.PaymentIntent intent, MethodHandle method) {
        Card card = Card.of(method).orElseThrow(Faults::missing);
        return api.ask(
                call,
                stripe -> {
                    Optional<PaymentIntent> before = before(stripe, card, call);
                    if (before.isPresent()) {
                        requireSame(before.get(), intent);
                        PaymentIntent now = Found.intent(stripe, before.get().getId());
                        return seen.charge(invited(stripe, call, intent, card, now));
                    }
                    try {
                        return seen.charge(charged(stripe, call, intent, card));
                    } catch (IdempotencyException e) {
                        throw e;
                    } catch (InvalidRequestException e) {
                        if (isThere(stripe, card)) {
                            throw e;
                        }
                        return seen.charge(gone(stripe, call, intent));
                    }
                });
    }

    /** Stripe forgets keys after a day; a card must not be charged twice for one key even then. */
    private Optional<PaymentIntent> before(V1Services stripe, Card card, Call call)
            throws StripeException {
        try {
            return found.charge(stripe, card.customer(), call.key());
        } catch (InvalidRequestException e) {
            if (Faults.isMissing(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void requireSame(
            PaymentIntent before, coop.minga.plugin.api.payment.PaymentIntent intent) {
        if (before.getAmount() != intent.amount().minor()
                || !before.getCurrency().equals(Currencies.code(intent.amount()))
                || !Tags.reference(before.getMetadata()).equals(intent.reference())) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    Text.of(
                            "The key was used before for another payment.",
                            "La clave se usó antes para otro pago."));
        }
    }

    private PaymentIntent charged(
            V1Services stripe,
            Call call,
            coop.minga.plugin.api.payment.PaymentIntent intent,
            Card card)
            throws StripeException {
        PaymentIntentCreateParams params =
                params(call, intent)
                        .setCustomer(card.customer())
                        .setPaymentMethod(card.method())
                        .setOffSession(true)
                        .setConfirm(true)
                        .build();
        try {
            PaymentIntent made =
                    stripe.paymentIntents().create(params, StripeApi.once(call.key(), "charge"));
            return Found.intent(stripe, made.getId());
        } catch (CardException e) {
            api.note(e);
            if (e.getStripeError() == null || e.getStripeError().getPaymentIntent() == null) {
                throw e;
            }
            String id = e.getStripeError().getPaymentIntent().getId();
            return invited(stripe, call, intent, card, Found.intent(stripe, id));
        }
    }

    private PaymentIntentCreateParams.Builder params(
            Call call, coop.minga.plugin.api.payment.PaymentIntent intent) {
        return PaymentIntentCreateParams.builder()
                .setAmount(intent.amount().minor())
                .setCurrency(Currencies.code(intent.amount()))
                .setDescription(Checkouts.name(intent))
                .addPaymentMethodType(CARD)
                .setCaptureMethod(
                        intent.capture() == Capture.LATER
                                ? PaymentIntentCreateParams.CaptureMethod.MANUAL
                                : PaymentIntentCreateParams.CaptureMethod.AUTOMATIC)
                .putAllMetadata(tags.of(Tags.Way.CHARGE, call.key(), intent.reference()));
    }

    /**
     * A bank that wants the payer to confirm gets the same payment once more, as one whose payer is
     * there: then Stripe says where to send them.
     */
    private PaymentIntent invited(
            V1Services stripe,
            Call call,
            coop.minga.plugin.api.payment.PaymentIntent intent,
            Card card,
            PaymentIntent now)
            throws StripeException {
        if (!"requires_payment_method".equals(now.getStatus())
                || Declines.reason(now.getLastPaymentError())
                        != DeclineReason.AUTHENTICATION_REQUIRED) {
            return now;
        }
        try {
            stripe.paymentIntents()
                    .confirm(
                            now.getId(),
                            PaymentIntentConfirmParams.builder()
                                    .setPaymentMethod(card.method())
                                    .setReturnUrl(intent.returnUrl().toString())
                                    .build(),
                            StripeApi.once(call.key(), "invite"));
        } catch (CardException | InvalidRequestException e) {
            // What became of it, the payment itself tells.
            api.note(e);
        }
        return Found.intent(stripe, now.getId());
    }

    private static boolean isThere(V1Services stripe, Card card) throws StripeException {
        try {
            PaymentMethod method = stripe.paymentMethods().retrieve(card.method());
            return card.customer().equals(method.getCustomer());
        } catch (InvalidRequestException e) {
            if (Faults.isMissing(e)) {
                return false;
            }
            throw e;
        }
    }

    /** Leaves a payment at Stripe that says why it came to nothing, so that it is found again. */
    private PaymentIntent gone(
            V1Services stripe, Call call, coop.minga.plugin.api.payment.PaymentIntent intent)
            throws StripeException {
        PaymentIntent made =
                stripe.paymentIntents()
                        .create(
                                params(call, intent).putAllMetadata(Tags.METHOD_GONE).build(),
                                StripeApi.once(call.key(), "gone"));
        try {
            stripe.paymentIntents().cancel(made.getId(), StripeApi.once(call.key(), "drop"));
        } catch (InvalidRequestException e) {
            api.note(e);
        }
        return Found.intent(stripe, made.getId());
    }

    /** Forgets a card; what Stripe does not know, or holds for nobody, is forgotten already. */
    void remove(Call call, MethodHandle handle) {
        Optional<Card> card = Card.of(handle);
        if (card.isEmpty()) {
            return;
        }
        api.ask(
                call,
                stripe -> {
                    if (!isThere(stripe, card.get())) {
                        return false;
                    }
                    try {
                        stripe.paymentMethods()
                                .detach(card.get().method(), StripeApi.once(call.key(), "detach"));
                    } catch (InvalidRequestException e) {
                        if (isThere(stripe, card.get())) {
                            throw e;
                        }
                    }
                    return true;
                });
    }
}
