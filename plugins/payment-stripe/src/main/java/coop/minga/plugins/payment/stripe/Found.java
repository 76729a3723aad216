package coop.minga.plugins.payment.stripe;

import com.stripe.exception.StripeException;
import com.stripe.model.HasId;
import com.stripe.model.PaymentIntent;
import com.stripe.model.Refund;
import com.stripe.model.StripeCollection;
import com.stripe.model.checkout.Session;
import com.stripe.param.PaymentIntentListParams;
import com.stripe.param.PaymentIntentRetrieveParams;
import com.stripe.param.RefundListParams;
import com.stripe.param.checkout.SessionListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import com.stripe.service.V1Services;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds again what was made at Stripe. Lists are used, which know at once what was made; Stripe's
 * search lags behind by a minute.
 */
final class Found {

    /** The host asks for a lost answer within a day; what is older was observed long ago. */
    private static final Duration LOOKS_BACK = Duration.ofDays(30);

    private static final int MOST = 20_000;
    private static final long PAGE = 100L;

    private final Tags tags;
    private final Clock clock;

    Found(Tags tags, Clock clock) {
        this.tags = tags;
        this.clock = clock;
    }

    static Session session(V1Services stripe, String id) throws StripeException {
        return stripe.checkout()
                .sessions()
                .retrieve(
                        id,
                        SessionRetrieveParams.builder()
                                .addExpand("payment_intent.latest_charge")
                                .addExpand("setup_intent.payment_method")
                                .build());
    }

    static PaymentIntent intent(V1Services stripe, String id) throws StripeException {
        return stripe.paymentIntents()
                .retrieve(
                        id,
                        PaymentIntentRetrieveParams.builder().addExpand("latest_charge").build());
    }

    /** The checkout an intent belongs to. */
    static Session sessionOf(V1Services stripe, String intent) throws StripeException {
        return stripe
                .checkout()
                .sessions()
                .list(
                        SessionListParams.builder()
                                .setPaymentIntent(intent)
                                .addExpand("data.payment_intent.latest_charge")
                                .setLimit(1L)
                                .build())
                .getData()
                .stream()
                .findFirst()
                .orElseThrow(Faults::missing);
    }

    Optional<Session> session(V1Services stripe, Tags.Way way, IdempotencyKey key)
            throws StripeException {
        return first(
                stripe.checkout()
                        .sessions()
                        .list(
                                SessionListParams.builder()
                                        .setCreated(
                                                SessionListParams.Created.builder()
                                                        .setGte(from())
                                                        .build())
                                        .setLimit(PAGE)
                                        .build()),
                session ->
                        Tags.is(way, session.getMetadata())
                                && tags.ours(session.getMetadata(), key));
    }

    Optional<PaymentIntent> charge(V1Services stripe, IdempotencyKey key) throws StripeException {
        return first(
                stripe.paymentIntents()
                        .list(
                                PaymentIntentListParams.builder()
                                        .setCreated(
                                                PaymentIntentListParams.Created.builder()
                                                        .setGte(from())
                                                        .build())
                                        .setLimit(PAGE)
                                        .build()),
                intent -> isCharge(intent, key));
    }

    /** The same among one customer's, however long ago. */
    Optional<PaymentIntent> charge(V1Services stripe, String customer, IdempotencyKey key)
            throws StripeException {
        return first(
                stripe.paymentIntents()
                        .list(
                                PaymentIntentListParams.builder()
                                        .setCustomer(customer)
                                        .setLimit(PAGE)
                                        .build()),
                intent -> isCharge(intent, key));
    }

    private boolean isCharge(PaymentIntent intent, IdempotencyKey key) {
        return Tags.is(Tags.Way.CHARGE, intent.getMetadata())
                && tags.ours(intent.getMetadata(), key);
    }

    Optional<Refund> refund(V1Services stripe, IdempotencyKey key) throws StripeException {
        return first(
                stripe.refunds()
                        .list(
                                RefundListParams.builder()
                                        .setCreated(
                                                RefundListParams.Created.builder()
                                                        .setGte(from())
                                                        .build())
                                        .setLimit(PAGE)
                                        .build()),
                refund -> tags.ours(refund.getMetadata(), key));
    }

    /** The same among one payment's, however long ago. */
    Optional<Refund> refund(V1Services stripe, String intent, IdempotencyKey key)
            throws StripeException {
        return first(
                stripe.refunds()
                        .list(
                                RefundListParams.builder()
                                        .setPaymentIntent(intent)
                                        .setLimit(PAGE)
                                        .build()),
                refund -> tags.ours(refund.getMetadata(), key));
    }

    private long from() {
        return clock.instant().minus(LOOKS_BACK).getEpochSecond();
    }

    private static <T extends HasId> Optional<T> first(
            StripeCollection<T> list, Predicate<T> wanted) {
        int seen = 0;
        for (T item : list.autoPagingIterable()) {
            if (wanted.test(item)) {
                return Optional.of(item);
            }
            if (++seen == MOST) {
                throw new ProviderException(
                        Code.UNAVAILABLE,
                        Text.of(
                                "There is too much at Stripe to look through now.",
                                "Hay demasiado en Stripe para revisarlo ahora."));
            }
        }
        return Optional.empty();
    }
}
