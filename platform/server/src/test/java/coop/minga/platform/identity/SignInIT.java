package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.http.Principal;
import coop.minga.platform.http.TestClient;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(120)
class SignInIT {

    private static final AtomicInteger HOOKED = new AtomicInteger();
    private static TestIdentity room;

    @BeforeAll
    static void open() {
        room = TestIdentity.trial((handle, account, team) -> HOOKED.incrementAndGet());
    }

    @AfterAll
    static void close() {
        room.close();
    }

    @Test
    void signingUpMakesAnAccountATeamAndASession() {
        int hooked = HOOKED.get();
        String email = TestIdentity.newEmail();

        TestClient.Answer answer = room.signUp("  " + email.replace("example", "EXAMPLE") + " ");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/account/email")).isEqualTo(email);
        assertThat(answer.at("/account/id")).startsWith("acc_");
        assertThat(answer.at("/account/team_id")).startsWith("tea_");
        assertThat(answer.json().at("/account/roles").toString()).isEqualTo("[\"customer\"]");
        assertThat(HOOKED.get()).isEqualTo(hooked + 1);
        TestClient.Answer me = room.browser(answer).get("/api/v1/me");
        assertThat(me.status()).isEqualTo(200);
        assertThat(me.at("/id")).isEqualTo(answer.at("/account/id"));
    }

    @Test
    void aKnownAddressIsAConflictHoweverItIsWritten() {
        String email = TestIdentity.newEmail();
        room.signUp(email);

        TestClient.Answer again = room.signUp(email.toUpperCase(java.util.Locale.ROOT));

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.at("/code")).isEqualTo("account.email-taken");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "no-at-sign|a good long password|Rosa|/email|invalid-email",
                "a@b|a good long password|Rosa|/email|invalid-email",
                "a..b@example.com|a good long password|Rosa|/email|invalid-email",
                "a@exa_mple.com|a good long password|Rosa|/email|invalid-email",
                "a@example.com\\r\\nBcc: x@example.com|a good long"
                        + " password|Rosa|/email|invalid-email",
                "p1@example.com|short|Rosa|/password|too-short",
                "p1@example.com|password123|Rosa|/password|common-password",
                "p1@example.com|P@ssw0rd!|Rosa|/password|common-password",
                "p1@example.com|12345678|Rosa|/password|common-password",
                "p1@example.com|p1@example.com|Rosa|/password|common-password",
                "p1@example.com|a good long password||/name|required",
                "p1@example.com|a good long password|Ro\\u202Esa|/name|control-character",
            })
    void badFormsAreRefusedWithAPointer(
            String email, String password, String name, String pointer, String code) {
        String body =
                "{\"email\":\""
                        + email
                        + "\",\"password\":\""
                        + password
                        + "\",\"name\":\""
                        + (name == null ? "" : name)
                        + "\"}";

        TestClient.Answer answer = room.client().post("/api/v1/auth/signup", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/errors/0/pointer")).as(answer.text()).isEqualTo(pointer);
        assertThat(answer.at("/errors/0/code")).isEqualTo(code);
    }

    @Test
    void rolesAndOtherThingsThatAreNotYoursToSetAreUnknownKeys() {
        for (String key : List.of("roles", "state", "id", "totp_enabled")) {
            TestClient.Answer answer =
                    room.client()
                            .post(
                                    "/api/v1/auth/signup",
                                    "{\"email\":\"x@example.com\",\"password\":\"a good long"
                                            + " password\",\"name\":\"X\",\""
                                            + key
                                            + "\":1}");
            assertThat(answer.status()).as(key).isEqualTo(400);
            assertThat(answer.at("/errors/0/code")).isEqualTo("unknown-key");
        }
    }

    @Test
    void aLongPasswordIsComparedToItsLastCharacter() {
        String email = TestIdentity.newEmail();
        String password = "ñandú ".repeat(42) + "end1";
        assertThat(password.codePointCount(0, password.length())).isEqualTo(256);
        room.client()
                .post(
                        "/api/v1/auth/signup",
                        Map.of("email", email, "password", password, "name", "Rosa"));

        assertThat(room.login(email, password).status()).isEqualTo(200);
        assertThat(room.login(email, password.substring(0, 255) + "2").status()).isEqualTo(401);
    }

    @Test
    void unknownAddressesAndWrongPasswordsGetTheSameAnswer() {
        String email = TestIdentity.newEmail();
        room.signUp(email);

        TestClient.Answer wrong = room.login(email, "not the right one");
        TestClient.Answer unknown = room.login(TestIdentity.newEmail(), "not the right one");

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(withoutTrace(wrong)).isEqualTo(withoutTrace(unknown));
        assertThat(wrong.at("/code")).isEqualTo("auth.invalid-credentials");
    }

    @Test
    void anUnknownAddressCostsAsMuchHashingAsAKnownOne() {
        try (PasswordHasher hasher = new PasswordHasher(1, 8, room.random)) {
            String hash = hasher.hash("one password");
            assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
            List<Long> known = new ArrayList<>();
            List<Long> unknown = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                known.add(time(() -> hasher.matches("another", hash)));
                unknown.add(time(() -> hasher.matchesNobody("another")));
            }
            known.sort(null);
            unknown.sort(null);
            assertThat((double) unknown.get(4)).isBetween(known.get(4) / 3.0, known.get(4) * 3.0);
        }
    }

    private static long time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }

    @Test
    void everySignInGetsANewSessionAndEndsTheOneItCameWith() {
        String email = TestIdentity.newEmail();
        String first = TestIdentity.secret(room.signUp(email));

        TestClient.Answer second =
                room.browser(first)
                        .post(
                                "/api/v1/auth/login",
                                Map.of("email", email, "password", TestIdentity.PASSWORD));

        assertThat(TestIdentity.secret(second)).isNotEqualTo(first);
        assertThat(room.browser(first).get("/api/v1/me").status()).isEqualTo(401);
        assertThat(room.browser(second).get("/api/v1/me").status()).isEqualTo(200);
    }

    @Test
    void theDatabaseHoldsOnlyHashesOfSessionsAndPasswords() {
        String secret = TestIdentity.secret(room.signUp(TestIdentity.newEmail()));

        String everything =
                room.db()
                        .read(handle ->
                                handle.createQuery(
                                                """
                                                SELECT string_agg(t.row, E'\\n') FROM (
                                                    SELECT CAST(a AS text) AS row FROM accounts a
                                                    UNION ALL SELECT CAST(s AS text) FROM sessions s
                                                ) t
                                                """)
                                        .mapTo(String.class)
                                        .one());

        assertThat(everything)
                .doesNotContain(secret)
                .doesNotContain(TestIdentity.PASSWORD)
                .doesNotContain(
                        HexFormat.of().formatHex(secret.getBytes(StandardCharsets.US_ASCII)));
        assertThat(everything).contains(HexFormat.of().formatHex(Digests.sha256(secret)));
    }

    @Test
    void signingOutKillsTheSessionAndItsStreams() {
        String secret = TestIdentity.secret(room.signUp(TestIdentity.newEmail()));
        Principal principal = room.identity.service().session(secret).orElseThrow();
        assertThat(room.identity.service().stillValid(principal)).isTrue();

        TestClient.Answer out = room.browser(secret).post("/api/v1/auth/logout", null);

        assertThat(out.status()).isEqualTo(204);
        assertThat(out.headers().get("set-cookie")).contains("Max-Age=0");
        assertThat(room.browser(secret).get("/api/v1/me").status()).isEqualTo(401);
        assertThat(room.identity.service().stillValid(principal)).isFalse();
    }

    @Test
    void aSessionEndsWhenIdleAndWhenOldHoweverBusy() {
        try (TestIdentity own = TestIdentity.trial()) {
            String idle = TestIdentity.secret(own.signUp(TestIdentity.newEmail()));
            String busy = TestIdentity.secret(own.signUp(TestIdentity.newEmail()));

            for (int day = 1; day <= 29; day++) {
                own.clock.forward(Duration.ofDays(1));
                own.identity.service().session(busy);
                own.dropCaches();
            }
            assertThat(own.browser(idle).get("/api/v1/me").status()).isEqualTo(401);
            assertThat(own.browser(busy).get("/api/v1/me").status()).isEqualTo(200);
            own.clock.forward(Duration.ofDays(1).plusSeconds(1));
            assertThat(own.browser(busy).get("/api/v1/me").status()).isEqualTo(401);
        }
    }

    @Test
    void sessionsAreListedWithTheirDeviceAndCanBeEnded() {
        String email = TestIdentity.newEmail();
        room.signUp(email);
        TestClient.Answer other =
                room.client()
                        .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
                        .post(
                                "/api/v1/auth/login",
                                Map.of("email", email, "password", TestIdentity.PASSWORD));
        TestClient here = room.browser(room.login(email, TestIdentity.PASSWORD));

        TestClient.Answer list = here.get("/api/v1/sessions");

        assertThat(list.json().at("/items")).hasSize(3);
        assertThat(list.json().at("/items").findValuesAsText("device")).contains("Firefox, Linux");
        assertThat(list.json().at("/items").findValuesAsText("ip")).containsOnly("127.0.0.1");
        assertThat(list.json().at("/items").findValuesAsText("current")).containsOnlyOnce("true");
        String firefox = "";
        for (var item : list.json().at("/items")) {
            if (item.at("/device").asText().startsWith("Firefox")) {
                firefox = item.at("/id").asText();
            }
        }
        TestClient stranger = room.browser(room.signUp(TestIdentity.newEmail()));
        TestClient.Answer foreign = stranger.delete("/api/v1/sessions/" + firefox);
        TestClient.Answer random =
                stranger.delete("/api/v1/sessions/ses_00000000000000000000000000");
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(withoutTrace(foreign)).isEqualTo(withoutTrace(random));
        assertThat(here.delete("/api/v1/sessions/" + firefox).status()).isEqualTo(204);
        assertThat(room.browser(other).get("/api/v1/me").status()).isEqualTo(401);
        assertThat(here.delete("/api/v1/sessions").status()).isEqualTo(204);
        assertThat(here.get("/api/v1/sessions").json().at("/items")).hasSize(1);
    }

    @Test
    void changingThePasswordEndsOtherSessionsButNotThisOne() {
        String email = TestIdentity.newEmail();
        String other = TestIdentity.secret(room.signUp(email));
        TestClient here = room.browser(room.login(email, TestIdentity.PASSWORD));
        assertThat(room.browser(other).get("/api/v1/me").status()).isEqualTo(200);

        TestClient.Answer wrong =
                here.post(
                        "/api/v1/me/password",
                        Map.of("current", "not the right one", "new", "seven condors in a row"));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.at("/errors/0/pointer")).isEqualTo("/current");
        TestClient.Answer done =
                here.post(
                        "/api/v1/me/password",
                        Map.of("current", TestIdentity.PASSWORD, "new", "seven condors in a row"));

        assertThat(done.status()).as(done.text()).isEqualTo(204);
        assertThat(room.browser(other).get("/api/v1/me").status()).isEqualTo(401);
        assertThat(here.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(room.login(email, TestIdentity.PASSWORD).status()).isEqualTo(401);
        assertThat(room.login(email, "seven condors in a row").status()).isEqualTo(200);
    }

    @Test
    void nameAndLanguageCanBeChanged() {
        TestClient me = room.browser(room.signUp(TestIdentity.newEmail()));

        TestClient.Answer answer =
                me.patch("/api/v1/me", Map.of("name", "Rosa Ñusta", "locale", "es"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/name")).isEqualTo("Rosa Ñusta");
        assertThat(me.delete("/api/v1/sessions/ses_x").at("/detail"))
                .isEqualTo("Aquí no existe eso.");
        assertThat(me.patch("/api/v1/me", Map.of("locale", "../../x")).status()).isEqualTo(400);
    }

    @Test
    void auditTellsEveryCredentialEventAndNoSecret() {
        try (TestIdentity own = TestIdentity.trial()) {
            String email = TestIdentity.newEmail();
            String secret = TestIdentity.secret(own.signUp(email));
            own.login(email, "guess number one");
            own.login("nobody@example.com", "guess number two");
            String second = TestIdentity.secret(own.login(email, TestIdentity.PASSWORD));
            own.browser(second)
                    .post(
                            "/api/v1/me/password",
                            Map.of("current", TestIdentity.PASSWORD, "new", "guess number nine"));
            own.browser(second).post("/api/v1/auth/logout", null);

            assertThat(own.audited.stream().map(entry -> entry.action()))
                    .containsExactly(
                            "account.created",
                            "auth.login-refused",
                            "auth.login-refused",
                            "auth.login",
                            "auth.password-changed",
                            "auth.logout");
            assertThat(own.audited.toString())
                    .doesNotContain("guess")
                    .doesNotContain(TestIdentity.PASSWORD)
                    .doesNotContain(secret)
                    .doesNotContain(second)
                    .doesNotContain("nobody@example.com");
            assertThat(own.audited.get(1).address()).isEqualTo("127.0.0.1");
            assertThat(own.audited.get(1).traceId()).hasSize(32);
        }
    }

    @Test
    void theHitRatioOfTheCredentialCacheIsExposed() {
        TestClient me = room.browser(room.signUp(TestIdentity.newEmail()));
        me.get("/api/v1/me");
        me.get("/api/v1/me");

        assertThat(
                        room.meters
                                .get("cache.gets")
                                .tag("cache", "identity_credentials")
                                .tag("result", "hit")
                                .functionCounter()
                                .count())
                .isPositive();
    }

    static String withoutTrace(TestClient.Answer answer) {
        return answer.text().replaceAll("\"trace_id\":\"[0-9a-f]*\"", "");
    }
}
