package coop.minga.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Someone who uses a host over HTTP with a session cookie. Thread-safe once signed in. */
public final class Caller {

    /** Good enough for every account of the tests. */
    public static final String PASSWORD = "a quiet mountain morning";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final RunningMinga minga;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
    private volatile String cookie = "";

    Caller(RunningMinga minga) {
        this.minga = minga;
    }

    /** The session's cookie as it is sent, empty without a session. */
    public String cookie() {
        return cookie;
    }

    /** An answer. */
    public record Answer(int status, HttpHeaders headers, byte[] bytes) {

        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            try {
                return MAPPER.readTree(bytes);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + text(), e);
            }
        }

        /** The problem's code; empty when there is none. */
        public String code() {
            return json().path("code").asText();
        }

        /** Itself, when it has this status. */
        public Answer must(int wanted) {
            if (status != wanted) {
                throw new AssertionError("answered " + status + ", not " + wanted + ": " + text());
            }
            return this;
        }
    }

    /** The connection broke: nobody knows what became of the request. */
    public static final class NoAnswer extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoAnswer(IOException cause) {
            super(cause.toString(), cause);
        }
    }

    public Answer get(String path) {
        return send("GET", path, null, null);
    }

    public Answer post(String path, Object body) {
        return send("POST", path, body, UUID.randomUUID().toString());
    }

    public Answer post(String path, Object body, String idempotencyKey) {
        return send("POST", path, body, idempotencyKey);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null, UUID.randomUUID().toString());
    }

    /**
     * @param path below {@code /api/v1}, or whole when it does not begin there
     */
    public Answer send(
            String method, String path, @Nullable Object body, @Nullable String idempotencyKey) {
        try {
            HttpRequest.Builder request = request(path);
            if (idempotencyKey != null) {
                request.header("Idempotency-Key", idempotencyKey);
            }
            if (body == null) {
                request.method(method, HttpRequest.BodyPublishers.noBody());
            } else {
                request.header("Content-Type", "application/json");
                request.method(
                        method,
                        HttpRequest.BodyPublishers.ofByteArray(MAPPER.writeValueAsBytes(body)));
            }
            return exchange(request.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpRequest.Builder request(String path) {
        String target =
                path.startsWith("/health") || path.startsWith("/api") ? path : "/api/v1" + path;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + minga.port() + target))
                        .timeout(PATIENCE)
                        .header("Host", "localhost:" + minga.port())
                        .header("Origin", minga.url().toString())
                        .header("Accept-Language", "en");
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return request;
    }

    private Answer exchange(HttpRequest request) {
        try {
            HttpResponse<byte[]> response =
                    http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new NoAnswer(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    // ---- people

    /** Sets the site up; afterwards this is the first administrator. */
    public void setUp() {
        Answer answer =
                post(
                                "/setup",
                                Map.of(
                                        "token",
                                        RunningMinga.SETUP_TOKEN,
                                        "admin",
                                        Map.of(
                                                "email", "admin@minga.example",
                                                "password", PASSWORD,
                                                "name", "Operator"),
                                        "site",
                                        Map.of(
                                                "name", "Test co-op",
                                                "locale", "en",
                                                "currency", "USD")))
                        .must(201);
        keep(answer);
        if (cookie.isEmpty()) {
            logIn("admin@minga.example");
        }
    }

    /** Makes an account and signs in to it. */
    public Caller signUp(String name) {
        keep(
                post(
                                "/auth/signup",
                                Map.of(
                                        "email", name + "@minga.example",
                                        "password", PASSWORD,
                                        "name", name))
                        .must(201));
        return this;
    }

    public Caller logIn(String email) {
        return logIn(email, PASSWORD);
    }

    public Caller logIn(String email, String password) {
        keep(post("/auth/login", Map.of("email", email, "password", password)).must(200));
        return this;
    }

    private void keep(Answer answer) {
        answer.headers()
                .firstValue("Set-Cookie")
                .ifPresent(value -> cookie = value.split(";", 2)[0]);
    }

    // ---- machines

    /** The id of an available plan. */
    public String plan(String product, String code) {
        for (JsonNode item : get("/products").must(200).json().path("items")) {
            for (JsonNode plan : item.path("plans")) {
                if (item.path("slug").asText().equals(product)
                        && plan.path("code").asText().endsWith(code)
                        && plan.path("available").asBoolean()) {
                    return plan.path("id").asText();
                }
            }
        }
        throw new AssertionError("plan " + product + "/" + code + " is not available");
    }

    /** Waits until there is one: a backend is tried out before it is sold from. */
    public String awaitPlan(String product, String code) {
        Await.until(
                PATIENCE,
                "a plan " + code + " that can be ordered",
                () -> !plan(product, code).isEmpty());
        return plan(product, code);
    }

    public static Map<String, Object> orderOf(String plan, String name) {
        return Map.of("plan_id", plan, "name", name, "pay_with", "coins");
    }

    /** Orders a machine and waits until it runs; gives the instance's id. */
    public String running(String plan, String name) {
        String instance =
                post("/orders", orderOf(plan, name)).must(202).json().path("instance_id").asText();
        awaitState(instance, "running");
        return instance;
    }

    /** Orders a machine for a day and waits for the receipt; gives the document's id. */
    public String invoiced(String plan, String name) {
        Map<String, Object> order = new HashMap<>(orderOf(plan, name));
        order.put("price", "slot24h");
        post("/orders", order).must(202);
        Await.until(PATIENCE, "a receipt", () -> !all("/invoices").isEmpty());
        return all("/invoices").getFirst().path("id").asText();
    }

    public JsonNode instance(String id) {
        return get("/instances/" + id).must(200).json();
    }

    public void awaitState(String instance, String state) {
        Await.until(
                PATIENCE,
                instance + " " + state,
                () -> {
                    JsonNode now = instance(instance);
                    String current = now.path("state").asText();
                    if (current.equals("failed") && !state.equals("failed")) {
                        throw new IllegalStateException("it failed: " + now);
                    }
                    if (!current.equals(state)) {
                        throw new AssertionError("it is " + now);
                    }
                    return true;
                });
    }

    /** Everything the account hears from now on, as its browser does: one stream for all of it. */
    public HeardStates listen() {
        HttpRequest request = request("/events").header("Accept", "text/event-stream").build();
        try {
            return new HeardStates(
                    http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
        } catch (IOException e) {
            throw new NoAnswer(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    public Answer act(String instance, String action) {
        return post("/instances/" + instance + "/actions/" + action, Map.of());
    }

    /** The page of an instance's first endpoint, by a ticket as a browser does. */
    public Answer visit(String instance) {
        String name = instance(instance).path("endpoints").path(0).path("name").asText();
        URI entry =
                URI.create(
                        post("/instances/" + instance + "/endpoints/" + name + "/ticket", Map.of())
                                .must(200)
                                .json()
                                .path("url")
                                .asText());
        Answer let = atOrigin(entry, entry.getRawPath() + "?" + entry.getRawQuery(), "");
        String own =
                let.headers()
                        .firstValue("Set-Cookie")
                        .map(value -> value.split(";", 2)[0])
                        .orElse("");
        return atOrigin(entry, "/", own);
    }

    private Answer atOrigin(URI origin, String path, String ownCookie) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + minga.port() + path))
                        .timeout(PATIENCE)
                        .header("Host", origin.getRawAuthority());
        if (!ownCookie.isEmpty()) {
            request.header("Cookie", ownCookie);
        }
        return exchange(request.build());
    }

    /** Every item of a list, page by page. */
    public List<JsonNode> all(String path) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            String query = (path.contains("?") ? "&" : "?") + "limit=100";
            JsonNode page =
                    get(path + query + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                            .must(200)
                            .json();
            page.path("items").forEach(items::add);
            cursor = page.path("next_cursor").asText("");
            if (cursor.equals("null")) {
                cursor = "";
            }
        } while (!cursor.isEmpty());
        return items;
    }

    /** Coins in the wallet, hundredths. */
    public long coins(String field) {
        long minor = 0;
        for (JsonNode balance : get("/wallet").must(200).json().path("balances")) {
            if (balance.path("asset").asText().equals("COIN")) {
                minor += balance.path(field).asLong();
            }
        }
        return minor;
    }
}
