package coop.minga.plugins.payment.stripe;

import static coop.minga.plugins.payment.stripe.FakeBooks.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

import coop.minga.plugin.testkit.LoopbackVendor;
import coop.minga.plugin.testkit.LoopbackVendor.Answer;
import coop.minga.plugin.testkit.LoopbackVendor.Request;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stripe on loopback: keeps what it is told, counts money, remembers keys, and fails on command.
 * What it is asked and what it answers is held against Stripe's own specification where that is at
 * hand.
 */
final class FakeStripe implements AutoCloseable {

    static final String TEST_KEY = "sk_test_51MingaContractKey";
    static final String LIVE_KEY = "sk_live_51MingaContractKey";

    private static final Pattern PATH =
            Pattern.compile("/v1/(checkout/sessions|[a-z_]+)(?:/([^/]+))?(?:/([a-z]+))?");

    /** What was answered under a key. */
    private record Kept(String asked, Answer answer) {}

    private final LoopbackVendor vendor = new LoopbackVendor(this::answer);
    private final Map<String, Kept> kept = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final Optional<StripeSpec> spec = StripeSpec.find();
    private final FakeBooks books = new FakeBooks();
    private final FakeMoney money;
    private final FakeDesk desk;
    private final boolean live;
    private boolean lying;
    private final Object lock = new Object();

    FakeStripe() {
        this(false);
    }

    FakeStripe(boolean live) {
        this.live = live;
        this.money = new FakeMoney(books, live);
        this.desk = new FakeDesk(books, live);
    }

    URI url() {
        return vendor.url();
    }

    LoopbackVendor vendor() {
        return vendor;
    }

    /** Says of the next requests with a key that it is at work elsewhere. */
    void busy(int times) {
        busy.set(times);
    }

    /** Forgets keys, as Stripe does after a day. */
    void forgetKeys() {
        synchronized (lock) {
            kept.clear();
        }
    }

    /** From now on its answers need not be what Stripe would answer. */
    void lie() {
        synchronized (lock) {
            lying = true;
        }
    }

    /** What banks, people who are paid, or the operator do with Stripe. */
    void hears(Consumer<FakeDesk> act) {
        synchronized (lock) {
            act.accept(desk);
        }
    }

    /** What payers and their cards do, and what Stripe does with the money. */
    void does(Consumer<FakeMoney> act) {
        synchronized (lock) {
            act.accept(money);
        }
    }

    /** A copy of what is known under an id. */
    JsonObject look(String id) {
        synchronized (lock) {
            return books.get(id).deepCopy();
        }
    }

    /** Copies of all of a kind, the oldest first. */
    List<JsonObject> all(String object) {
        synchronized (lock) {
            return books.all(object).stream().map(JsonObject::deepCopy).toList();
        }
    }

    int count(String object, String reference) {
        return (int)
                all(object).stream()
                        .filter(o ->
                                reference.equals(
                                        text(o.getAsJsonObject("metadata"), "minga_reference")))
                        .count();
    }

    /** Fails when anything was asked or answered that the specification does not know. */
    void requireSpecified() {
        synchronized (lock) {
            if (!violations.isEmpty()) {
                throw new AssertionError("Against the specification: " + violations);
            }
        }
    }

    private Answer answer(Request request) {
        if (!request.headers()
                .getOrDefault("authorization", "")
                .equals("Bearer " + (live ? LIVE_KEY : TEST_KEY))) {
            return json(FakeRefusal.of(401, "invalid_request_error", Map.of()));
        }
        String key = request.headers().get("idempotency-key");
        if (request.method().equals("POST") && key != null) {
            return once(request, key);
        }
        synchronized (lock) {
            return worked(request);
        }
    }

    private Answer once(Request request, String key) {
        if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return json(
                    FakeRefusal.of(
                            409, "idempotency_error", Map.of("code", "idempotency_key_in_use")));
        }
        String asked = request.path() + "?" + request.text();
        synchronized (lock) {
            Kept before = kept.get(key);
            if (before == null) {
                Answer answer = worked(request);
                kept.put(key, new Kept(asked, answer));
                return answer;
            }
            if (!before.asked().equals(asked)) {
                return json(FakeRefusal.of(400, "idempotency_error", Map.of()));
            }
            Map<String, String> headers = new HashMap<>(before.answer().headers());
            headers.put("Idempotent-Replayed", "true");
            return new Answer(before.answer().status(), headers, before.answer().body());
        }
    }

    private Answer worked(Request request) {
        boolean post = request.method().equals("POST");
        Form form = Form.of(post ? request.text() : request.query());
        spec.ifPresent(s -> violations.addAll(s.request(request.method(), request.path(), form)));
        try {
            JsonObject answer = books.expanded(route(request, form), form.expand());
            spec.filter(_ -> !lying).ifPresent(s -> violations.addAll(s.answer(answer)));
            return Answer.json(200, answer.toString());
        } catch (FakeRefusal no) {
            return json(no);
        }
    }

    private static Answer json(FakeRefusal no) {
        return Answer.json(no.status(), no.json());
    }

    private JsonObject route(Request request, Form form) {
        Matcher path = PATH.matcher(request.path());
        if (!path.matches()) {
            throw FakeRefusal.missing(request.path());
        }
        String kind = path.group(1);
        String id = path.group(2);
        String action = path.group(3);
        if (request.method().equals("GET")) {
            return read(kind, id, request.path(), form);
        }
        return switch (kind + (id == null ? "" : action == null ? "/" : "/" + action)) {
            case "checkout/sessions" -> money.session(form);
            case "checkout/sessions/expire" -> money.expire(id);
            case "payment_intents" -> money.intent(form);
            case "payment_intents/confirm" -> money.confirm(id, form);
            case "payment_intents/capture" -> money.capture(id, form);
            case "payment_intents/cancel" -> money.cancel(id, form);
            case "refunds" -> money.refund(form);
            case "customers" -> desk.customer(form);
            case "payment_methods/detach" -> desk.detach(id);
            case "disputes/" -> desk.answer(id, form);
            case "disputes/close" -> desk.accept(id);
            case "accounts" -> desk.account(form);
            case "account_links" -> desk.link(form);
            case "transfers" -> desk.transfer(form);
            default -> throw FakeRefusal.missing(request.path());
        };
    }

    private JsonObject read(String kind, String id, String path, Form form) {
        if (kind.equals("balance") || kind.equals("account")) {
            return kind.equals("balance") ? desk.balance() : desk.platform();
        }
        if (kind.equals("customers") && "search".equals(id)) {
            return search(form);
        }
        String object =
                switch (kind) {
                    case "checkout/sessions" -> "checkout.session";
                    default -> kind.substring(0, kind.length() - 1);
                };
        if (id == null) {
            return books.list(object, path, form);
        }
        JsonObject found = books.get(URI.create(id).getPath());
        if (!text(found, "object").equals(object)) {
            throw FakeRefusal.missing(id);
        }
        return found;
    }

    private JsonObject search(Form form) {
        Matcher wanted =
                Pattern.compile("metadata\\['([a-z_]+)'\\]:'([^']+)'")
                        .matcher(form.text("query").orElse(""));
        if (!wanted.matches()) {
            throw FakeRefusal.invalid("");
        }
        JsonArray data = new JsonArray();
        books.all("customer").stream()
                .filter(c ->
                        text(c.getAsJsonObject("metadata"), wanted.group(1))
                                .equals(wanted.group(2)))
                .forEach(data::add);
        JsonObject result = new JsonObject();
        result.addProperty("object", "search_result");
        result.addProperty("url", "/v1/customers/search");
        result.addProperty("has_more", false);
        result.add("data", data);
        return result;
    }

    @Override
    public void close() {
        vendor.close();
    }

    static byte[] bytes(JsonObject json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
