package coop.minga.platform.app;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.http.Json;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The main job over HTTP, as a customer and an operator would do it. Each step is checked and
 * timed.
 */
final class Demo {

    /** Paid whole at the start, so that a short demo moves coins that can be seen. */
    private static final String SLOT = "slot24h";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final String base;
    private final String setupToken;
    private final PrintStream out;
    private String cookie = "";
    private long stepStart;

    Demo(int port, String setupToken, PrintStream out) {
        this.base = "http://127.0.0.1:" + port;
        this.setupToken = setupToken;
        this.out = out;
    }

    /** A step did not go as it must. */
    private static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String what) {
            super(what);
        }
    }

    int run() throws IOException, InterruptedException {
        try {
            job();
            return 0;
        } catch (Failed e) {
            out.println("FAILED: " + e.getMessage());
            return 1;
        }
    }

    private void job() throws IOException, InterruptedException {
        begin();
        HttpResponse<String> setup =
                send(
                        "POST",
                        "/api/v1/setup",
                        Map.of(
                                "token", setupToken,
                                "admin",
                                        Map.of(
                                                "email", "admin@demo.example",
                                                "password", "a quiet mountain morning",
                                                "name", "Operator"),
                                "site",
                                        Map.of(
                                                "name",
                                                "Demo co-op",
                                                "locale",
                                                "en",
                                                "currency",
                                                "USD")),
                        201);
        String operator = session(setup);
        step("set up the site, first operator");

        begin();
        cookie = "";
        HttpResponse<String> signUp =
                send(
                        "POST",
                        "/api/v1/auth/signup",
                        Map.of(
                                "email", "rosa@demo.example",
                                "password", "llamas cross the bridge",
                                "name", "Rosa"),
                        201);
        cookie = session(signUp);
        step("sign up as a customer");

        begin();
        JsonNode wallet = json(send("GET", "/api/v1/wallet", null, 200));
        step("welcome coins: " + coins(wallet));

        begin();
        JsonNode plan = sandboxPlan();
        String planId = plan.path("id").asText();
        JsonNode quote =
                json(send("POST", "/api/v1/quotes", Map.of("plan_id", planId, "price", SLOT), 200));
        step("quote: " + amount(quote.path("total")) + " for 24 hours");

        begin();
        JsonNode order =
                json(
                        send(
                                "POST",
                                "/api/v1/orders",
                                Map.of(
                                        "plan_id",
                                        planId,
                                        "name",
                                        "demo-1",
                                        "price",
                                        SLOT,
                                        "pay_with",
                                        "coins",
                                        "quote_id",
                                        quote.path("id").asText()),
                                202));
        String instance = order.path("instance_id").asText();
        awaitState(instance, "running");
        step("order -> running");
        for (JsonNode done :
                json(send("GET", "/api/v1/orders/" + order.path("id").asText(), null, 200))
                        .path("steps")) {
            out.println("    " + done.path("name").asText() + ": " + done.path("state").asText());
        }

        begin();
        JsonNode detail = json(send("GET", "/api/v1/instances/" + instance, null, 200));
        JsonNode endpoint = detail.path("endpoints").path(0);
        String page = visit(instance, endpoint);
        step("its HTTP endpoint answers " + page.length() + " characters");
        out.println("    " + title(page));

        begin();
        String logs =
                send("GET", "/api/v1/instances/" + instance + "/logs?tail=5", null, 200).body();
        step("its log");
        logs.lines().limit(5).forEach(line -> out.println("    " + line));

        begin();
        act(instance, "stop");
        awaitState(instance, "stopped");
        step("stop");
        begin();
        act(instance, "start");
        awaitState(instance, "running");
        step("start again");
        begin();
        send("DELETE", "/api/v1/instances/" + instance, null, 202);
        awaitState(instance, "terminated");
        step("delete");

        begin();
        JsonNode entries = json(send("GET", "/api/v1/wallet/entries", null, 200));
        step("wallet entries");
        for (JsonNode entry : entries.path("items")) {
            out.printf(
                    "    %-22s %10s   balance %s%n",
                    entry.path("kind").asText(),
                    minor(entry.path("amount_minor").asLong(), entry.path("asset").asText()),
                    minor(entry.path("balance_minor").asLong(), entry.path("asset").asText()));
        }

        begin();
        cookie = operator;
        JsonNode books = json(send("POST", "/api/v1/admin/books/verify", null, 200));
        for (JsonNode asset : books.path("assets")) {
            out.println(
                    "    "
                            + asset.path("asset").asText()
                            + ": sum "
                            + asset.path("sum_minor").asLong()
                            + ", "
                            + asset.path("accounts").asLong()
                            + " accounts, "
                            + asset.path("transfers").asLong()
                            + " transfers");
        }
        if (!books.path("balanced").asBoolean()) {
            throw new Failed("the books do not balance: " + books);
        }
        step("books: balanced");
    }

    private JsonNode sandboxPlan() throws IOException, InterruptedException {
        for (JsonNode product : json(send("GET", "/api/v1/products", null, 200)).path("items")) {
            for (JsonNode plan : product.path("plans")) {
                if (product.path("slug").asText().equals("sandbox")
                        && plan.path("available").asBoolean()) {
                    return plan;
                }
            }
        }
        throw new Failed(
                "no sandbox plan is available: run 'bin/minga doctor' to see why (is bubblewrap"
                        + " installed?)");
    }

    private void act(String instance, String action) throws IOException, InterruptedException {
        send("POST", "/api/v1/instances/" + instance + "/actions/" + action, null, 202);
    }

    /** Follows the instance's events until it is in the state. */
    private void awaitState(String instance, String state)
            throws IOException, InterruptedException {
        HttpRequest request =
                request("/api/v1/instances/" + instance + "/events")
                        .timeout(PATIENCE)
                        .GET()
                        .build();
        HttpResponse<java.io.InputStream> response =
                http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new Failed("events of " + instance + " answered " + response.statusCode());
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            while (System.nanoTime() < deadline) {
                JsonNode now = json(send("GET", "/api/v1/instances/" + instance, null, 200));
                String current = now.path("state").asText();
                if (current.equals(state)) {
                    return;
                }
                if (current.equals("failed")) {
                    throw new Failed("the machine failed: " + now.path("reason"));
                }
                String line;
                do {
                    line = lines.readLine();
                } while (line != null && !line.startsWith("data:"));
                if (line == null) {
                    break;
                }
            }
        }
        throw new Failed("the machine was not " + state + " within " + PATIENCE.toSeconds() + " s");
    }

    /** Exchanges a ticket for the endpoint's own cookie and reads its page. */
    private String visit(String instance, JsonNode endpoint)
            throws IOException, InterruptedException {
        String name = endpoint.path("name").asText();
        JsonNode ticket =
                json(
                        send(
                                "POST",
                                "/api/v1/instances/" + instance + "/endpoints/" + name + "/ticket",
                                null,
                                200));
        URI url = URI.create(ticket.path("url").asText());
        HttpResponse<String> entry = atOrigin(url, url.getRawPath() + "?" + url.getRawQuery(), "");
        String own =
                entry.headers()
                        .firstValue("Set-Cookie")
                        .map(value -> value.split(";", 2)[0])
                        .orElse("");
        HttpResponse<String> page = atOrigin(url, "/", own);
        if (page.statusCode() != 200) {
            throw new Failed("the endpoint answered " + page.statusCode());
        }
        return page.body();
    }

    private HttpResponse<String> atOrigin(URI origin, String path, String ownCookie)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .timeout(PATIENCE)
                        .header("Host", origin.getRawAuthority());
        if (!ownCookie.isEmpty()) {
            request.header("Cookie", ownCookie);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("Origin", base)
                        .header("Accept-Language", "en");
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return request;
    }

    private HttpResponse<String> send(
            String method, String path, @Nullable Object body, int expected)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).timeout(PATIENCE);
        request.header("Idempotency-Key", UUID.randomUUID().toString());
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json");
            request.method(method, HttpRequest.BodyPublishers.ofString(Json.write(body)));
        }
        HttpResponse<String> response =
                http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != expected) {
            throw new Failed(
                    method
                            + " "
                            + path
                            + " answered "
                            + response.statusCode()
                            + ": "
                            + response.body());
        }
        return response;
    }

    private static String session(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Set-Cookie")
                .map(value -> value.split(";", 2)[0])
                .orElseThrow(() -> new Failed("no session was begun"));
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.mapper().readTree(response.body());
    }

    private static String coins(JsonNode wallet) {
        long minor = 0;
        for (JsonNode balance : wallet.path("balances")) {
            if (balance.path("asset").asText().equals("COIN")) {
                minor += balance.path("available_minor").asLong();
            }
        }
        return minor(minor, "COIN");
    }

    private static String amount(JsonNode money) {
        return minor(money.path("amount_minor").asLong(), money.path("asset").asText());
    }

    private static String minor(long minor, String asset) {
        return java.math.BigDecimal.valueOf(minor, 2).toPlainString() + " " + asset;
    }

    private static String title(String page) {
        List<String> lines = page.lines().filter(line -> line.contains("<title>")).toList();
        return lines.isEmpty() ? page.lines().findFirst().orElse("") : lines.getFirst().strip();
    }

    private void begin() {
        stepStart = System.nanoTime();
    }

    private void step(String what) {
        out.printf("%-44s %6d ms%n", what, (System.nanoTime() - stepStart) / 1_000_000);
    }
}
