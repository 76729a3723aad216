package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The API as its own description tells it: checked in, and kept by the running host for every role.
 */
class ApiIT {

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
    private static final Path CHECKED_IN = Path.of("../docs/openapi.json");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static RunningMinga minga;
    private static Caller operator;

    @BeforeAll
    static void start() {
        minga = RunningMinga.started();
        operator = minga.setUp();
    }

    @AfterAll
    static void stop() {
        minga.close();
    }

    @Test
    void theCheckedInDescriptionIsTheOneServed() throws Exception {
        String served =
                JSON.writerWithDefaultPrettyPrinter()
                                .writeValueAsString(JSON.treeToValue(description(), Object.class))
                        + "\n";
        if (Boolean.getBoolean("minga.openapi.write") || !Files.exists(CHECKED_IN)) {
            Files.writeString(CHECKED_IN, served);
        }

        assertThat(served)
                .as(
                        "distribution/docs/openapi.json is out of date: run this test with"
                                + " -Dminga.openapi.write=true")
                .isEqualTo(Files.readString(CHECKED_IN));
    }

    @Test
    void onlyPublicRoutesAnswerStrangers() throws Exception {
        List<String> open = new ArrayList<>();
        for (Operation operation : operations()) {
            int status = call(operation, "");
            if (!operation.open() && status != 401) {
                open.add(operation + " -> " + status);
            }
            assertThat(status).as(operation.toString()).isNotEqualTo(500);
        }

        assertThat(open).isEmpty();
    }

    @Test
    void operatorsRoutesRefuseCustomers() throws Exception {
        Caller customer = minga.caller().signUp("Rosa");
        List<String> allowed = new ArrayList<>();
        for (Operation operation : operations()) {
            if (operation.roles().isEmpty()) {
                continue;
            }
            int status = call(operation, customer.cookie());
            if (status != 403) {
                allowed.add(operation + " -> " + status);
            }
        }

        assertThat(allowed).isEmpty();
    }

    @Test
    void someoneElsesThingsAreAnsweredLikeThingsThatDoNotExist() {
        Caller owner = minga.caller().signUp("Ana");
        Caller other = minga.caller().signUp("Beto");
        String instance = owner.running(owner.plan("sandbox", "s"), "mine");

        for (String path : List.of("", "/logs", "/events")) {
            Caller.Answer foreign = other.get("/instances/" + instance + path);
            Caller.Answer unknown = other.get("/instances/ins_00000000000000000000000000" + path);
            assertThat(foreign.status()).as(path).isEqualTo(404);
            assertThat(unknown.status()).as(path).isEqualTo(404);
            assertThat(foreign.code()).isEqualTo(unknown.code());
        }
    }

    private record Operation(String method, String path, boolean open, Set<String> roles) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    @Test
    void testMoneyBecomesBalanceOnceAndADeclineIsExplained() throws Exception {
        Caller customer = minga.caller().signUp("Paz");
        JsonNode way = customer.get("/payments/ways").must(200).json().path("items").path(0);
        assertThat(way.path("name").asText()).isEqualTo("payment-sandbox");
        assertThat(way.path("mode").asText()).isEqualTo("test");

        String paid = toppedUp(customer, "4242");
        assertThat(customer.get("/payments/" + paid).json().path("state").asText())
                .isEqualTo("succeeded");
        assertThat(customer.send("PUT", checkout(paid), card("4242"), newKey()).status())
                .isEqualTo(409);
        String declined = toppedUp(customer, "9995");
        assertThat(customer.get("/payments/" + declined).json().at("/reason/text").asText())
                .isEqualTo("The card has insufficient funds.");

        HttpRequest forged =
                HttpRequest.newBuilder(at("/hooks/payment-sandbox"))
                        .header("Sandbox-Signature", "t=1,v1=" + "0".repeat(64))
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build();
        assertThat(HTTP.send(forged, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(400);

        Map<String, Object> refund = Map.of("amount_minor", 500, "reason", "Asked for");
        operator.post("/admin/payments/" + paid + "/refunds", refund).must(202);
        Await.until(
                Duration.ofSeconds(30),
                "a refund that went back",
                () ->
                        operator.get("/admin/payments/" + paid)
                                .json()
                                .at("/refunds/0/state")
                                .asText()
                                .equals("succeeded"));
        assertThat(balance(customer)).isEqualTo(1500);
        assertThat(operator.get("/admin/books").json().path("balanced").asBoolean()).isTrue();
    }

    private static String toppedUp(Caller customer, String card) {
        String id =
                customer.post(
                                "/payments/top-ups",
                                Map.of(
                                        "provider", "payment-sandbox",
                                        "asset", "USD",
                                        "amount_minor", 2000))
                        .must(202)
                        .json()
                        .path("id")
                        .asText();
        Await.until(
                Duration.ofSeconds(30),
                "a page to pay on",
                () ->
                        customer.get("/payments/" + id)
                                .json()
                                .at("/action/type")
                                .asText()
                                .equals("form"));
        customer.get(checkout(id)).must(200);
        customer.send("PUT", checkout(id), card(card), newKey()).must(200);
        return id;
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    private static String checkout(String payment) {
        return "/payments/" + payment + "/checkout";
    }

    private static Map<String, Object> card(String number) {
        return Map.of("values", Map.of("card", number));
    }

    private static long balance(Caller customer) {
        for (JsonNode one : customer.get("/wallet").json().path("balances")) {
            if (one.path("asset").asText().equals("USD")) {
                return one.path("available_minor").asLong();
            }
        }
        return 0;
    }

    private static JsonNode description() throws IOException {
        try {
            HttpRequest request = HttpRequest.newBuilder(at("/openapi.json")).build();
            return JSON.readTree(
                    HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<Operation> operations() throws IOException {
        List<Operation> operations = new ArrayList<>();
        description()
                .path("paths")
                .properties()
                .forEach(path ->
                        path.getValue()
                                .properties()
                                .forEach(method -> {
                                    Set<String> roles = new java.util.TreeSet<>();
                                    method.getValue()
                                            .path("x-roles")
                                            .forEach(r -> roles.add(r.asText()));
                                    operations.add(
                                            new Operation(
                                                    method.getKey().toUpperCase(Locale.ROOT),
                                                    path.getKey(),
                                                    method.getValue().path("security").isEmpty(),
                                                    roles));
                                }));
        return operations;
    }

    private static int call(Operation operation, String cookie)
            throws IOException, InterruptedException {
        String path = operation.path().replaceAll("\\{[a-z_A-Z]+}", "none");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at(path))
                        .header("Origin", minga.url().toString())
                        .header("Idempotency-Key", "matrix")
                        .method(operation.method(), HttpRequest.BodyPublishers.noBody());
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static URI at(String path) {
        return URI.create("http://127.0.0.1:" + minga.port() + path);
    }
}
