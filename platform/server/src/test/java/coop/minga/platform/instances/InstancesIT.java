package coop.minga.platform.instances;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.Eventually;
import coop.minga.platform.TeamId;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.events.Fact;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TinyInstance;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.orders.House;
import coop.minga.platform.supply.FakeBackend;
import coop.minga.platform.supply.FakeBackend.Mood;
import coop.minga.platform.supply.FakeBackends;
import coop.minga.platform.wallet.WalletHold;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.compute.Observation;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

@Timeout(120)
class InstancesIT {

    @TempDir Path directory;
    private TestDatabase database;
    private FakeBackend alpha;
    private House house;
    private House.Customer ana;

    @BeforeEach
    void open() {
        database = TestDatabase.create();
        alpha = new FakeBackend("alpha", 100);
        house = House.open(database, new FakeBackends(alpha));
        ana = house.customer();
    }

    @AfterEach
    void close() {
        house.mustBeConsistent();
        house.close();
        database.close();
    }

    /** A running machine. */
    private String machine() {
        return machine(ana);
    }

    private String machine(House.Customer customer) {
        TestClient.Answer placed = customer.order("web");
        assertThat(placed.status()).as(placed.text()).isEqualTo(202);
        String id = placed.at("/instance_id");
        awaitState(customer, id, "running");
        return id;
    }

    private static void awaitState(House.Customer customer, String id, String state) {
        Eventually.until(
                id + " is " + state,
                () ->
                        customer.instance(id).at("/state").equals(state)
                                && customer.instance(id).json().at("/pending").isMissingNode());
    }

    private TestClient.Answer act(String id, String action) {
        return ana.client().once().post("/api/v1/instances/" + id + "/actions/" + action, null);
    }

    private FakeBackend.Machine onBackend() {
        return alpha.alive().getFirst();
    }

    private void round() {
        house.service.reconcileSoon();
    }

    @Test
    void machineIsStoppedStartedAndRestarted() {
        String id = machine();
        assertThat(act(id, "start").status()).isEqualTo(409);
        TestClient.Answer stop = act(id, "stop");
        assertThat(stop.status()).as(stop.text()).isEqualTo(202);
        assertThat(stop.at("/job_id")).startsWith("job_");
        awaitState(ana, id, "stopped");
        assertThat(onBackend().state).isEqualTo(Observation.State.STOPPED);
        assertThat(ana.coins()).endsWith("+0");
        assertThat(act(id, "stop").status()).isEqualTo(409);
        assertThat(act(id, "restart").status()).isEqualTo(409);
        assertThat(act(id, "dance").status()).isEqualTo(404);
        assertThat(act(id, "renew").at("/code")).isEqualTo("billing.not-renewable");
        assertThat(act(id, "start").status()).isEqualTo(202);
        awaitState(ana, id, "running");
        assertThat(ana.coins()).endsWith("+100");
        assertThat(act(id, "restart").status()).isEqualTo(202);
        Eventually.until("restarted", () -> alpha.count("power RESTART") == 1);
        awaitState(ana, id, "running");
    }

    @Test
    void actionGoesOnUntilTheBackendHasDoneIt() {
        String id = machine();
        alpha.next("power", Mood.UNREACHABLE, Mood.HANG);
        assertThat(act(id, "stop").status()).isEqualTo(202);
        assertThat(act(id, "restart").at("/code")).isEqualTo("instance.busy");
        awaitState(ana, id, "stopped");
        assertThat(onBackend().state).isEqualTo(Observation.State.STOPPED);
    }

    @Test
    void machineThatCannotStartIsStoppedAndNotBilled() {
        String id = machine();
        act(id, "stop");
        awaitState(ana, id, "stopped");
        alpha.failStart = true;
        assertThat(act(id, "start").status()).isEqualTo(202);
        Eventually.until(
                "given up", () -> ana.instance(id).at("/reason/code").equals("start-failed"));
        awaitState(ana, id, "stopped");
        assertThat(ana.coins()).endsWith("+0");
        alpha.failStart = false;
    }

    @Test
    void deletedMachineIsGoneEverywhere() {
        String id = machine();
        alpha.next("destroy", Mood.UNREACHABLE);
        assertThat(ana.client().delete("/api/v1/instances/" + id).status()).isEqualTo(202);
        awaitState(ana, id, "terminated");
        assertThat(alpha.machines).isEmpty();
        assertThat(house.supply.nodes().getFirst().usedInstances()).isZero();
        assertThat(ana.client().get("/api/v1/instances").json().at("/items").size()).isZero();
        assertThat(ana.coins()).endsWith("+0");
        assertThat(ana.client().delete("/api/v1/instances/" + id).status()).isEqualTo(202);
        assertThat(act(id, "start").status()).isEqualTo(409);
    }

    @Test
    void strangersSeeNothingAndCanDoNothing() {
        String id = machine();
        House.Customer eve = house.customer();
        assertThat(eve.instance(id).status()).isEqualTo(404);
        assertThat(eve.client().delete("/api/v1/instances/" + id).status()).isEqualTo(404);
        String base = "/api/v1/instances/" + id;
        assertThat(eve.client().once().post(base + "/actions/stop", null).status()).isEqualTo(404);
        assertThat(eve.client().post(base + "/credentials/reveal", null).status()).isEqualTo(404);
        assertThat(eve.client().post(base + "/endpoints/web/ticket", null).status()).isEqualTo(404);
        assertThat(eve.client().get(base + "/logs").status()).isEqualTo(404);
        assertThat(eve.client().get(base + "/events").status()).isEqualTo(404);
        assertThat(eve.client().get("/api/v1/admin/instances").status()).isEqualTo(403);
        House.Customer admin = house.customer(Role.VIEWER);
        assertThat(admin.client().get("/api/v1/admin/instances").at("/items/0/id")).isEqualTo(id);
    }

    @Test
    void secretsAreShownOnce() {
        String id = machine();
        String base = "/api/v1/instances/" + id + "/credentials/reveal";
        TestClient.Answer first = ana.client().post(base, null);
        assertThat(first.status()).as(first.text()).isEqualTo(200);
        assertThat(first.at("/items/0/value"))
                .isEqualTo(onBackend().request.environment().get("PASSWORD"));
        assertThat(ana.client().post(base, null).status()).isEqualTo(410);
        assertThat(ana.instance(id).at("/has_credentials")).isEqualTo("false");
        long audited =
                house.db.read(handle ->
                        handle.createQuery(
                                        "select count(*) from audit_entries where action ="
                                                + " 'instance.credentials-revealed'")
                                .mapTo(Long.class)
                                .one());
        assertThat(audited).isEqualTo(1);
    }

    @Test
    void machineThatIsNotPaidForIsStoppedAndStartsAgainWhenItIs() {
        String id = machine();
        WalletHold spent =
                house.db.inTransaction(handle -> {
                    handle.execute(
                            "update subscriptions set state = 'suspended', metered_from = null");
                    tell(handle, id, "billing.exhausted");
                    TeamId team = ana.principal.team();
                    return house.wallet.hold(
                            handle,
                            team,
                            house.wallet.available(handle, team, Asset.COIN),
                            new Explains("instance", id));
                });
        awaitState(ana, id, "suspended");
        assertThat(ana.instance(id).at("/reason/code")).isEqualTo("funds-exhausted");
        assertThat(onBackend().state).isEqualTo(Observation.State.STOPPED);
        release();
        house.db.useTransaction(handle -> house.wallet.release(handle, spent.id()));
        assertThat(act(id, "start").status()).isEqualTo(202);
        awaitState(ana, id, "running");
    }

    /** The hold of the hour that the test took away behind billing's back. */
    private void release() {
        house.db.useTransaction(handle ->
                handle.createQuery("select hold_id from subscriptions where hold_id is not null")
                        .mapTo(java.util.UUID.class)
                        .list()
                        .forEach(hold -> {
                            house.wallet.release(handle, hold);
                            handle.execute("update subscriptions set hold_id = null");
                        }));
    }

    @Test
    void lateFactAboutMoneyThatWasPaidMeanwhileStopsNothing() {
        String id = machine();
        house.db.useTransaction(handle -> tell(handle, id, "billing.exhausted"));
        String other = machine();
        assertThat(ana.instance(other).at("/state")).isEqualTo("running");
        assertThat(ana.instance(id).at("/state")).isEqualTo("running");
        assertThat(alpha.count("power")).isZero();
    }

    private void tell(org.jdbi.v3.core.Handle handle, String id, String type) {
        house.events.publish(handle, new Fact(type, id, Set.of(), Map.of()));
    }

    @Test
    void slotThatIsOverSuspendsAndRenewingStartsItAgain() {
        TestClient.Answer placed =
                ana.client()
                        .once()
                        .post(
                                "/api/v1/orders",
                                Map.of(
                                        "plan_id", house.plan("s").toString(),
                                        "name", "slot",
                                        "price", "slot24h",
                                        "pay_with", "coins"));
        String id = placed.at("/instance_id");
        awaitState(ana, id, "running");
        assertThat(ana.instance(id).json().at("/actions").toString()).contains("renew");
        house.db.useTransaction(handle -> {
            handle.execute(
                    """
                    update subscriptions set state = 'expired',
                           anchor_at = now() - interval '24 hours 1 minute',
                           expires_at = now() - interval '1 minute'
                    """);
            tell(handle, id, "billing.expired");
        });
        awaitState(ana, id, "suspended");
        assertThat(act(id, "start").at("/code")).isEqualTo("instance.time-over");
        TestClient.Answer renewed = act(id, "renew");
        assertThat(renewed.status()).as(renewed.text()).isEqualTo(202);
        awaitState(ana, id, "running");
        assertThat(ana.instance(id).at("/expires_at")).isNotEmpty();
    }

    @Test
    void machineThatFellOverIsBroughtBack() {
        String id = machine();
        house.db.useTransaction(handle ->
                handle.execute("update instances set since = now() - interval '5 minutes'"));
        alpha.crash(onBackend());
        Eventually.until("it was started", () -> alpha.count("power START") == 1);
        awaitState(ana, id, "running");
    }

    @Test
    void machineThatEndsAtOnceIsNotStartedForEver() {
        String id = machine();
        alpha.crash(onBackend());
        awaitState(ana, id, "stopped");
        assertThat(ana.instance(id).at("/reason/code")).isEqualTo("exited");
        assertThat(ana.coins()).endsWith("+0");
        assertThat(alpha.count("power START")).isZero();
    }

    @Test
    void vanishedMachineIsLostOnlyAfterSeveralLooks() {
        String id = machine();
        FakeBackend.Machine machine = onBackend();
        machine.hidden = true;
        round();
        long lists = alpha.count("list");
        Eventually.until(
                "listed twice",
                () -> {
                    round();
                    return alpha.count("list") > lists + 3;
                });
        assertThat(ana.instance(id).at("/state")).isEqualTo("running");
        machine.hidden = false;
        alpha.machines.clear();
        Eventually.until(
                "it is lost",
                () -> {
                    round();
                    return ana.instance(id).at("/state").equals("failed");
                });
        assertThat(ana.instance(id).at("/reason/code")).isEqualTo("lost");
        assertThat(ana.coins()).endsWith("+0");
        assertThat(house.supply.nodes().getFirst().usedInstances()).isZero();
    }

    @Test
    void backendThatIsDownLosesNothing() {
        String id = machine();
        alpha.down = true;
        long before = alpha.count("list");
        Eventually.until(
                "asked in vain",
                () -> {
                    round();
                    return alpha.count("list") > before + 2;
                });
        assertThat(ana.instance(id).at("/state")).isEqualTo("running");
        alpha.down = false;
    }

    @Test
    void leftoversOfOursAreDestroyedAndStrangersAreLeftAlone() {
        String id = machine();
        FakeBackend.Machine mine = onBackend();
        ana.client().delete("/api/v1/instances/" + id);
        awaitState(ana, id, "terminated");
        // A lie: the backend said destroyed, and still has it.
        alpha.machines.put(mine.handle.value(), mine);
        alpha.stranger("foreign-1");
        Eventually.until(
                "the leftover is gone",
                () -> {
                    round();
                    return !alpha.machines.containsKey(mine.handle.value());
                });
        House.Customer admin = house.customer(Role.ADMIN);
        Eventually.until(
                "the stranger is shown",
                () ->
                        admin.client()
                                .get("/api/v1/admin/strays")
                                .at("/items/0/handle")
                                .equals("foreign-1"));
        assertThat(alpha.machines).containsKey("foreign-1");
        assertThat(house.check().strays()).containsExactly("alpha foreign-1");
    }

    @Test
    void logIsReadAndFollowed() throws IOException {
        String id = machine();
        TestClient.Answer log = ana.client().get("/api/v1/instances/" + id + "/logs?tail=5");
        assertThat(log.status()).as(log.text()).isEqualTo(200);
        assertThat(log.headers().get("content-type")).startsWith("text/plain");
        assertThat(log.text()).contains(" O line of alpha-1");
        try (Stream stream = new Stream("/api/v1/instances/" + id + "/logs?follow=true", "")) {
            assertThat(stream.next("log").at("/text").asText()).isEqualTo("followed 1");
            assertThat(stream.next("log").at("/error").asBoolean()).isTrue();
        }
    }

    @Test
    void eventsTellTheWholeStoryAgainToWhoeverComesLate() throws IOException {
        String id = machine();
        String lastId;
        try (Stream stream = new Stream("/api/v1/instances/" + id + "/events", "")) {
            assertThat(stream.next("state").at("/state").asText()).isEqualTo("requested");
            assertThat(stream.next("state").at("/state").asText()).isEqualTo("provisioning");
            lastId = stream.lastId;
            assertThat(stream.next("step").at("/name").asText()).isEqualTo("create");
            assertThat(stream.next("state").at("/state").asText()).isEqualTo("running");
            assertThat(stream.next("log").at("/text").asText()).isEqualTo("followed 1");
            act(id, "stop");
            assertThat(stream.next("state").at("/reason/code").asText()).isEqualTo("stopping");
            assertThat(stream.next("state").at("/state").asText()).isEqualTo("stopped");
        }
        try (Stream again = new Stream("/api/v1/instances/" + id + "/events", lastId)) {
            assertThat(again.next("state").at("/state").asText()).isEqualTo("running");
        }
    }

    @Test
    void accountStreamCarriesEverythingOfTheTeamAndOnlyThat() throws IOException {
        House.Customer eve = house.customer();
        try (Stream stream = new Stream("/api/v1/events", "")) {
            machine(eve);
            String id = machine();
            JsonNode first = stream.next("state");
            assertThat(first.at("/instance_id").asText()).isIn(id, "");
            assertThat(stream.next("state").at("/instance_id").asText()).isEqualTo(id);
        }
    }

    // ---------------------------------------------------------------- origins

    private URI origin(String id) {
        return URI.create(ana.instance(id).at("/endpoints/0/url"));
    }

    private Raw ask(String head) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", house.http.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            String text =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Raw(Integer.parseInt(text.substring(9, 12)), text);
        }
    }

    private record Raw(int status, String text) {
        String header(String name) {
            for (String line : text.split("\r\n")) {
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ": ")) {
                    return line.substring(name.length() + 2);
                }
            }
            return "";
        }
    }

    private Raw visit(URI url, String path, String cookie) throws IOException {
        return ask(
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: "
                        + url.getHost()
                        + "\r\n"
                        + (cookie.isEmpty() ? "" : "Cookie: " + cookie + "\r\n"));
    }

    @Test
    void privateOriginTakesATicketOnceAndThenAPass() throws IOException {
        try (TinyInstance page = TinyInstance.onSocket(directory.resolve("s"))) {
            alpha.address = page.address();
            String id = machine();
            URI url = origin(id);
            Raw closed = visit(url, "/", "");
            assertThat(closed.status()).isEqualTo(401);
            assertThat(closed.text()).contains("Esto es privado").contains("This is private");
            assertThat(visit(url, "/", "minga=" + ana.token()).status()).isEqualTo(401);

            String ticket = ticket(id);
            assertThat(ticket).startsWith(url + "/.minga/ticket?t=");
            URI link = URI.create(ticket);
            Raw admitted = visit(link, link.getRawPath() + "?" + link.getRawQuery(), "");
            assertThat(admitted.status()).isEqualTo(303);
            assertThat(admitted.header("location")).isEqualTo("/");
            String set = admitted.header("set-cookie");
            assertThat(set).contains("HttpOnly").contains("SameSite=Lax").doesNotContain("Domain");
            String pass = set.substring(0, set.indexOf(';'));
            assertThat(visit(link, link.getRawPath() + "?" + link.getRawQuery(), "").status())
                    .isEqualTo(403);

            Raw inside = visit(url, "/hello", pass);
            assertThat(inside.status()).isEqualTo(200);
            assertThat(inside.text()).contains("hello from /hello");
            assertThat(page.heads.getLast()).doesNotContain("minga_ins");

            String other = machine();
            assertThat(visit(origin(other), "/", pass).status()).isEqualTo(403);
            String hash =
                    house.db.read(handle ->
                            handle.createQuery(
                                            "select string_agg(encode(hash, 'escape'), ' ') from"
                                                    + " instance_passes")
                                    .mapTo(String.class)
                                    .one());
            assertThat(hash).doesNotContain(pass.substring(pass.indexOf('=') + 1));

            house.http.signOut(ana.token());
            assertThat(visit(url, "/", pass).status()).isEqualTo(403);
            ana.moveTo(house);
        }
    }

    private String ticket(String id) {
        TestClient.Answer answer =
                ana.client().post("/api/v1/instances/" + id + "/endpoints/web/ticket", null);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.at("/url");
    }

    @Test
    void publicOriginIsOpenUntilItIsClosedStoppedOrDeleted() throws IOException {
        try (TinyInstance page = TinyInstance.onSocket(directory.resolve("s"))) {
            alpha.address = page.address();
            String id = machine();
            URI url = origin(id);
            TestClient.Answer edited =
                    ana.client()
                            .header("Content-Type", "application/json")
                            .send("PATCH", "/api/v1/instances/" + id, Map.of("public", true));
            assertThat(edited.status()).as(edited.text()).isEqualTo(200);
            assertThat(edited.at("/public")).isEqualTo("true");
            Eventually.until("it is open", () -> visit(url, "/", "").status() == 200);
            ana.client().send("PATCH", "/api/v1/instances/" + id, Map.of("public", false));
            Eventually.until(
                    "it is closed",
                    Duration.ofSeconds(2),
                    () -> visit(url, "/", "").status() == 401);
            ana.client().send("PATCH", "/api/v1/instances/" + id, Map.of("public", true));
            act(id, "stop");
            awaitState(ana, id, "stopped");
            Eventually.until("it is off", () -> visit(url, "/", "").status() == 503);
            assertThat(visit(url, "/", "").text()).contains("The machine is stopped");
            ana.client().delete("/api/v1/instances/" + id);
            Eventually.until("it is gone", () -> visit(url, "/", "").status() == 404);
            URI wrong = URI.create("http://ins-00000000000000000000000000-8080.localhost");
            assertThat(visit(wrong, "/", "").status()).isEqualTo(404);
        }
    }

    @Test
    void instanceThatDoesNotListenGetsAPageThatSaysSo() throws IOException {
        String id = machine();
        ana.client().send("PATCH", "/api/v1/instances/" + id, Map.of("public", true));
        URI url = origin(id);
        Eventually.until("it is open", () -> visit(url, "/", "").status() == 502);
        assertThat(visit(url, "/", "").text()).contains("La máquina no responde");
    }

    // ---------------------------------------------------------------- terminals

    @Test
    void terminalCarriesBytesBothWaysAndEndsWithItsShell() throws Exception {
        String id = machine();
        Terminal terminal = new Terminal(id, "http://localhost:" + house.http.port());
        terminal.await("$ ");
        terminal.socket.sendText("{\"type\":\"resize\",\"cols\":120,\"rows\":40}", true).get();
        Eventually.until("resized", () -> alpha.calls.contains("resize 120x40"));
        terminal.type("echo ñ\n");
        terminal.await("echo ñ\n");
        terminal.type("exit\n");
        Eventually.until("told", () -> terminal.text.toString().contains("\"exit\""));
        assertThat(terminal.text.toString()).contains("\"code\":3");
        Eventually.until("closed", () -> terminal.closed);
        assertThat(alpha.calls).contains("console closed");
    }

    @Test
    void terminalEndsWithItsMachineAndWithItsSession() throws Exception {
        String id = machine();
        Terminal first = new Terminal(id, "http://localhost:" + house.http.port());
        first.await("$ ");
        act(id, "stop");
        Eventually.until("closed", Duration.ofSeconds(6), () -> first.closed);
        awaitState(ana, id, "stopped");
        act(id, "start");
        awaitState(ana, id, "running");
        Terminal second = new Terminal(id, "http://localhost:" + house.http.port());
        second.await("$ ");
        house.http.signOut(ana.token());
        Eventually.until("closed", Duration.ofSeconds(6), () -> second.closed);
        ana.moveTo(house);
    }

    @Test
    void terminalsAreRefusedFromOtherSitesToStrangersAndBeyondTheCap() throws Exception {
        String id = machine();
        assertThat(refusal(id, "http://evil.example")).contains("403");
        assertThat(refusal(id, "")).contains("403");
        House.Customer eve = house.customer();
        House.Customer me = ana;
        ana = eve;
        assertThat(refusal(id, "http://localhost:" + house.http.port())).contains("404");
        ana = me;
        for (int i = 0; i < 5; i++) {
            new Terminal(id, "http://localhost:" + house.http.port()).await("$ ");
        }
        assertThat(refusal(id, "http://localhost:" + house.http.port())).contains("429");
        act(id, "stop");
        awaitState(ana, id, "stopped");
        assertThat(refusal(id, "http://localhost:" + house.http.port())).contains("409");
    }

    private String refusal(String id, String origin) throws IOException {
        Raw answer =
                ask(
                        "GET /api/v1/instances/"
                                + id
                                + "/console HTTP/1.1\r\nHost: localhost:"
                                + house.http.port()
                                + "\r\n"
                                + (origin.isEmpty() ? "" : "Origin: " + origin + "\r\n")
                                + "Cookie: minga="
                                + ana.token()
                                + "\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Connection: Upgrade\r\n");
        return answer.text();
    }

    /** A browser's end of a terminal. */
    private final class Terminal implements WebSocket.Listener {
        private final StringBuffer screen = new StringBuffer();
        private final StringBuffer text = new StringBuffer();
        private final WebSocket socket;
        private volatile boolean closed;

        Terminal(String id, String origin) throws InterruptedException, ExecutionException {
            socket =
                    HttpClient.newHttpClient()
                            .newWebSocketBuilder()
                            .header("Origin", origin)
                            .header("Cookie", "minga=" + ana.token())
                            .buildAsync(
                                    URI.create(
                                            "ws://localhost:"
                                                    + house.http.port()
                                                    + "/api/v1/instances/"
                                                    + id
                                                    + "/console"),
                                    this)
                            .get();
        }

        void type(String typed) throws Exception {
            socket.sendBinary(ByteBuffer.wrap(typed.getBytes(StandardCharsets.UTF_8)), true)
                    .get(10, TimeUnit.SECONDS);
        }

        void await(String shown) {
            Eventually.until("the screen shows " + shown, () -> screen.toString().contains(shown));
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket ws, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            // Bytes of a character may come apart; the screen is put together as Latin-1 first.
            raw.append(new String(bytes, StandardCharsets.ISO_8859_1));
            screen.setLength(0);
            screen.append(
                    new String(
                            raw.toString().getBytes(StandardCharsets.ISO_8859_1),
                            StandardCharsets.UTF_8));
            ws.request(1);
            return null;
        }

        private final StringBuffer raw = new StringBuffer();

        @Override
        public CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
            text.append(data);
            ws.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
            closed = true;
            return null;
        }

        @Override
        public void onError(WebSocket ws, Throwable failure) {
            closed = true;
        }
    }

    /** A browser's end of an event stream. */
    private final class Stream implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;
        private String lastId = "";

        Stream(String path, String after) throws IOException {
            socket = new Socket("127.0.0.1", house.http.port());
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\n"
                                            + "Host: localhost\r\n"
                                            + "Authorization: Bearer "
                                            + ana.token()
                                            + "\r\n"
                                            + (after.isEmpty()
                                                    ? ""
                                                    : "Last-Event-ID: " + after + "\r\n")
                                            + "\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
            in =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String status = in.readLine();
            assertThat(status).startsWith("HTTP/1.1 200");
        }

        /** The next event of a name. */
        JsonNode next(String event) throws IOException {
            String name = "";
            String line;
            while ((line = in.readLine()) != null) {
                if (line.startsWith("id: ")) {
                    lastId = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ") && name.equals(event)) {
                    return coop.minga.platform.http.Json.mapper().readTree(line.substring(6));
                }
            }
            throw new IOException("The stream ended");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
