package coop.minga.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** The strictness list of the HTTP API, each line over real HTTP. */
@Timeout(60)
class FrontDoorIT {

    private static TestDatabase database;
    private static TestHttp http;
    private static TestClient client;
    private static final AtomicInteger EFFECTS = new AtomicInteger();

    record Item(String sku, int count) {}

    record Order(String name, long amountMinor, @Nullable List<Item> items) {}

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
        Db db = database.db();
        http =
                TestHttp.serving(
                        db,
                        table -> {
                            table.post("/api/v1/echo", Access.everyone())
                                    .body(Order.class)
                                    .handle(exchange -> Reply.ok(exchange.body(Order.class)));
                            table.get("/api/v1/search", Access.everyone())
                                    .query("q", "limit")
                                    .handle(exchange ->
                                            Reply.text(
                                                    "text/plain",
                                                    exchange.query("q").orElse("-")
                                                            + exchange.query("limit", 20, 1, 100)));
                            table.post("/api/v1/effects", Access.signedIn("orders"))
                                    .body(Order.class)
                                    .idempotent()
                                    .handle(exchange -> {
                                        Order order = exchange.body(Order.class);
                                        if (order.amountMinor() < 0) {
                                            throw MingaException.invalid(
                                                    "/amount_minor", "negative", "no", "no");
                                        }
                                        return Reply.accepted(
                                                new Item("effect", EFFECTS.incrementAndGet()));
                                    });
                            table.get("/api/v1/boom", Access.everyone())
                                    .handle(exchange -> {
                                        throw new IllegalStateException("secret detail");
                                    });
                            table.get("/api/v1/admin/things", Access.admins())
                                    .handle(exchange -> Reply.noContent());
                        });
        client = http.client();
    }

    @AfterAll
    static void close() {
        http.close();
        database.close();
    }

    @Test
    void wellFormedInputIsTaken() {
        TestClient.Answer answer =
                client.post(
                        "/api/v1/echo",
                        "{\"name\":\"a\",\"amount_minor\":5,\"items\":[{\"sku\":\"x\",\"count\":1}]}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/items/0/sku")).isEqualTo("x");
        assertThat(answer.headers()).containsEntry("x-content-type-options", "nosniff");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unknown key|{\"name\":\"a\",\"amount_minor\":1,\"nmae\":2}|/nmae|unknown-key",
                "nested unknown"
                    + " key|{\"name\":\"a\",\"amount_minor\":1,\"items\":[{\"sku\":\"x\",\"count\":1,\"z\":1}]}|/items/0/z|unknown-key",
                "duplicate key|{\"name\":\"a\",\"name\":\"b\",\"amount_minor\":1}||malformed",
                "text for a"
                    + " number|{\"name\":\"a\",\"amount_minor\":\"1\"}|/amount_minor|wrong-type",
                "number for a text|{\"name\":7,\"amount_minor\":1}|/name|wrong-type",
                "fraction for a whole"
                        + " number|{\"name\":\"a\",\"amount_minor\":1.5}|/amount_minor|wrong-type",
                "NaN|{\"name\":\"a\",\"amount_minor\":NaN}||malformed",
                "huge exponent|{\"name\":\"a\",\"amount_minor\":1e1000000}|/amount_minor|wrong-type",
                "beyond 64"
                    + " bits|{\"name\":\"a\",\"amount_minor\":99999999999999999999}|/amount_minor|wrong-type",
                "null for a number|{\"name\":\"a\",\"amount_minor\":null}|/amount_minor|wrong-type",
                "array for an object|[1]||wrong-type",
                "escaped"
                    + " NUL|{\"name\":\"a\\u0000b\",\"amount_minor\":1}|/name|request.control-character",
                "lone surrogate|{\"name\":\"\\ud800\",\"amount_minor\":1}|/name|request.control-character",
                "trailing tokens|{\"name\":\"a\",\"amount_minor\":1} {}||wrong-type",
                "not JSON|name=a||malformed",
                "missing text|{\"amount_minor\":1}|/name|missing",
                "missing number|{\"name\":\"a\"}|/amount_minor|missing",
                "missing nested"
                    + " text|{\"name\":\"a\",\"amount_minor\":1,\"items\":[{\"count\":1}]}|/items/0/sku|missing",
            })
    void badBodiesAreRefusedWithAPointer(
            String what, String body, @Nullable String pointer, String code) {
        TestClient.Answer answer = client.post("/api/v1/echo", body);

        assertThat(answer.status()).as(what).isEqualTo(400);
        assertThat(answer.headers().get("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.at("/errors/0/code")).as(answer.text()).isEqualTo(code);
        if (pointer != null) {
            assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
        }
        assertThat(answer.at("/trace_id")).hasSize(32);
    }

    @Test
    void aMisspeltKeyGetsASuggestion() {
        TestClient.Answer answer =
                client.header("Accept-Language", "es")
                        .post("/api/v1/echo", "{\"name\":\"a\",\"amount_minr\":1}");

        assertThat(answer.at("/detail")).contains("¿Quisiste decir 'amount_minor'?");
    }

    @Test
    void connectionEndsWithTheAnswerWhenTheCallerAsksForThat() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", http.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(
                            "GET /api/v1/search HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("-20");
        }
    }

    @Test
    void deepJsonIsRefusedAtOnce() {
        String deep = "{\"name\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

        assertThat(client.post("/api/v1/echo", deep).status()).isEqualTo(400);
    }

    @Test
    void aBodyOfFiftyMegabytesIsRefusedByItsAnnouncement() {
        assertThat(client.post("/api/v1/echo", new byte[50 << 20]).status()).isEqualTo(413);
    }

    @Test
    void aChunkedBodyIsCutOffAtTheLimit() throws IOException {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        String answer =
                raw(
                        "POST /api/v1/echo HTTP/1.1\r\n"
                                + "Host: localhost\r\n"
                                + "Content-Type: application/json\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + chunk.repeat(20)
                                + "0\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nabc\r\n0\r\n\r\n",
                "-1\r\nabc\r\n0\r\n\r\n",
                "3;a=b\r\nabc\r\n0\r\n\r\n",
                "ffffffffffffffff\r\n"
            })
    void badChunksAreAnsweredNotLeftHanging(String chunks) throws IOException {
        String answer =
                raw(
                        "POST /api/v1/echo HTTP/1.1\r\n"
                                + "Host: localhost\r\n"
                                + "Content-Type: application/json\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + chunks);

        assertThat(answer).startsWith("HTTP/1.1 4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST /api/v1/echo HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Content-Length: 3\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "abc",
                "POST /api/v1/echo HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Content-Length: 3\r\n"
                        + "Content-Length: 4\r\n\r\n"
                        + "abc",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET /\r\n\r\n",
                "GET /api/v1/search?q=%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "nonsense\r\n\r\n",
            })
    void smugglingShapesAreRefused(String request) throws IOException {
        assertThat(raw(request)).doesNotStartWith("HTTP/1.1 2").doesNotStartWith("HTTP/1.1 5");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/search?x=1,query:x,unknown-parameter",
        "/api/v1/search?q=1&q=2,query:q,duplicate-parameter",
        "/api/v1/search?q=%00,query:,malformed-encoding",
        "/api/v1/search?q=%ff,query:,malformed-encoding",
        "/api/v1/search?limit=0,query:limit,out-of-range",
        "/api/v1/search?limit=101,query:limit,out-of-range",
        "/api/v1/search?limit=1e1,query:limit,out-of-range",
    })
    void badParametersAreRefused(String path, String pointer, String code) throws IOException {
        String answer =
                raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400");
        assertThat(answer)
                .contains("\"pointer\":\"" + pointer + "\"")
                .contains("\"code\":\"" + code + "\"");
    }

    @Test
    void unknownPathsMethodsAndTypesAreNamed() {
        assertThat(client.get("/api/v1/nothing").status()).isEqualTo(404);
        TestClient.Answer wrongMethod = client.delete("/api/v1/echo");
        assertThat(wrongMethod.status()).isEqualTo(405);
        assertThat(wrongMethod.headers()).containsEntry("allow", "POST");
        assertThat(client.header("Content-Type", "text/plain").post("/api/v1/echo", "{}").status())
                .isEqualTo(415);
        assertThat(
                        client.header("Content-Type", "application/json; charset=latin1")
                                .post("/api/v1/echo", "{}")
                                .status())
                .isEqualTo(415);
    }

    @Test
    void aDefectIsAnsweredWithoutItsDetails() {
        TestClient.Answer answer = client.get("/api/v1/boom");

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).doesNotContain("secret detail").doesNotContain("Exception");
    }

    @Test
    void protectedRoutesAnswerStrangersWith401AndTheUnprivilegedWith403() {
        assertThat(client.get("/api/v1/admin/things").status()).isEqualTo(401);
        assertThat(http.client(http.signIn(Role.CUSTOMER)).get("/api/v1/admin/things").status())
                .isEqualTo(403);
        assertThat(http.client(http.signIn(Role.ADMIN)).get("/api/v1/admin/things").status())
                .isEqualTo(204);
    }

    @Test
    void aCookieFromAnotherSiteCannotWrite() {
        String session = http.signIn();
        TestClient browser = client.header("Cookie", "minga=" + session).once();
        String body = "{\"name\":\"a\",\"amount_minor\":1}";

        assertThat(browser.post("/api/v1/effects", body).status()).isEqualTo(403);
        assertThat(
                        browser.header("Origin", "http://evil.example")
                                .post("/api/v1/effects", body)
                                .status())
                .isEqualTo(403);
        assertThat(
                        browser.header("Sec-Fetch-Site", "cross-site")
                                .post("/api/v1/effects", body)
                                .status())
                .isEqualTo(403);
        assertThat(
                        browser.header("Origin", "http://localhost")
                                .post("/api/v1/effects", body)
                                .status())
                .isEqualTo(202);
    }

    @Test
    void theSameKeyAHundredTimesInParallelHasOneEffectAndEqualAnswers() throws Exception {
        TestClient caller = http.client(http.signIn()).header("Idempotency-Key", "same-key");
        int before = EFFECTS.get();
        Set<String> bodies = ConcurrentHashMap.newKeySet();
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                answers.add(
                        pool.submit(() -> {
                            TestClient.Answer answer =
                                    caller.post(
                                            "/api/v1/effects",
                                            "{\"name\":\"a\",\"amount_minor\":1}");
                            bodies.add(answer.text());
                            return answer.status();
                        }));
            }
        }

        for (Future<Integer> status : answers) {
            assertThat(status.get()).isEqualTo(202);
        }
        assertThat(bodies).hasSize(1);
        assertThat(EFFECTS.get()).isEqualTo(before + 1);
    }

    @Test
    void aKeyReusedForAnotherBodyIsAConflictAndARefusalFreesTheKey() {
        TestClient caller = http.client(http.signIn()).header("Idempotency-Key", "reused");

        assertThat(caller.post("/api/v1/effects", "{\"name\":\"a\",\"amount_minor\":-1}").status())
                .isEqualTo(400);
        assertThat(caller.post("/api/v1/effects", "{\"name\":\"a\",\"amount_minor\":1}").status())
                .isEqualTo(202);
        TestClient.Answer other =
                caller.post("/api/v1/effects", "{\"name\":\"b\",\"amount_minor\":1}");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.at("/code")).isEqualTo("request.idempotency-mismatch");
    }

    @Test
    void aMissingKeyIsExplained() {
        TestClient.Answer answer =
                http.client(http.signIn())
                        .post("/api/v1/effects", "{\"name\":\"a\",\"amount_minor\":1}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/errors/0/pointer")).isEqualTo("header:Idempotency-Key");
    }

    @Test
    void fourHundredHalfOpenConnectionsDoNotKeepOthersFromBeingServed() throws IOException {
        List<Socket> held = new ArrayList<>();
        try {
            for (int i = 0; i < 400; i++) {
                Socket socket = new Socket("127.0.0.1", http.port());
                socket.getOutputStream()
                        .write(
                                "POST /api/v1/echo HTTP/1.1\r\nHost: loc"
                                        .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                held.add(socket);
            }
            assertThat(client.get("/api/v1/search").status()).isEqualTo(200);
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    /**
     * Sends bytes and reads the answer to its end or until the peer has been silent for five
     * seconds.
     */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", http.port())) {
            socket.setSoTimeout(5_000);
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // The server may hang up while we still talk; its answer counts.
            }
            InputStream in = socket.getInputStream();
            StringBuilder answer = new StringBuilder();
            byte[] buffer = new byte[4096];
            try {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                    if (answer.indexOf("\r\n\r\n") > 0 && answer.indexOf("}") > 0) {
                        break;
                    }
                }
            } catch (IOException e) {
                // A time-out or reset ends the reading.
            }
            return answer.toString();
        }
    }
}
