package coop.minga.plugins.payment.stripe;

import static coop.minga.plugins.payment.stripe.FakeBooks.none;
import static coop.minga.plugins.payment.stripe.FakeBooks.number;
import static coop.minga.plugins.payment.stripe.FakeBooks.text;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What Stripe does with money: the states of its objects, and what cards answer. */
final class FakeMoney {

    private static final long DAY = 86_400;

    private final FakeBooks books;
    private final boolean live;

    /** What the bank says of a card: a decline code, or nothing for yes. */
    private final Map<String, String> banks = new HashMap<>();

    /** What a session was made with and does not show. */
    private final Map<String, Form> hidden = new HashMap<>();

    FakeMoney(FakeBooks books, boolean live) {
        this.books = books;
        this.live = live;
    }

    private JsonObject make(String prefix, String object) {
        return books.make(prefix, object, Instant.now().getEpochSecond(), live);
    }

    // Checkout

    JsonObject session(Form form) {
        String mode = form.text("mode").orElseThrow(() -> FakeRefusal.invalid(""));
        JsonObject session = make(live ? "cs_live" : "cs_test", "checkout.session");
        session.addProperty("mode", mode);
        session.addProperty("status", "open");
        session.addProperty("url", "https://checkout.stripe.com/c/pay/" + text(session, "id"));
        session.addProperty("expires_at", number(session, "created") + DAY);
        session.addProperty("success_url", form.text("success_url").orElse(""));
        session.addProperty("cancel_url", form.text("cancel_url").orElse(""));
        session.addProperty("client_reference_id", form.text("client_reference_id").orElse(""));
        session.add("metadata", form.under("metadata"));
        none(session, "payment_intent", "setup_intent", "customer");
        form.text("customer").ifPresent(id -> session.addProperty("customer", id));
        if (mode.equals("payment")) {
            String price = "line_items[0][price_data]";
            session.addProperty("payment_status", "unpaid");
            session.addProperty("currency", form.text(price + "[currency]").orElseThrow());
            session.addProperty(
                    "amount_total",
                    form.number(price + "[unit_amount]").orElseThrow()
                            * form.number("line_items[0][quantity]").orElseThrow());
        } else {
            session.addProperty("payment_status", "no_payment_required");
            none(session, "currency", "amount_total");
        }
        hidden.put(text(session, "id"), form);
        return session;
    }

    JsonObject expire(String id) {
        JsonObject session = books.get(id);
        if (!text(session, "status").equals("open")) {
            throw FakeRefusal.invalid("");
        }
        session.addProperty("status", "expired");
        session.add("url", JsonNull.INSTANCE);
        return session;
    }

    /** A day goes by without the payer. */
    void runOut(String id) {
        expire(id).addProperty("expires_at", Instant.now().getEpochSecond() - 1);
    }

    /** The payer pays on Stripe's page. */
    JsonObject pay(String id) {
        JsonObject intent = complete(id);
        settle(intent);
        if (text(intent, "status").equals("succeeded")) {
            books.get(id).addProperty("payment_status", "paid");
        }
        return intent;
    }

    /** The payer chooses a bank transfer or a voucher: the money comes days later, if at all. */
    JsonObject promise(String id) {
        JsonObject intent = complete(id);
        intent.addProperty("status", "processing");
        return intent;
    }

    void arrive(String session) {
        JsonObject checkout = books.get(session);
        settle(books.get(text(checkout, "payment_intent")));
        checkout.addProperty("payment_status", "paid");
    }

    void stayAway(String session, String code) {
        JsonObject intent = books.get(text(books.get(session), "payment_intent"));
        refuse(intent, code, null);
    }

    private JsonObject complete(String id) {
        JsonObject session = books.get(id);
        Form form = hidden.get(id);
        JsonObject intent = make("pi", "payment_intent");
        fill(
                intent,
                number(session, "amount_total"),
                text(session, "currency"),
                form.text("payment_intent_data[capture_method]").orElse("automatic_async"));
        intent.add("metadata", form.under("payment_intent_data[metadata]"));
        session.addProperty("payment_intent", text(intent, "id"));
        session.addProperty("status", "complete");
        session.add("url", JsonNull.INSTANCE);
        return intent;
    }

    /** The payer saves a card on Stripe's page. */
    String save(String id, String bank) {
        JsonObject session = books.get(id);
        JsonObject method = make("pm", "payment_method");
        method.addProperty("type", "card");
        method.addProperty("customer", text(session, "customer"));
        method.add("metadata", new JsonObject());
        JsonObject card = new JsonObject();
        card.addProperty("brand", "visa");
        card.addProperty("last4", "4242");
        card.addProperty("exp_month", 8);
        card.addProperty("exp_year", 2030);
        card.addProperty("fingerprint", "AOB934RVNwzk6xtn");
        method.add("card", card);
        banks.put(text(method, "id"), bank);
        JsonObject setup = make("seti", "setup_intent");
        setup.addProperty("status", "succeeded");
        setup.addProperty("usage", "off_session");
        setup.addProperty("customer", text(session, "customer"));
        setup.addProperty("payment_method", text(method, "id"));
        setup.add("metadata", hidden.get(id).under("setup_intent_data[metadata]"));
        session.addProperty("setup_intent", text(setup, "id"));
        session.addProperty("status", "complete");
        session.add("url", JsonNull.INSTANCE);
        return text(method, "id");
    }

    // Payments

    private void fill(JsonObject intent, long amount, String currency, String capture) {
        intent.addProperty("amount", amount);
        intent.addProperty("currency", currency);
        intent.addProperty("capture_method", capture);
        intent.addProperty("amount_received", 0);
        intent.addProperty("amount_capturable", 0);
        intent.addProperty("client_secret", text(intent, "id") + "_secret_x");
        intent.addProperty("status", "requires_payment_method");
        none(
                intent,
                "last_payment_error",
                "latest_charge",
                "next_action",
                "cancellation_reason",
                "customer",
                "payment_method");
    }

    JsonObject intent(Form form) {
        long amount = form.number("amount").orElseThrow(() -> FakeRefusal.invalid(""));
        boolean confirm = form.is("confirm");
        if (confirm) {
            requireThere(form);
        }
        JsonObject intent = make("pi", "payment_intent");
        fill(
                intent,
                amount,
                form.text("currency").orElseThrow(),
                form.text("capture_method").orElse("automatic_async"));
        intent.add("metadata", form.under("metadata"));
        form.text("customer").ifPresent(id -> intent.addProperty("customer", id));
        if (confirm) {
            intent.addProperty("payment_method", form.text("payment_method").orElseThrow());
            charge(intent, form);
        }
        return intent;
    }

    private void requireThere(Form form) {
        JsonObject method = books.get(form.text("payment_method").orElseThrow());
        if (!text(method, "customer").equals(form.text("customer").orElse("?"))) {
            throw FakeRefusal.invalid("");
        }
    }

    JsonObject confirm(String id, Form form) {
        JsonObject intent = books.get(id);
        intent.addProperty("payment_method", form.text("payment_method").orElseThrow());
        charge(intent, form);
        return intent;
    }

    private void charge(JsonObject intent, Form form) {
        String bank = banks.getOrDefault(text(intent, "payment_method"), "");
        if (bank.isEmpty()) {
            settle(intent);
        } else if (bank.equals("authentication_required") && !form.is("off_session")) {
            JsonObject where = new JsonObject();
            where.addProperty("url", "https://hooks.stripe.com/redirect/" + text(intent, "id"));
            where.addProperty("return_url", form.text("return_url").orElseThrow());
            JsonObject next = new JsonObject();
            next.addProperty("type", "redirect_to_url");
            next.add("redirect_to_url", where);
            intent.add("next_action", next);
            intent.addProperty("status", "requires_action");
        } else {
            Map<String, String> said = words(bank);
            refuse(intent, said.get("code"), said.get("decline_code"));
            throw FakeRefusal.of(402, "card_error", said).with("payment_intent", intent.deepCopy());
        }
    }

    /** Some of what banks say has a code of its own at Stripe. */
    private static Map<String, String> words(String bank) {
        Set<String> own =
                Set.of(
                        "authentication_required",
                        "expired_card",
                        "incorrect_cvc",
                        "incorrect_number",
                        "processing_error",
                        "card_decline_rate_limit_exceeded");
        return own.contains(bank)
                ? Map.of("code", bank)
                : Map.of("code", "card_declined", "decline_code", bank);
    }

    private static void refuse(JsonObject intent, String code, String declineCode) {
        JsonObject error = new JsonObject();
        error.addProperty("type", "card_error");
        error.addProperty("code", code);
        error.addProperty("message", FakeRefusal.RAW_WORDS);
        if (declineCode != null) {
            error.addProperty("decline_code", declineCode);
        }
        intent.add("last_payment_error", error);
        intent.addProperty("status", "requires_payment_method");
    }

    /** The payer confirms with the bank, or fails to. */
    void authenticate(String id, boolean believed) {
        JsonObject intent = books.get(id);
        intent.add("next_action", JsonNull.INSTANCE);
        if (believed) {
            settle(intent);
        } else {
            refuse(intent, "payment_intent_authentication_failure", null);
        }
    }

    private void settle(JsonObject intent) {
        boolean later = text(intent, "capture_method").equals("manual");
        JsonObject charge = make("ch", "charge");
        charge.addProperty("amount", number(intent, "amount"));
        charge.addProperty("amount_captured", later ? 0 : number(intent, "amount"));
        charge.addProperty("amount_refunded", 0);
        charge.addProperty("captured", !later);
        charge.addProperty("currency", text(intent, "currency"));
        charge.addProperty("disputed", false);
        charge.addProperty("paid", true);
        charge.addProperty("status", "succeeded");
        charge.addProperty("payment_intent", text(intent, "id"));
        charge.add("metadata", intent.getAsJsonObject("metadata").deepCopy());
        JsonObject card = new JsonObject();
        card.addProperty("brand", "visa");
        card.addProperty("last4", "4242");
        if (later) {
            card.addProperty("capture_before", number(charge, "created") + 7 * DAY);
        }
        JsonObject details = new JsonObject();
        details.addProperty("type", "card");
        details.add("card", card);
        charge.add("payment_method_details", details);
        intent.addProperty("latest_charge", text(charge, "id"));
        intent.addProperty("amount_capturable", later ? number(intent, "amount") : 0);
        intent.addProperty("amount_received", later ? 0 : number(intent, "amount"));
        intent.addProperty("status", later ? "requires_capture" : "succeeded");
        intent.add("last_payment_error", JsonNull.INSTANCE);
    }

    JsonObject capture(String id, Form form) {
        JsonObject intent = books.get(id);
        if (!text(intent, "status").equals("requires_capture")) {
            throw FakeRefusal.invalid("payment_intent_unexpected_state");
        }
        long amount = form.number("amount_to_capture").orElseThrow();
        if (amount > number(intent, "amount_capturable")) {
            throw FakeRefusal.invalid("amount_too_large");
        }
        JsonObject charge = books.get(text(intent, "latest_charge"));
        charge.addProperty("captured", true);
        charge.addProperty("amount_captured", amount);
        charge.addProperty("amount_refunded", number(charge, "amount") - amount);
        intent.addProperty("amount_received", amount);
        intent.addProperty("amount_capturable", 0);
        intent.addProperty("status", "succeeded");
        return intent;
    }

    JsonObject cancel(String id, Form form) {
        JsonObject intent = books.get(id);
        if (Set.of("succeeded", "canceled").contains(text(intent, "status"))) {
            throw FakeRefusal.invalid("payment_intent_unexpected_state");
        }
        intent.addProperty("status", "canceled");
        form.text("cancellation_reason")
                .ifPresent(reason -> intent.addProperty("cancellation_reason", reason));
        return intent;
    }

    /** Nobody captured in time. */
    void lapse(String id) {
        cancel(id, Form.of("cancellation_reason=automatic"));
    }

    JsonObject refund(Form form) {
        JsonObject intent = books.get(form.text("payment_intent").orElseThrow());
        if (text(intent, "latest_charge").isEmpty()) {
            throw FakeRefusal.invalid("");
        }
        JsonObject charge = books.get(text(intent, "latest_charge"));
        long captured = number(charge, "amount_captured");
        long back = number(charge, "amount_refunded");
        long released = number(charge, "amount") - captured;
        long amount = form.number("amount").orElse(captured - back);
        if (charge.get("disputed").getAsBoolean()) {
            throw FakeRefusal.invalid("charge_disputed");
        }
        if (back - released == captured) {
            throw FakeRefusal.invalid("charge_already_refunded");
        }
        if (amount > captured - (back - released)) {
            throw FakeRefusal.invalid("");
        }
        charge.addProperty("amount_refunded", back + amount);
        JsonObject refund = make("re", "refund");
        refund.remove("livemode");
        refund.addProperty("amount", amount);
        refund.addProperty("currency", text(charge, "currency"));
        refund.addProperty("charge", text(charge, "id"));
        refund.addProperty("payment_intent", text(intent, "id"));
        refund.addProperty("status", "succeeded");
        form.text("reason").ifPresent(reason -> refund.addProperty("reason", reason));
        refund.add("metadata", form.under("metadata"));
        return refund;
    }

    /** A refund that looked well comes back: the card's account was closed. */
    void bounce(String id, String why) {
        JsonObject refund = books.get(id);
        refund.addProperty("status", "failed");
        refund.addProperty("failure_reason", why);
        JsonObject charge = books.get(text(refund, "charge"));
        charge.addProperty(
                "amount_refunded", number(charge, "amount_refunded") - number(refund, "amount"));
    }

    /** Says something else than it did: a lie for the host to notice. */
    void write(String id, String field, long value) {
        books.get(id).addProperty(field, value);
    }

    void write(String id, String field, String value) {
        books.get(id).addProperty(field, value);
    }
}
