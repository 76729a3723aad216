package coop.minga.plugins.payment.paypal;

import java.util.Map;

/** What the tests share. */
final class Scene {

    private Scene() {}

    static Map<String, Object> config() {
        return Map.of(
                "mode", "sandbox",
                "client_id", FakePaypal.CLIENT,
                "client_secret", FakePaypal.SECRET,
                "webhook_id", FakePaypal.WEBHOOK);
    }
}
