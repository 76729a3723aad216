package coop.minga.plugins.payment.stripe;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stripe's specification: addresses and names of parameters (from a version older than the
 * library), and sample objects of the library's generation.
 */
final class StripeSpec {

    /** Addresses newer than, or left out of, the specification at hand. */
    private static final Set<String> NEWER_ADDRESSES =
            Set.of("GET /v1/customers/search", "GET /v1/account");

    /** Parameters that the library knows and the older specification does not. */
    private static final Map<String, Set<String>> NEWER_PARAMETERS =
            Map.of(
                    "POST /v1/checkout/sessions", Set.of("adaptive_pricing"),
                    "POST /v1/accounts", Set.of("controller"));

    /** Fields that samples show in another state of the object, or leave out. */
    private static final Set<String> NOT_IN_SAMPLES =
            Set.of(
                    "payment_method_details.card.capture_before",
                    "next_action.redirect_to_url",
                    "refund.failure_reason",
                    "requirements.disabled_reason",
                    "payment_intent.last_payment_error.code",
                    "payment_intent.last_payment_error.message",
                    "payment_intent.last_payment_error.decline_code");

    private final JsonObject paths;
    private final JsonObject samples;

    private StripeSpec(JsonObject paths, JsonObject samples) {
        this.paths = paths;
        this.samples = samples;
    }

    /** Found through {@code MINGA_TEST_SPECS}. */
    static Optional<StripeSpec> find() {
        String folder = System.getenv("MINGA_TEST_SPECS");
        if (folder == null) {
            return Optional.empty();
        }
        Path stripe = Path.of(folder, "stripe");
        return Optional.of(
                new StripeSpec(
                        read(stripe.resolve("stripe-prism.json")).getAsJsonObject("paths"),
                        read(stripe.resolve("fixtures3.2026.json")).getAsJsonObject("resources")));
    }

    private static JsonObject read(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with a request. */
    List<String> request(String method, String path, Form form) {
        String known = known(path);
        String address = method + " " + (known.isEmpty() ? path : known);
        if (NEWER_ADDRESSES.contains(method + " " + path)) {
            return List.of();
        }
        JsonObject operation =
                known.isEmpty()
                        ? null
                        : paths.getAsJsonObject(known)
                                .getAsJsonObject(method.toLowerCase(java.util.Locale.ROOT));
        if (operation == null) {
            return List.of("no such address: " + address);
        }
        if (!method.equals("POST")) {
            return List.of();
        }
        JsonObject schema =
                operation
                        .getAsJsonObject("requestBody")
                        .getAsJsonObject("content")
                        .getAsJsonObject("application/x-www-form-urlencoded")
                        .getAsJsonObject("schema");
        JsonObject properties = schema.getAsJsonObject("properties");
        List<String> wrong = new ArrayList<>();
        for (String name : form.names()) {
            boolean isNewer = NEWER_PARAMETERS.getOrDefault(address, Set.of()).contains(name);
            if (!isNewer && (properties == null || !properties.has(name))) {
                wrong.add(address + " knows no " + name);
            }
        }
        if (schema.has("required")) {
            for (JsonElement required : schema.getAsJsonArray("required")) {
                if (!form.names().contains(required.getAsString())) {
                    wrong.add(address + " needs " + required.getAsString());
                }
            }
        }
        return wrong;
    }

    private String known(String path) {
        if (paths.has(path)) {
            return path;
        }
        for (String template : paths.keySet()) {
            if (path.matches(template.replaceAll("\\{[a-z_]+\\}", "[^/]+"))) {
                return template;
            }
        }
        return "";
    }

    /** What is wrong with an object the fake answers. */
    List<String> answer(JsonObject answer) {
        String name = FakeBooks.text(answer, "object");
        List<String> wrong = new ArrayList<>();
        if (answer.has("data") && answer.get("data").isJsonArray()) {
            answer.getAsJsonArray("data")
                    .forEach(each -> wrong.addAll(answer(each.getAsJsonObject())));
        } else if (!samples.has(name)) {
            wrong.add("no sample of " + name);
        } else {
            compare(name, answer, samples.getAsJsonObject(name), wrong);
        }
        return wrong;
    }

    private void compare(String where, JsonObject ours, JsonObject sample, List<String> wrong) {
        for (String name : ours.keySet()) {
            String field = where + "." + name;
            JsonElement mine = ours.get(name);
            JsonElement theirs = sample.get(name);
            boolean excused = NOT_IN_SAMPLES.stream().anyMatch(field::endsWith);
            if (name.equals("metadata") || excused) {
                continue;
            }
            if (theirs == null) {
                wrong.add("Stripe has no " + field);
            } else if (mine instanceof JsonObject inner && inner.has("object")) {
                wrong.addAll(answer(inner));
            } else if (!mine.isJsonNull() && !theirs.isJsonNull()) {
                compare(field, mine, theirs, wrong);
            }
        }
    }

    private void compare(String field, JsonElement mine, JsonElement theirs, List<String> wrong) {
        if (mine instanceof JsonObject inner && theirs instanceof JsonObject sample) {
            compare(field, inner, sample, wrong);
        } else if (mine.isJsonPrimitive() != theirs.isJsonPrimitive()
                || mine.isJsonArray() != theirs.isJsonArray()
                || (mine.isJsonPrimitive()
                        && mine.getAsJsonPrimitive().isNumber()
                                != theirs.getAsJsonPrimitive().isNumber())) {
            wrong.add(field + " is of another type at Stripe");
        }
    }
}
