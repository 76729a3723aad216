package coop.minga.plugins.payment.stripe;

import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.model.StripeCollection;
import com.stripe.model.checkout.Session;
import com.stripe.param.PaymentIntentListParams;
import com.stripe.param.checkout.SessionListParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.payment.Payment;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Stripe's list of payments, oldest first, for comparing it with the host's books. */
final class Books {

    private final StripeApi api;
    private final Tags tags;
    private final Seen seen;
    private final Clock clock;

    Books(StripeApi api, Tags tags, Seen seen, Clock clock) {
        this.api = api;
        this.tags = tags;
        this.seen = seen;
        this.clock = clock;
    }

    Page<Payment> list(Call call, Instant since, Page.Token token) {
        Span span = Span.of(token, since, clock.instant());
        return span.page(asked ->
                api.ask(
                        call,
                        stripe -> {
                            var checkouts = checkouts(stripe, asked);
                            var charges = charges(stripe, asked);
                            return Boolean.TRUE.equals(checkouts.getHasMore())
                                            || Boolean.TRUE.equals(charges.getHasMore())
                                    ? new Span.TooMuch<>(merged(checkouts, charges))
                                    : new Span.All<>(merged(checkouts, charges));
                        }));
    }

    private StripeCollection<Session> checkouts(V1Services stripe, Span span)
            throws StripeException {
        return stripe.checkout()
                .sessions()
                .list(
                        SessionListParams.builder()
                                .setCreated(
                                        SessionListParams.Created.builder()
                                                .setGte(span.from())
                                                .setLt(span.until())
                                                .build())
                                .addExpand("data.payment_intent.latest_charge")
                                .setLimit(Span.PAGE)
                                .build());
    }

    private StripeCollection<PaymentIntent> charges(V1Services stripe, Span span)
            throws StripeException {
        return stripe.paymentIntents()
                .list(
                        PaymentIntentListParams.builder()
                                .setCreated(
                                        PaymentIntentListParams.Created.builder()
                                                .setGte(span.from())
                                                .setLt(span.until())
                                                .build())
                                .addExpand("data.latest_charge")
                                .setLimit(Span.PAGE)
                                .build());
    }

    private List<Payment> merged(
            StripeCollection<Session> checkouts, StripeCollection<PaymentIntent> charges) {
        List<Payment> payments = new ArrayList<>();
        for (Session session : checkouts.getData()) {
            if (tags.ours(session.getMetadata())
                    && Tags.is(Tags.Way.CHECKOUT, session.getMetadata())) {
                payments.add(seen.checkout(session));
            }
        }
        for (PaymentIntent intent : charges.getData()) {
            if (tags.ours(intent.getMetadata()) && Tags.is(Tags.Way.CHARGE, intent.getMetadata())) {
                payments.add(seen.charge(intent));
            }
        }
        return payments.stream()
                .filter(payment -> payment.captured().isPositive())
                .sorted(Comparator.comparing(payment -> payment.createdAt().orElse(Instant.EPOCH)))
                .toList();
    }
}
