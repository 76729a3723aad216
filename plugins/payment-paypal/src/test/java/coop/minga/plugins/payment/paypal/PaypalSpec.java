package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.testkit.LoopbackVendor.Answer;
import coop.minga.plugin.testkit.LoopbackVendor.Request;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** PayPal's published description of its API, to hold requests and the fake's answers against. */
final class PaypalSpec {

    /** Addresses that the description at hand leaves out. */
    private static final Set<String> NOT_DESCRIBED =
            Set.of("GET /v1/reporting/transactions", "GET " + Certificates.PATH + "CERT-1");

    /**
     * What differs on purpose.
     *
     * <ul>
     *   <li>The token's answer is described without the app's id, which PayPal sends.
     *   <li>The verified event goes as the bytes PayPal sent; its parts are PayPal's own.
     *   <li>A refund asked for again under its request id is answered with 200.
     *   <li>The SDK says what it wants to know of the payer; the description is older than that.
     * </ul>
     */
    private static final List<Pattern> ALLOWED =
            List.of(
                    Pattern.compile("POST /v1/oauth2/token 200.*"),
                    Pattern.compile("POST .*/refund does not answer 200"),
                    Pattern.compile("POST /v2/checkout/orders asks/.*/contact_preference .*"),
                    Pattern.compile("POST .*/verify-webhook-signature asks/webhook_event/.*"));

    private final JsonNode document;

    private PaypalSpec(JsonNode document) {
        this.document = document;
    }

    /** Found through {@code MINGA_TEST_SPECS}. */
    static Optional<PaypalSpec> find() {
        String folder = System.getenv("MINGA_TEST_SPECS");
        if (folder == null) {
            return Optional.empty();
        }
        try {
            Path file = Path.of(folder, "paypal", "paypal-merged.json");
            return Optional.of(new PaypalSpec(Json.read(Files.readAllBytes(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What differs from the description, in a request and in what the fake answered. */
    Set<String> problems(Request request, Answer answer) {
        String asked = request.method() + " " + request.path();
        if (NOT_DESCRIBED.contains(asked)) {
            return Set.of();
        }
        Optional<Map.Entry<String, JsonNode>> path =
                document.path("paths").properties().stream()
                        .filter(each -> matches(each.getKey(), request.path()))
                        .findFirst();
        JsonNode operation =
                path.map(each -> each.getValue().path(request.method().toLowerCase(Locale.ROOT)))
                        .orElse(document.path("none"));
        if (operation.isMissingNode()) {
            return Set.of(asked + " is not described");
        }
        String place = request.method() + " " + path.orElseThrow().getKey();
        List<String> problems = new ArrayList<>();
        headers(place, request, operation, problems);
        JsonNode content = operation.path("requestBody").path("content").path("application/json");
        if (request.body().length > 0 && !content.isMissingNode()) {
            compare(place + " asks", Json.read(request.body()), content.path("schema"), problems);
        }
        if (answer.status() / 100 == 2) {
            JsonNode described = operation.path("responses").path("" + answer.status());
            if (described.isMissingNode()) {
                problems.add(place + " does not answer " + answer.status());
            } else {
                compare(
                        place + " " + answer.status(),
                        Json.read(answer.body()),
                        resolved(described).path("content").path("application/json").path("schema"),
                        problems);
            }
        }
        problems.removeIf(
                each -> ALLOWED.stream().anyMatch(allowed -> allowed.matcher(each).matches()));
        return new TreeSet<>(problems);
    }

    private static boolean matches(String template, String path) {
        return path.matches(template.replaceAll("\\{[a-z_]+}", "[^/]+"));
    }

    private void headers(String place, Request request, JsonNode operation, List<String> problems) {
        for (JsonNode each : operation.path("parameters")) {
            JsonNode parameter = resolved(each);
            String name = parameter.path("name").asText();
            if (!parameter.path("in").asText().equals("header")
                    || name.equalsIgnoreCase("Authorization")) {
                continue;
            }
            String value = request.headers().get(name.toLowerCase(Locale.ROOT));
            if (value == null) {
                if (parameter.path("required").asBoolean()
                        && !name.equalsIgnoreCase("Content-Type")) {
                    problems.add(place + " needs " + name);
                }
                continue;
            }
            text(place + " header " + name, value, resolved(parameter.path("schema")), problems);
        }
    }

    private void compare(String at, JsonNode value, JsonNode schema, List<String> problems) {
        List<JsonNode> parts = new ArrayList<>();
        gather(schema, parts);
        if (value.isObject()) {
            object(at, value, parts, problems);
        } else if (value.isArray()) {
            for (JsonNode part : parts) {
                if (part.has("items")) {
                    value.forEach(item -> compare(at + "[]", item, part.path("items"), problems));
                }
            }
        } else {
            parts.forEach(part -> scalar(at, value, part, problems));
        }
    }

    private void object(String at, JsonNode value, List<JsonNode> parts, List<String> problems) {
        boolean anything = parts.stream().noneMatch(part -> part.has("properties"));
        for (JsonNode part : parts) {
            for (JsonNode required : part.path("required")) {
                if (!value.has(required.asText())) {
                    problems.add(at + " needs " + required.asText());
                }
            }
        }
        value.properties()
                .forEach(field -> {
                    List<JsonNode> known =
                            parts.stream()
                                    .map(part -> part.path("properties").path(field.getKey()))
                                    .filter(property -> !property.isMissingNode())
                                    .toList();
                    String place = at + "/" + field.getKey();
                    if (known.isEmpty() && !anything) {
                        problems.add(place + " is not described");
                    }
                    known.forEach(property -> compare(place, field.getValue(), property, problems));
                });
    }

    private static void scalar(String at, JsonNode value, JsonNode schema, List<String> problems) {
        String type = schema.path("type").asText("");
        boolean fits =
                switch (type) {
                    case "string" -> value.isTextual();
                    case "integer" -> value.isIntegralNumber();
                    case "number" -> value.isNumber();
                    case "boolean" -> value.isBoolean();
                    case "object", "array" -> false;
                    default -> true;
                };
        if (!fits) {
            problems.add(at + " " + value + " is no " + type);
        } else if (value.isTextual()) {
            text(at, value.asText(), schema, problems);
        }
    }

    private static void text(String at, String value, JsonNode schema, List<String> problems) {
        if (value.length() > schema.path("maxLength").asInt(Integer.MAX_VALUE)
                || value.length() < schema.path("minLength").asInt(0)) {
            problems.add(at + " has " + value.length() + " characters");
        }
        if (schema.has("pattern")
                && !Pattern.compile(schema.path("pattern").asText()).matcher(value).find()) {
            problems.add(at + " '" + value + "' does not match " + schema.path("pattern"));
        }
        if (schema.has("enum")) {
            boolean listed = false;
            for (JsonNode each : schema.path("enum")) {
                listed |= each.asText().equals(value);
            }
            if (!listed) {
                problems.add(at + " '" + value + "' is not one of " + schema.path("enum"));
            }
        }
    }

    /** A schema with all that it is made of. */
    private void gather(JsonNode schema, List<JsonNode> parts) {
        JsonNode resolved = resolved(schema);
        parts.add(resolved);
        resolved.path("allOf").forEach(part -> gather(part, parts));
    }

    private JsonNode resolved(JsonNode node) {
        JsonNode at = node;
        while (at.has("$ref")) {
            at = document.at(at.path("$ref").asText().substring(1));
        }
        return at;
    }
}
