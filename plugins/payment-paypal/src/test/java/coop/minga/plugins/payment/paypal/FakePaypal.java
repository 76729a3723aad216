package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.testkit.LoopbackVendor;
import coop.minga.plugin.testkit.LoopbackVendor.Answer;
import coop.minga.plugin.testkit.LoopbackVendor.Request;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * PayPal on loopback: tokens, request ids that make a request count once, webhooks, and the books
 * behind them ({@link FakeBooks}). Faults are put in the way of single requests by {@link #vendor}.
 */
final class FakePaypal implements AutoCloseable {

    static final String CLIENT = "AeTestClientOfTheFake1234";
    static final String SECRET = "EFsecret-of-the-fake-paypal-0987";
    static final String WEBHOOK = "1JE4291016473214C";
    static final String CERT_URL = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1";

    private static final String ALL_SCOPES =
            "openid https://uri.paypal.com/services/payments/realtimepayment"
                    + " https://uri.paypal.com/payments/payouts "
                    + History.SCOPE;

    final FakeBooks books = new FakeBooks();
    final LoopbackVendor vendor;

    private final Optional<PaypalSpec> spec = PaypalSpec.find();
    private final Set<String> problems = ConcurrentHashMap.newKeySet();
    private final Signer signer;
    private final Map<String, Answer> replies = new HashMap<>();
    private final Set<String> tokens = new HashSet<>();
    private final ObjectNode webhook = Json.object();
    private volatile CountDownLatch flowing = new CountDownLatch(0);
    private volatile String scopes = ALL_SCOPES;

    FakePaypal(Signer signer) {
        this.signer = signer;
        this.vendor = new LoopbackVendor(this::answer);
        webhook.put("id", WEBHOOK).put("url", "http://localhost:8080/hooks/test");
        webhook.putArray("event_types").addObject().put("name", "*");
    }

    PaypalFactory factory() {
        return new PaypalFactory(
                mode -> Site.of(mode).reachedAt(vendor.url()), Trust.of(signer.root()));
    }

    /** Hangs on everything until the returned thing is closed. */
    AutoCloseable stall() {
        CountDownLatch latch = new CountDownLatch(1);
        flowing = latch;
        return () -> {
            flowing = new CountDownLatch(0);
            latch.countDown();
        };
    }

    /** As if all tokens had ended before their time. */
    synchronized void forgetTokens() {
        tokens.clear();
    }

    void allow(String newScopes) {
        scopes = newScopes;
    }

    ObjectNode webhook() {
        return webhook;
    }

    private Answer answer(Request request) {
        try {
            flowing.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Answer answer = route(request);
        spec.ifPresent(known -> problems.addAll(known.problems(request, answer)));
        return answer;
    }

    /** What was not as PayPal describes it, on either side. */
    Set<String> problems() {
        return Set.copyOf(problems);
    }

    /** Those that a test makes on purpose. */
    Set<String> takeProblems() {
        Set<String> taken = problems();
        problems.clear();
        return taken;
    }

    private synchronized Answer route(Request request) {
        String path = request.path();
        if (path.equals("/v1/oauth2/token")) {
            return token(request);
        }
        if (path.startsWith(Certificates.PATH)) {
            return new Answer(200, Map.of("Content-Type", "application/x-pem-file"), signer.pem());
        }
        String bearer = request.headers().getOrDefault("authorization", "");
        if (!bearer.startsWith("Bearer ") || !tokens.contains(bearer.substring(7))) {
            return FakeBooks.refuse(401, "AUTHENTICATION_FAILURE", "TOKEN_NOT_FOUND");
        }
        if (path.equals("/v1/notifications/verify-webhook-signature")) {
            return verify(request);
        }
        if (path.equals("/v1/notifications/webhooks/" + WEBHOOK)) {
            return Answer.json(200, Json.text(webhook));
        }
        if (path.startsWith("/v1/notifications/webhooks/")) {
            return FakeBooks.refuse(404, "INVALID_RESOURCE_ID", "");
        }
        return once(request);
    }

    /** A request id is remembered with its first answer; the same id is answered with 200. */
    private Answer once(Request request) {
        String id = request.headers().get("paypal-request-id");
        if (id == null || !request.method().equals("POST")) {
            return books.answer(request);
        }
        String name = request.path().replaceFirst("/[^/]+/(capture|refund)$", "/$1") + " " + id;
        Answer before = replies.get(name);
        if (before != null) {
            return new Answer(200, before.headers(), before.body());
        }
        Answer answer = books.answer(request);
        if (answer.status() / 100 == 2) {
            replies.put(name, answer);
        }
        return answer;
    }

    /** PayPal remembers request ids for some hours only. */
    synchronized void forgetRequestIds() {
        replies.clear();
    }

    private Answer token(Request request) {
        String expected =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (CLIENT + ":" + SECRET).getBytes(StandardCharsets.UTF_8));
        if (!expected.equals(request.headers().get("authorization"))
                || !request.text().equals("grant_type=client_credentials")) {
            return Answer.json(
                    401,
                    "{\"error\":\"invalid_client\",\"error_description\":\"Client Authentication"
                            + " failed\"}");
        }
        String token = "A21AA" + UUID.randomUUID();
        tokens.add(token);
        return Answer.json(
                200,
                Json.text(
                        Json.object()
                                .put("scope", scopes)
                                .put("access_token", token)
                                .put("token_type", "Bearer")
                                .put("app_id", "APP-80W284485P519543T")
                                .put("expires_in", 32_400)
                                .put("nonce", "n")));
    }

    /** Takes the event as the bytes that came, as PayPal does. */
    private Answer verify(Request request) {
        JsonNode body = Json.read(request.body());
        String text = request.text();
        String mark = "\"webhook_event\":";
        String event = text.substring(text.indexOf(mark) + mark.length(), text.lastIndexOf('}'));
        boolean genuine =
                body.path("auth_algo").asText().equals("SHA256withRSA")
                        && body.path("webhook_id").asText().equals(WEBHOOK)
                        && signer.signed(
                                Hooks.message(
                                        body.path("transmission_id").asText(),
                                        body.path("transmission_time").asText(),
                                        body.path("webhook_id").asText(),
                                        event.getBytes(StandardCharsets.UTF_8)),
                                body.path("transmission_sig").asText());
        return Answer.json(
                200, "{\"verification_status\":\"" + (genuine ? "SUCCESS" : "FAILURE") + "\"}");
    }

    /** A webhook as PayPal sends it, signed at the given time. */
    RawRequest hook(String type, JsonNode resource, Instant at) {
        ObjectNode event =
                Json.object()
                        .put("id", "WH-" + resource.path("id").asText() + "-" + type.length())
                        .put("create_time", at.toString())
                        .put("resource_type", "checkout-order")
                        .put("event_type", type)
                        .put("summary", "Something happened: ñandú €");
        event.set("resource", resource);
        return signed(Json.bytes(event), WEBHOOK, at, signer);
    }

    static RawRequest signed(byte[] body, String webhookId, Instant at, Signer by) {
        String id = UUID.randomUUID().toString();
        String signature = by.sign(Hooks.message(id, at.toString(), webhookId, body));
        return new RawRequest(
                "POST",
                "",
                "",
                Map.of(
                        "content-type",
                        List.of("application/json"),
                        Hooks.ID,
                        List.of(id),
                        Hooks.TIME,
                        List.of(at.toString()),
                        Hooks.SIGNATURE,
                        List.of(signature),
                        Hooks.CERTIFICATE,
                        List.of(CERT_URL),
                        Hooks.ALGORITHM,
                        List.of("SHA256withRSA")),
                body);
    }

    @Override
    public void close() {
        flowing.countDown();
        vendor.close();
    }
}
