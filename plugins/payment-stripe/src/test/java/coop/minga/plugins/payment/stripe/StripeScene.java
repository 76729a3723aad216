package coop.minga.plugins.payment.stripe;

import com.google.gson.JsonObject;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.RawRequest;
import coop.minga.plugin.api.payment.Mode;
import coop.minga.plugin.api.payment.Payer;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;

import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests share: a set-up account, requests, and webhooks as Stripe signs them. */
final class StripeScene {

    static final String SECRET = "whsec_contract_secret";
    static final String CONNECT_SECRET = "whsec_connect_secret";
    static final String HOST = "test-host";

    private static final AtomicInteger EVENTS = new AtomicInteger();

    private StripeScene() {}

    static Map<String, Object> config(FakeStripe stripe) {
        return Map.of(
                StripeConfig.SECRET_KEY,
                FakeStripe.TEST_KEY,
                StripeConfig.WEBHOOK_SECRET,
                SECRET,
                StripeConfig.CONNECT_SECRET,
                CONNECT_SECRET,
                StripeConfig.API_BASE,
                stripe.url().toString());
    }

    static String intentOf(FakeStripe stripe, PaymentHandle handle) {
        return handle.value().startsWith("pi_")
                ? handle.value()
                : FakeBooks.text(stripe.look(handle.value()), "payment_intent");
    }

    static PaymentIntent intent(String reference, long cents, PaymentIntent.Capture capture) {
        return new PaymentIntent(
                reference,
                Money.of(cents, Asset.USD),
                Mode.TEST,
                capture,
                new Payer("team_1", Optional.of("ana@example.org"), "Ana", "es"),
                "Recarga",
                URI.create("http://localhost:8080/wallet?payment=" + reference),
                URI.create("http://localhost:8080/wallet"));
    }

    static RawRequest hook(String type, JsonObject about, Instant at) {
        return signed(event(type, about), SECRET, at);
    }

    static JsonObject event(String type, JsonObject about) {
        JsonObject data = new JsonObject();
        data.add("object", about);
        JsonObject event = new JsonObject();
        event.addProperty("id", "evt_" + EVENTS.incrementAndGet());
        event.addProperty("object", "event");
        event.addProperty("api_version", "2019-01-01.of-long-ago");
        event.addProperty("created", Instant.now().getEpochSecond());
        event.addProperty("livemode", false);
        event.addProperty("type", type);
        event.add("data", data);
        return event;
    }

    static RawRequest signed(JsonObject event, String secret, Instant at) {
        byte[] body = FakeStripe.bytes(event);
        String time = Long.toString(at.getEpochSecond());
        return request(
                "t=" + time + ",v1=" + HexFormat.of().formatHex(Signature.mac(secret, time, body)),
                body);
    }

    static RawRequest request(String header, byte[] body) {
        return new RawRequest("POST", "", "", Map.of(Signature.HEADER, List.of(header)), body);
    }
}
