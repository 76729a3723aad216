package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.paypal.sdk.models.GetRefundInput;
import com.paypal.sdk.models.LinkDescription;
import com.paypal.sdk.models.RefundCapturedPaymentInput;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundHandle;
import coop.minga.plugin.api.payment.RefundOutcome;
import coop.minga.plugin.api.payment.RefundRequest;
import coop.minga.plugins.payment.paypal.Journal.About;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Refunds of captures. Each carries the host's key as PayPal's {@code custom_id}, so that one whose
 * answer was lost is found in its order.
 */
final class RefundDesk {

    private static final String NONE = "none.";
    private static final String DECLINED = "declined";
    private static final String PAYMENT = "payment";

    private final Api api;
    private final Orders orders;
    private final Journal journal;

    RefundDesk(Api api, Orders orders, Journal journal) {
        this.api = api;
        this.orders = orders;
        this.journal = journal;
    }

    Refund refund(Call call, RefundRequest request) {
        String id = request.payment().value();
        OrderView order = orders.get(call, id);
        if (!order.amount().asset().equals(request.amount().asset())) {
            throw PaypalPayments.refused("The payment is in " + order.amount().asset().code());
        }
        ObjectNode inputs =
                Json.object()
                        .put(PAYMENT, id)
                        .put("reference", request.reference())
                        .put("currency", request.amount().asset().code())
                        .put("value", Cash.written(request.amount()));
        JsonNode entry = journal.claim(About.REFUND, call.key(), inputs);
        if (entry.has(DECLINED)) {
            return declined(call.key(), entry);
        }
        Optional<com.paypal.sdk.models.Refund> made = order.refund(call.key().value());
        if (made.isPresent()) {
            return seen(made.get(), id);
        }
        Optional<String> capture = order.capture();
        if (capture.isEmpty()) {
            return decline(call.key(), RefundOutcome.Reason.NOT_CAPTURED);
        }
        if (order.refunded().plus(request.amount()).compareTo(order.captured()) > 0) {
            return decline(call.key(), RefundOutcome.Reason.EXCEEDS_PAYMENT);
        }
        return make(call, request, capture.get());
    }

    private Refund make(Call call, RefundRequest request, String capture) {
        RefundCapturedPaymentInput input =
                new RefundCapturedPaymentInput.Builder()
                        .captureId(capture)
                        .paypalRequestId(call.key().value())
                        .prefer("return=representation")
                        .body(
                                new com.paypal.sdk.models.RefundRequest.Builder()
                                        .amount(Orders.paypal(request.amount()))
                                        .customId(call.key().value())
                                        .invoiceId(request.reference())
                                        .build())
                        .build();
        try {
            return seen(
                    api.ask(
                            call,
                            client -> client.getPaymentsController().refundCapturedPayment(input)),
                    request.payment().value());
        } catch (Refusal refusal) {
            return decline(call.key(), refusal.refundDeclined().orElseThrow(() -> refusal));
        }
    }

    /** Kept, so that the same key has the same answer for ever. */
    private Refund decline(IdempotencyKey key, RefundOutcome.Reason reason) {
        journal.learn(About.REFUND, key, DECLINED, reason.name());
        return declined(key, journal.find(About.REFUND, key.value()).orElseThrow());
    }

    private static Refund declined(IdempotencyKey key, JsonNode entry) {
        return Refund.of(
                        new RefundHandle(NONE + key),
                        new PaymentHandle(entry.path(PAYMENT).asText()),
                        Cash.read(entry.path("currency").asText(), entry.path("value").asText()),
                        RefundOutcome.declined(
                                RefundOutcome.Reason.valueOf(entry.path(DECLINED).asText())))
                .withKey(key);
    }

    Optional<Refund> find(Call call, IdempotencyKey key) {
        Optional<JsonNode> entry = journal.find(About.REFUND, key.value());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        if (entry.get().has(DECLINED)) {
            return Optional.of(declined(key, entry.get()));
        }
        String order = entry.get().path(PAYMENT).asText();
        return orders.get(call, order).refund(key.value()).map(made -> seen(made, order));
    }

    Refund observe(Call call, String id) {
        if (id.startsWith(NONE)) {
            String key = id.substring(NONE.length());
            return journal.find(About.REFUND, key)
                    .map(entry -> declined(new IdempotencyKey(key), entry))
                    .orElseThrow(Orders::notFound);
        }
        GetRefundInput input = new GetRefundInput.Builder(id).build();
        com.paypal.sdk.models.Refund refund =
                api.ask(call, client -> client.getPaymentsController().getRefund(input));
        return seen(refund, orders.ofCapture(call, captureOf(refund)));
    }

    /** The last part of the link upwards; PayPal names the capture nowhere else. */
    private static String captureOf(com.paypal.sdk.models.Refund refund) {
        List<LinkDescription> links =
                Objects.requireNonNullElse(refund.getLinks(), List.<LinkDescription>of());
        return links.stream()
                .filter(link -> "up".equals(link.getRel()) && link.getHref() != null)
                .map(link -> link.getHref().substring(link.getHref().lastIndexOf('/') + 1))
                .findFirst()
                .orElseThrow(() -> Api.nonsense(null));
    }

    private static Refund seen(com.paypal.sdk.models.Refund refund, String order) {
        if (refund.getId() == null) {
            throw Api.nonsense(null);
        }
        Money amount = OrderView.money(refund.getAmount());
        Refund seen =
                Refund.of(
                        new RefundHandle(refund.getId()),
                        new PaymentHandle(order),
                        amount,
                        switch (refund.getStatus()) {
                            case COMPLETED -> RefundOutcome.succeeded();
                            case PENDING -> RefundOutcome.pending();
                            case FAILED, CANCELLED ->
                                    RefundOutcome.declined(
                                            RefundOutcome.Reason.REFUSED_BY_PROVIDER);
                            case _UNKNOWN -> RefundOutcome.unknown();
                            case null -> RefundOutcome.unknown();
                        });
        return key(refund.getCustomId()).map(seen::withKey).orElse(seen);
    }

    /** Refunds made at PayPal's own pages have none. */
    private static Optional<IdempotencyKey> key(
            @org.jspecify.annotations.Nullable String customId) {
        try {
            return Optional.ofNullable(customId).map(IdempotencyKey::new);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
