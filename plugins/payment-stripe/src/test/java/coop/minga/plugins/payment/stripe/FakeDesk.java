package coop.minga.plugins.payment.stripe;

import static coop.minga.plugins.payment.stripe.FakeBooks.none;
import static coop.minga.plugins.payment.stripe.FakeBooks.number;
import static coop.minga.plugins.payment.stripe.FakeBooks.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

import java.time.Instant;

/** Whom Stripe knows: customers, banks that dispute, people who are paid, and the operator. */
final class FakeDesk {

    private static final long DAY = 86_400;

    private final FakeBooks books;
    private final boolean live;

    private boolean poor;
    private boolean activated = true;

    FakeDesk(FakeBooks books, boolean live) {
        this.books = books;
        this.live = live;
    }

    private JsonObject make(String prefix, String object) {
        return books.make(prefix, object, Instant.now().getEpochSecond(), live);
    }

    JsonObject customer(Form form) {
        JsonObject customer = make("cus", "customer");
        form.text("email").ifPresent(mail -> customer.addProperty("email", mail));
        form.text("name").ifPresent(name -> customer.addProperty("name", name));
        customer.add("metadata", form.under("metadata"));
        return customer;
    }

    JsonObject detach(String id) {
        JsonObject method = books.get(id);
        if (text(method, "customer").isEmpty()) {
            throw FakeRefusal.invalid("");
        }
        method.add("customer", JsonNull.INSTANCE);
        return method;
    }

    /** The payer takes the money back through the bank. */
    String dispute(String intent, String status) {
        JsonObject paid = books.get(intent);
        JsonObject charge = books.get(text(paid, "latest_charge"));
        charge.addProperty("disputed", true);
        JsonObject dispute = make("du", "dispute");
        dispute.addProperty("amount", number(charge, "amount_captured"));
        dispute.addProperty("currency", text(charge, "currency"));
        dispute.addProperty("charge", text(charge, "id"));
        dispute.addProperty("payment_intent", intent);
        dispute.addProperty("reason", "fraudulent");
        dispute.addProperty("status", status);
        dispute.add("metadata", new JsonObject());
        dispute.add("evidence", new JsonObject());
        JsonObject details = new JsonObject();
        details.addProperty("due_by", number(dispute, "created") + 7 * DAY);
        details.addProperty("has_evidence", false);
        dispute.add("evidence_details", details);
        return text(dispute, "id");
    }

    JsonObject answer(String id, Form form) {
        JsonObject dispute = books.get(id);
        if (!text(dispute, "status").endsWith("needs_response")) {
            throw FakeRefusal.invalid("");
        }
        JsonObject evidence = dispute.getAsJsonObject("evidence");
        form.under("evidence").asMap().forEach(evidence::add);
        dispute.getAsJsonObject("evidence_details").addProperty("has_evidence", true);
        if (form.is("submit")) {
            dispute.addProperty("status", "under_review");
        }
        return dispute;
    }

    JsonObject accept(String id) {
        JsonObject dispute = books.get(id);
        dispute.addProperty("status", "lost");
        return dispute;
    }

    JsonObject account(Form form) {
        JsonObject account = make("acct", "account");
        account.remove("livemode");
        account.addProperty("country", form.text("country").orElseThrow());
        account.addProperty("details_submitted", false);
        account.addProperty("charges_enabled", false);
        account.addProperty("payouts_enabled", false);
        account.add("metadata", form.under("metadata"));
        JsonObject capabilities = new JsonObject();
        capabilities.addProperty("transfers", "inactive");
        account.add("capabilities", capabilities);
        JsonObject needs = new JsonObject();
        JsonArray due = new JsonArray();
        due.add("individual.dob.day");
        needs.add("currently_due", due);
        none(needs, "disabled_reason");
        account.add("requirements", needs);
        return account;
    }

    /** Somebody hands in their papers; Stripe looks at them. */
    void handIn(String id) {
        JsonObject account = books.get(id);
        account.addProperty("details_submitted", true);
        account.getAsJsonObject("requirements").add("currently_due", new JsonArray());
    }

    void approve(String id) {
        handIn(id);
        books.get(id).addProperty("payouts_enabled", true);
        books.get(id).getAsJsonObject("capabilities").addProperty("transfers", "active");
    }

    void reject(String id) {
        books.get(id)
                .getAsJsonObject("requirements")
                .addProperty("disabled_reason", "rejected.fraud");
    }

    JsonObject link(Form form) {
        JsonObject link = new JsonObject();
        link.addProperty("object", "account_link");
        link.addProperty("created", Instant.now().getEpochSecond());
        link.addProperty("expires_at", Instant.now().getEpochSecond() + 300);
        link.addProperty(
                "url", "https://connect.stripe.com/setup/e/" + form.text("account").orElseThrow());
        return link;
    }

    void poor(boolean isPoor) {
        poor = isPoor;
    }

    JsonObject transfer(Form form) {
        if (poor) {
            throw FakeRefusal.invalid("balance_insufficient");
        }
        books.get(form.text("destination").orElseThrow());
        JsonObject transfer = make("tr", "transfer");
        transfer.addProperty("amount", form.number("amount").orElseThrow());
        transfer.addProperty("amount_reversed", 0);
        transfer.addProperty("reversed", false);
        transfer.addProperty("currency", form.text("currency").orElseThrow());
        transfer.addProperty("destination", form.text("destination").orElseThrow());
        transfer.addProperty("transfer_group", form.text("transfer_group").orElse(""));
        transfer.add("metadata", form.under("metadata"));
        return transfer;
    }

    void reverse(String id) {
        JsonObject transfer = books.get(id);
        transfer.addProperty("reversed", true);
        transfer.addProperty("amount_reversed", number(transfer, "amount"));
    }

    void deactivate() {
        activated = false;
    }

    JsonObject platform() {
        JsonObject account = new JsonObject();
        account.addProperty("id", "acct_platform");
        account.addProperty("object", "account");
        account.addProperty("charges_enabled", activated);
        account.addProperty("details_submitted", true);
        return account;
    }

    JsonObject balance() {
        JsonObject balance = new JsonObject();
        balance.addProperty("object", "balance");
        balance.addProperty("livemode", live);
        balance.add("available", new JsonArray());
        balance.add("pending", new JsonArray());
        return balance;
    }

    /** Somebody adds an endpoint in the dashboard. */
    void listen(String url, String... events) {
        JsonObject endpoint = make("we", "webhook_endpoint");
        endpoint.addProperty("url", url);
        endpoint.addProperty("status", "enabled");
        JsonArray enabled = new JsonArray();
        for (String event : events) {
            enabled.add(event);
        }
        endpoint.add("enabled_events", enabled);
        endpoint.add("metadata", new JsonObject());
    }
}
