package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.payment.HookEvent;
import coop.minga.plugin.api.payment.HookEvent.Subject;
import coop.minga.plugin.api.payment.HookResult;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PayoutHandle;
import coop.minga.plugin.api.payment.RefundHandle;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What PayPal's events are about; what they say about it is left out, the host asks. */
final class HookEvents {

    /** What the webhook has to be subscribed to. */
    static final Set<String> NEEDED =
            Set.of(
                    "CHECKOUT.ORDER.APPROVED",
                    "PAYMENT.CAPTURE.COMPLETED",
                    "PAYMENT.CAPTURE.PENDING",
                    "PAYMENT.CAPTURE.DENIED",
                    "PAYMENT.CAPTURE.REFUNDED",
                    "PAYMENT.CAPTURE.REVERSED");

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final Settings settings;
    private final Orders orders;

    HookEvents(Settings settings, Orders orders) {
        this.settings = settings;
        this.orders = orders;
    }

    HookResult read(Call call, JsonNode event) {
        String id = event.path("id").asText("");
        String type = event.path("event_type").asText("");
        if (!ID.matcher(id).matches() || type.isEmpty()) {
            return HookResult.refused(HookResult.Reason.MALFORMED);
        }
        Instant at;
        try {
            at = Instant.parse(event.path("create_time").asText(""));
        } catch (DateTimeParseException e) {
            return HookResult.refused(HookResult.Reason.MALFORMED);
        }
        return subject(call, type, event.path("resource"))
                .map(subject ->
                        HookResult.verified(HookEvent.of(id, type, subject, settings.mode(), at)))
                .orElseGet(HookResult::verified);
    }

    private Optional<Subject> subject(Call call, String type, JsonNode resource) {
        String id = resource.path("id").asText("");
        if (type.startsWith("CHECKOUT.ORDER.")) {
            return known(id).map(order -> new Subject.OfPayment(new PaymentHandle(order)));
        }
        if (type.startsWith("PAYMENT.CAPTURE.") || type.startsWith("PAYMENT.AUTHORIZATION.")) {
            return order(call, resource)
                    .map(order -> new Subject.OfPayment(new PaymentHandle(order)));
        }
        if (type.startsWith("PAYMENT.REFUND.")) {
            return known(id).map(refund -> new Subject.OfRefund(new RefundHandle(refund)));
        }
        if (type.startsWith("PAYMENT.PAYOUTSBATCH.")) {
            return known(resource.path("batch_header").path("payout_batch_id").asText(""))
                    .map(batch -> new Subject.OfPayout(new PayoutHandle(batch)));
        }
        if (type.startsWith("PAYMENT.PAYOUTS-ITEM.")) {
            return known(resource.path("payout_batch_id").asText(""))
                    .map(batch -> new Subject.OfPayout(new PayoutHandle(batch)));
        }
        return Optional.empty();
    }

    /** The resource names its order, or is a refund that names its capture. */
    private Optional<String> order(Call call, JsonNode resource) {
        Optional<String> named =
                known(
                        resource.path("supplementary_data")
                                .path("related_ids")
                                .path("order_id")
                                .asText(""));
        if (named.isPresent()) {
            return named;
        }
        for (JsonNode link : resource.path("links")) {
            String href = link.path("href").asText("");
            if (link.path("rel").asText("").equals("up") && href.contains("/captures/")) {
                return orderOf(call, href.substring(href.lastIndexOf('/') + 1));
            }
        }
        return Optional.empty();
    }

    /** Not every capture of the account has an order, and not every order is ours. */
    private Optional<String> orderOf(Call call, String capture) {
        try {
            return known(orders.ofCapture(call, capture));
        } catch (Refusal refusal) {
            if (refusal.status() == 404) {
                return Optional.empty();
            }
            throw refusal;
        } catch (ProviderException e) {
            if (e.code() == Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Optional<String> known(String id) {
        return ID.matcher(id).matches() ? Optional.of(id) : Optional.empty();
    }
}
