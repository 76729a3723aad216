package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.http.TestClient;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(120)
class SecondFactorIT {

    private static final Duration STEP = Duration.ofSeconds(30);

    private static TestIdentity room;

    @BeforeAll
    static void open() {
        room = TestIdentity.trial();
    }

    @AfterAll
    static void close() {
        room.close();
    }

    /** Somebody whose second factor is on. */
    private record Enrolled(String email, byte[] secret, List<String> codes, TestClient browser) {}

    private static Enrolled enrol(TestIdentity room, String email, TestClient browser) {
        TestClient.Answer begun = browser.post("/api/v1/me/totp", null);
        assertThat(begun.status()).as(begun.text()).isEqualTo(200);
        assertThat(begun.at("/otpauth_url")).startsWith("otpauth://totp/");
        byte[] secret = TestIdentity.base32(begun.at("/secret"));
        TestClient.Answer confirmed =
                browser.post("/api/v1/me/totp/confirm", Map.of("code", room.code(secret)));
        assertThat(confirmed.status()).as(confirmed.text()).isEqualTo(200);
        List<String> codes = new ArrayList<>();
        confirmed.json().at("/recovery_codes").forEach(code -> codes.add(code.asText()));
        assertThat(codes).hasSize(10).doesNotHaveDuplicates();
        return new Enrolled(email, secret, codes, browser);
    }

    private static Enrolled enrolled() {
        String email = TestIdentity.newEmail();
        return enrol(room, email, room.browser(room.signUp(email)));
    }

    @Test
    void aCodeIsAskedForOnlyAfterARightPassword() {
        Enrolled rosa = enrolled();

        TestClient.Answer wrong = room.login(rosa.email(), "not the right one");
        TestClient.Answer right = room.login(rosa.email(), TestIdentity.PASSWORD);

        assertThat(wrong.at("/code")).isEqualTo("auth.invalid-credentials");
        assertThat(right.status()).isEqualTo(401);
        assertThat(right.at("/code")).isEqualTo("auth.totp-required");
        assertThat(right.headers()).doesNotContainKey("set-cookie");
        assertThat(
                        room.login(rosa.email(), "not the right one", room.code(rosa.secret()))
                                .at("/code"))
                .isEqualTo("auth.invalid-credentials");
    }

    @Test
    void aCodeWorksOnceAlsoWhenItWasUsedToConfirm() {
        Enrolled rosa = enrolled();
        assertThat(
                        room.login(rosa.email(), TestIdentity.PASSWORD, room.code(rosa.secret()))
                                .at("/code"))
                .isEqualTo("auth.totp-invalid");

        room.clock.forward(STEP);
        String code = room.code(rosa.secret());
        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD, code).status()).isEqualTo(200);
        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD, code).status()).isEqualTo(401);
        room.clock.forward(STEP);
        assertThat(
                        room.login(rosa.email(), TestIdentity.PASSWORD, room.code(rosa.secret()))
                                .status())
                .isEqualTo(200);
    }

    @Test
    void oneCodeInParallelSignsInOnce() throws Exception {
        Enrolled rosa = enrolled();
        room.clock.forward(STEP);
        String code = room.code(rosa.secret());
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                answers.add(
                        pool.submit(() ->
                                room.login(rosa.email(), TestIdentity.PASSWORD, code).status()));
            }
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            statuses.add(answer.get());
        }

        assertThat(statuses).containsOnlyOnce(200);
    }

    @Test
    void aRecoveryCodeWorksOnceHoweverItIsTyped() {
        Enrolled rosa = enrolled();
        String code = rosa.codes().getFirst();
        String typed = code.replace('-', ' ').toUpperCase(java.util.Locale.ROOT);

        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD, typed).status()).isEqualTo(200);
        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD, code).status()).isEqualTo(401);
        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD, rosa.codes().get(1)).status())
                .isEqualTo(200);
    }

    @Test
    void newRecoveryCodesVoidTheOldOnes() {
        Enrolled rosa = enrolled();
        room.clock.forward(STEP);
        TestClient.Answer renewed =
                rosa.browser()
                        .post(
                                "/api/v1/me/totp/recovery-codes",
                                Map.of("code", room.code(rosa.secret())));

        assertThat(renewed.json().at("/recovery_codes")).hasSize(10);
        assertThat(
                        room.login(rosa.email(), TestIdentity.PASSWORD, rosa.codes().getFirst())
                                .status())
                .isEqualTo(401);
        assertThat(
                        room.login(
                                        rosa.email(),
                                        TestIdentity.PASSWORD,
                                        renewed.at("/recovery_codes/0"))
                                .status())
                .isEqualTo(200);
    }

    @Test
    void switchingItOffNeedsACode() {
        Enrolled rosa = enrolled();

        TestClient.Answer wrong =
                rosa.browser().send("DELETE", "/api/v1/me/totp", Map.of("code", "000000"));
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.at("/errors/0/pointer")).isEqualTo("/code");
        assertThat(
                        rosa.browser()
                                .send(
                                        "DELETE",
                                        "/api/v1/me/totp",
                                        Map.of("code", rosa.codes().get(3)))
                                .status())
                .isEqualTo(204);
        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void switchingItOnEndsTheSessionsThatBeganWithoutIt() {
        String email = TestIdentity.newEmail();
        String other = TestIdentity.secret(room.signUp(email));
        Enrolled rosa = enrol(room, email, room.browser(room.login(email, TestIdentity.PASSWORD)));

        assertThat(room.browser(other).get("/api/v1/me").status()).isEqualTo(401);
        TestClient.Answer me = rosa.browser().get("/api/v1/me");
        assertThat(me.at("/totp_enabled")).isEqualTo("true");
        assertThat(rosa.browser().post("/api/v1/me/totp", null).status()).isEqualTo(409);
    }

    @Test
    void aSecretIsSealedInTheDatabaseAndCodesAreHashed() {
        Enrolled rosa = enrolled();

        byte[] stored =
                room.db()
                        .read(handle ->
                                handle.createQuery(
                                                "SELECT totp_secret FROM accounts WHERE email ="
                                                        + " :email")
                                        .bind("email", rosa.email())
                                        .mapTo(byte[].class)
                                        .one());
        String codes =
                room.db()
                        .read(handle ->
                                handle.createQuery(
                                                "SELECT string_agg(CAST(r AS text), ' ') FROM"
                                                        + " recovery_codes r")
                                        .mapTo(String.class)
                                        .one());

        assertThat(stored).hasSize(1 + 12 + 20 + 16);
        assertThat(java.util.Collections.indexOfSubList(list(stored), list(rosa.secret())))
                .isEqualTo(-1);
        assertThat(codes).doesNotContain(rosa.codes().getFirst());
        assertThat(room.audited.toString())
                .doesNotContain(Totp.base32(rosa.secret()))
                .doesNotContain(rosa.codes().getFirst());
    }

    private static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }

    @Test
    void inProductionAnOperatorsRolesAreWithheldUntilTheSecondFactorIsOn() {
        try (TestIdentity own = TestIdentity.production()) {
            TestClient admin = own.admin();

            TestClient.Answer before = admin.get("/api/v1/me");
            assertThat(before.at("/totp_required")).isEqualTo("true");
            assertThat(before.json().at("/roles").toString()).isEqualTo("[\"customer\"]");
            assertThat(admin.get("/api/v1/admin/accounts").status()).isEqualTo(403);

            Enrolled operator = enrol(own, "admin@example.com", admin);
            TestClient.Answer after = operator.browser().get("/api/v1/me");
            assertThat(after.at("/totp_required")).isEqualTo("false");
            assertThat(after.json().at("/roles").toString()).contains("super_admin");
            assertThat(admin.get("/api/v1/admin/accounts").status()).isEqualTo(200);

            admin.send("DELETE", "/api/v1/me/totp", Map.of("code", operator.codes().getFirst()));
            assertThat(admin.get("/api/v1/admin/accounts").status()).isEqualTo(403);
        }
    }

    @Test
    void inATrialTheSecondFactorIsOfferedNotForced() {
        TestClient admin = room.admin();

        assertThat(admin.get("/api/v1/me").at("/totp_required")).isEqualTo("false");
        assertThat(admin.get("/api/v1/admin/accounts").status()).isEqualTo(200);
    }

    @Test
    void theOperatorAtTheMachineCanResetALostSecondFactorAndPassword() {
        Enrolled rosa = enrolled();

        room.identity.accounts().resetTotp(rosa.email());
        String password = room.identity.accounts().resetPassword(rosa.email());

        assertThat(rosa.browser().get("/api/v1/me").status()).isEqualTo(401);
        assertThat(room.login(rosa.email(), TestIdentity.PASSWORD).status()).isEqualTo(401);
        assertThat(room.login(rosa.email(), password).status()).isEqualTo(200);
    }
}
