package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.PaymentIntent;

/**
 * An order to be made, in a form that can be kept: asking again has to say the very same.
 *
 * @param later reserve first, take when the host says so
 */
record Asked(
        Reference reference,
        Money amount,
        boolean later,
        String description,
        String locale,
        String returnUrl,
        String cancelUrl) {

    private static final int LONGEST_LINE = 127;

    static Asked of(PaymentIntent intent, String host) {
        String line = intent.description().strip();
        return new Asked(
                new Reference(intent.reference(), host),
                intent.amount(),
                intent.capture() == PaymentIntent.Capture.LATER,
                line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line,
                Orders.locale(intent.payer().language()),
                intent.returnUrl().toString(),
                intent.cancelUrl().toString());
    }

    ObjectNode written() {
        return Json.object()
                .put("reference", reference.written())
                .put("currency", amount.asset().code())
                .put("value", Cash.written(amount))
                .put("later", later)
                .put("description", description)
                .put("locale", locale)
                .put("return_url", returnUrl)
                .put("cancel_url", cancelUrl);
    }

    static Asked read(JsonNode entry) {
        return new Asked(
                Reference.read(entry.path("reference").asText()),
                Cash.read(entry.path("currency").asText(), entry.path("value").asText()),
                entry.path("later").asBoolean(),
                entry.path("description").asText(),
                entry.path("locale").asText(),
                entry.path("return_url").asText(),
                entry.path("cancel_url").asText());
    }
}
