package coop.minga.plugins.payment.stripe;

import com.stripe.model.Charge;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.model.checkout.Session;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentOutcome;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Says in the host's words what Stripe's objects tell. A state it does not know is unknown. */
final class Seen {

    private final Clock clock;

    Seen(Clock clock) {
        this.clock = clock;
    }

    static Mode mode(@Nullable Boolean live) {
        return Boolean.TRUE.equals(live) ? Mode.LIVE : Mode.TEST;
    }

    static Instant time(long seconds) {
        return Instant.ofEpochSecond(seconds);
    }

    /** A payment on Stripe's page; its intent, where there is one, has to be expanded. */
    Payment checkout(Session session) {
        PaymentIntent intent = session.getPaymentIntentObject();
        Money amount = Currencies.money(session.getAmountTotal(), session.getCurrency());
        Payment payment =
                Payment.of(
                        new PaymentHandle(session.getId()),
                        Tags.reference(session.getMetadata()),
                        mode(session.getLivemode()),
                        amount,
                        outcome(session, intent));
        return moved(tagged(payment, session.getMetadata(), session.getCreated()), intent);
    }

    /** A payment by a saved card; its latest charge has to be expanded. */
    Payment charge(PaymentIntent intent) {
        Payment payment =
                Payment.of(
                        new PaymentHandle(intent.getId()),
                        Tags.reference(intent.getMetadata()),
                        mode(intent.getLivemode()),
                        Currencies.money(intent.getAmount(), intent.getCurrency()),
                        outcome(intent));
        return moved(tagged(payment, intent.getMetadata(), intent.getCreated()), intent);
    }

    private static Payment tagged(
            Payment payment, @Nullable Map<String, String> metadata, long created) {
        Payment dated = payment.withCreatedAt(time(created));
        return Tags.key(metadata).map(dated::withKey).orElse(dated);
    }

    /** What the money itself did, by the intent's and the charge's own figures. */
    private static Payment moved(Payment payment, @Nullable PaymentIntent intent) {
        if (intent == null) {
            return payment.withCaptured(Money.zero(payment.amount().asset()));
        }
        Charge charge = intent.getLatestChargeObject();
        long received = Objects.requireNonNullElse(intent.getAmountReceived(), 0L);
        Payment counted =
                payment.withCaptured(Currencies.money(received, intent.getCurrency()))
                        .withRefunded(Currencies.money(refunded(charge), intent.getCurrency()));
        return charge == null ? counted : counted.withMethod(method(charge));
    }

    /** What a partial capture lets go counts as refunded at Stripe, and was never taken. */
    private static long refunded(@Nullable Charge charge) {
        if (charge == null || charge.getAmountRefunded() == null) {
            return 0;
        }
        long captured = Objects.requireNonNullElse(charge.getAmountCaptured(), 0L);
        long released = captured == 0 ? charge.getAmount() : charge.getAmount() - captured;
        long refunded = charge.getAmountRefunded();
        return refunded >= released ? refunded - released : refunded;
    }

    private static String method(Charge charge) {
        Charge.PaymentMethodDetails details = charge.getPaymentMethodDetails();
        if (details == null) {
            return "";
        }
        return details.getCard() == null || details.getCard().getLast4() == null
                ? Objects.requireNonNullElse(details.getType(), "")
                : label(details.getCard().getBrand(), details.getCard().getLast4());
    }

    static String label(PaymentMethod method) {
        return method.getCard() == null
                ? Objects.requireNonNullElse(method.getType(), "")
                : label(method.getCard().getBrand(), method.getCard().getLast4());
    }

    private static String label(@Nullable String brand, String last4) {
        String name = Objects.requireNonNullElse(brand, "card");
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + " •••• " + last4;
    }

    private PaymentOutcome outcome(Session session, @Nullable PaymentIntent intent) {
        return switch (session.getStatus()) {
            case "open" -> open(session);
            case "expired" -> PaymentOutcome.declined(ended(session));
            case "complete" -> intent == null ? PaymentOutcome.unknown() : completed(intent);
            case null, default -> PaymentOutcome.unknown();
        };
    }

    private static PaymentOutcome open(Session session) {
        return session.getUrl() == null
                ? PaymentOutcome.unknown()
                : PaymentOutcome.redirectUntil(
                        URI.create(session.getUrl()), time(session.getExpiresAt()));
    }

    /** Stripe calls both expired: what ran out of time and what was closed before. */
    private DeclineReason ended(Session session) {
        return clock.instant().isBefore(time(session.getExpiresAt()))
                ? DeclineReason.CANCELED_BY_HOST
                : DeclineReason.EXPIRED;
    }

    /** The payer has done what there was to do on Stripe's page. */
    private static PaymentOutcome completed(PaymentIntent intent) {
        return switch (intent.getStatus()) {
            // A voucher to pay at a shop, or a transfer on its way.
            case "requires_action" -> PaymentOutcome.pending();
            case "requires_payment_method" -> PaymentOutcome.declined(unsettled(intent));
            case null -> PaymentOutcome.unknown();
            default -> outcome(intent);
        };
    }

    private static DeclineReason unsettled(PaymentIntent intent) {
        DeclineReason reason = Declines.reason(intent.getLastPaymentError());
        return reason == DeclineReason.REFUSED_BY_PROVIDER
                ? DeclineReason.SETTLEMENT_FAILED
                : reason;
    }

    private static PaymentOutcome outcome(PaymentIntent intent) {
        return switch (intent.getStatus()) {
            case "succeeded" -> PaymentOutcome.succeeded();
            case "requires_capture" ->
                    captureBefore(intent)
                            .map(PaymentOutcome::authorizedUntil)
                            .orElseGet(PaymentOutcome::authorized);
            case "processing" -> PaymentOutcome.pending();
            case "canceled" -> PaymentOutcome.declined(canceled(intent));
            case "requires_action" -> action(intent);
            case "requires_payment_method" ->
                    intent.getLastPaymentError() == null
                            ? PaymentOutcome.unknown()
                            : PaymentOutcome.declined(
                                    Declines.reason(intent.getLastPaymentError()));
            case null, default -> PaymentOutcome.unknown();
        };
    }

    private static DeclineReason canceled(PaymentIntent intent) {
        if (Tags.methodGone(intent.getMetadata())) {
            return DeclineReason.METHOD_GONE;
        }
        return switch (intent.getCancellationReason()) {
            case "automatic", "expired" -> DeclineReason.EXPIRED;
            case "fraudulent" -> DeclineReason.REFUSED_BY_PROVIDER;
            case null, default -> DeclineReason.CANCELED_BY_HOST;
        };
    }

    private static PaymentOutcome action(PaymentIntent intent) {
        PaymentIntent.NextAction next = intent.getNextAction();
        if (next != null && next.getRedirectToUrl() != null) {
            return PaymentOutcome.redirect(URI.create(next.getRedirectToUrl().getUrl()));
        }
        return intent.getClientSecret() == null
                ? PaymentOutcome.unknown()
                : PaymentOutcome.clientToken(intent.getClientSecret());
    }

    private static Optional<Instant> captureBefore(PaymentIntent intent) {
        return Optional.ofNullable(intent.getLatestChargeObject())
                .map(Charge::getPaymentMethodDetails)
                .map(Charge.PaymentMethodDetails::getCard)
                .map(Charge.PaymentMethodDetails.Card::getCaptureBefore)
                .map(Seen::time);
    }
}
