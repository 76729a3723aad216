package coop.minga.plugins.payment.stripe;

import com.google.gson.JsonObject;

import java.util.Map;

/** The fake says no, in Stripe's shape. */
final class FakeRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What no customer and no log may ever see. */
    static final String RAW_WORDS = "Raw words of the vendor's, case 4711";

    private final int status;
    private final transient JsonObject error;

    private FakeRefusal(int status, JsonObject error) {
        super(error.toString());
        this.status = status;
        this.error = error;
    }

    static FakeRefusal of(int status, String type, Map<String, String> more) {
        JsonObject error = new JsonObject();
        error.addProperty("type", type);
        error.addProperty("message", RAW_WORDS);
        more.forEach(error::addProperty);
        return new FakeRefusal(status, error);
    }

    static FakeRefusal missing(String id) {
        return of(
                404,
                "invalid_request_error",
                Map.of(
                        "code",
                        "resource_missing",
                        "param",
                        "id",
                        "doc_url",
                        "https://example/" + id));
    }

    static FakeRefusal invalid(String code) {
        return of(400, "invalid_request_error", code.isEmpty() ? Map.of() : Map.of("code", code));
    }

    FakeRefusal with(String name, JsonObject value) {
        error.add(name, value);
        return this;
    }

    int status() {
        return status;
    }

    String json() {
        JsonObject body = new JsonObject();
        body.add("error", error);
        return body.toString();
    }
}
