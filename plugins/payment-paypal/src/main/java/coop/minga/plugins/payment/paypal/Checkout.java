package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugins.payment.paypal.Journal.About;

import java.time.Duration;
import java.util.Optional;

/** Payments as orders: begun, looked for, taken, given up. */
final class Checkout {

    /** For so long PayPal answers the same request id with the same order. */
    private static final Duration REQUEST_ID_KEPT = Duration.ofHours(6);

    /** After so long an order that nobody approved is of no use any more. */
    private static final Duration APPROVABLE = Duration.ofHours(3);

    private static final String ORDER = "order";
    private static final String REASON = "reason";
    private static final String UNTIL_CHANGED = "until_changed";

    private final ProviderContext context;
    private final Settings settings;
    private final Orders orders;
    private final Journal journal;

    Checkout(ProviderContext context, Settings settings, Orders orders, Journal journal) {
        this.context = context;
        this.settings = settings;
        this.orders = orders;
        this.journal = journal;
    }

    Payment start(Call call, PaymentIntent intent) {
        Asked asked = Asked.of(intent, context.hostId());
        if (!asked.reference().fits()) {
            throw PaypalPayments.refused("Not a reference that PayPal can keep");
        }
        JsonNode entry = journal.claim(About.PAYMENT, call.key(), asked.written());
        String known = entry.path(ORDER).asText("");
        return known.isEmpty()
                ? create(call, call.key(), asked)
                : observe(call, known).withKey(call.key());
    }

    /** Asks for the order, or for the one that was made when the answer was lost. */
    private Payment create(Call call, IdempotencyKey key, Asked asked) {
        OrderView order = orders.create(call, key.value(), asked);
        String wanted = settings.merchant().orElse("");
        if (!wanted.isEmpty() && !order.account().isEmpty() && !order.account().equals(wanted)) {
            throw new ProviderException(
                    Code.MISCONFIGURED,
                    Text.of(
                            "The credentials belong to another PayPal account than merchant_id",
                            "Las credenciales son de otra cuenta de PayPal que merchant_id"));
        }
        journal.learn(About.PAYMENT, key, ORDER, order.id());
        return seen(call, order).withKey(key);
    }

    Optional<Payment> find(Call call, IdempotencyKey key) {
        Optional<JsonNode> entry = journal.find(About.PAYMENT, key.value());
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        String known = entry.get().path(ORDER).asText("");
        if (!known.isEmpty()) {
            return Optional.of(observe(call, known).withKey(key));
        }
        // Whoever asked did not hear of the order, so no payer can have approved it: within
        // PayPal's memory the same request gives it again, later it is as good as none.
        return ageOf(entry.get()).compareTo(REQUEST_ID_KEPT) < 0
                ? Optional.of(create(call, key, Asked.read(entry.get())))
                : Optional.empty();
    }

    private Duration ageOf(JsonNode entry) {
        return Duration.between(Journal.at(entry), context.clock().instant());
    }

    Payment observe(Call call, String id) {
        try {
            return seen(call, orders.get(call, id));
        } catch (Refusal refusal) {
            if (refusal.status() != 404) {
                throw refusal;
            }
            return forgotten(id).orElseThrow(Orders::notFound);
        }
    }

    /** PayPal drops orders that nobody approved in time; what we asked for is still known. */
    private Optional<Payment> forgotten(String id) {
        return journal.search(About.PAYMENT, ORDER, id)
                .filter(found -> ageOf(found.entry()).compareTo(APPROVABLE) >= 0)
                .map(found -> {
                    Asked asked = Asked.read(found.entry());
                    return Payment.of(
                                    new PaymentHandle(id),
                                    asked.reference().payment(),
                                    settings.mode(),
                                    asked.amount(),
                                    PaymentOutcome.declined(DeclineReason.EXPIRED))
                            .withKey(new IdempotencyKey(found.name()));
                });
    }

    private Payment seen(Call call, OrderView order) {
        if (!order.isOpen()) {
            return order.payment();
        }
        Optional<JsonNode> verdict = journal.find(About.VERDICT, order.id());
        if (verdict.isPresent() && verdict.get().has(REASON)) {
            return order.payment(
                    PaymentOutcome.declined(
                            DeclineReason.valueOf(verdict.get().path(REASON).asText())));
        }
        if (!order.isAgreed()) {
            return order.payment();
        }
        if (verdict.isPresent()
                && verdict.get().path(UNTIL_CHANGED).asText("").equals(order.updated())) {
            return order.payment(order.toPage());
        }
        return order.reservesFirst() ? reserve(call, order) : order.payment();
    }

    /**
     * The payer agreed to a reservation, and it is only one once it is asked for. Whoever is told
     * "authorized" starts to deliver, so it is asked for before that is said; the same request id
     * makes it once, whoever looks.
     */
    private Payment reserve(Call call, OrderView order) {
        return afterwards(call, order, () -> orders.authorize(call, order.id()));
    }

    Payment capture(Call call, String id, Money amount) {
        OrderView order = orders.get(call, id);
        if (!order.amount().asset().equals(amount.asset())
                || !amount.isPositive()
                || amount.compareTo(order.amount()) > 0) {
            throw PaypalPayments.refused("Of " + order.amount() + " not " + amount);
        }
        Payment now = seen(call, order);
        return switch (now.outcome()) {
            case PaymentOutcome.Succeeded _, PaymentOutcome.Pending _ -> now;
            case PaymentOutcome.Authorized _ -> take(call, order, amount);
            case PaymentOutcome.RequiresAction _,
                    PaymentOutcome.Declined _,
                    PaymentOutcome.Unknown _ ->
                    throw new ProviderException(Code.CONFLICT, "Nothing is agreed to");
        };
    }

    private Payment take(Call call, OrderView order, Money amount) {
        if (!order.reservesFirst()) {
            if (!amount.equals(order.amount())) {
                throw PaypalPayments.refused("An order that reserves nothing is taken whole");
            }
            return afterwards(call, order, () -> orders.capture(call, order.id()));
        }
        // It may have been reserved by this very call.
        String authorization =
                order.authorization()
                        .or(() -> orders.get(call, order.id()).authorization())
                        .orElseThrow(
                                () -> new ProviderException(Code.CONFLICT, "Nothing is reserved"));
        return afterwards(call, order, () -> orders.captureReserved(call, authorization, amount));
    }

    /**
     * Does something to an order and looks at it again, whatever the answer was: what the order
     * says then is what counts.
     */
    private Payment afterwards(Call call, OrderView order, Runnable step) {
        try {
            step.run();
        } catch (Refusal refusal) {
            Optional<DeclineReason> declined = refusal.declined();
            if (declined.isPresent()) {
                journal.note(
                        About.VERDICT,
                        order.id(),
                        Json.object().put(REASON, declined.get().name()));
            } else if (refusal.wantsAnotherSource()) {
                journal.note(
                        About.VERDICT,
                        order.id(),
                        Json.object().put(UNTIL_CHANGED, order.updated()));
            } else if (!refusal.doneAlready()) {
                throw refusal;
            }
            if (refusal.names("DUPLICATE_INVOICE_ID")) {
                context.logger()
                        .warn("PayPal has another payment under {}", order.reference().payment());
            }
        }
        return passively(orders.get(call, order.id()));
    }

    /** As it stands, with what we know, and without asking for anything more. */
    private Payment passively(OrderView order) {
        if (!order.isOpen()) {
            return order.payment();
        }
        Optional<JsonNode> verdict = journal.find(About.VERDICT, order.id());
        if (verdict.isEmpty()) {
            return order.payment(PaymentOutcome.unknown());
        }
        String reason = verdict.get().path(REASON).asText("");
        return order.payment(
                reason.isEmpty()
                        ? order.toPage()
                        : PaymentOutcome.declined(DeclineReason.valueOf(reason)));
    }

    /**
     * PayPal closes no order; but nobody takes the money of one except {@link #capture}, and that
     * does not any more.
     */
    Payment cancel(Call call, String id) {
        OrderView order = orders.get(call, id);
        if (!order.isOpen()) {
            PaymentOutcome outcome = order.payment().outcome();
            boolean reserved =
                    outcome instanceof PaymentOutcome.Authorized
                            || outcome instanceof PaymentOutcome.Pending;
            Optional<String> authorization = order.authorization();
            if (reserved && order.capture().isEmpty() && authorization.isPresent()) {
                return afterwards(call, order, () -> orders.release(call, authorization.get()));
            }
            return order.payment();
        }
        journal.note(
                About.VERDICT,
                id,
                Json.object().put(REASON, DeclineReason.CANCELED_BY_HOST.name()));
        return passively(order);
    }
}
