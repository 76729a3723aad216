package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.http.Principal;
import coop.minga.platform.http.TestClient;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Map;

/** API tokens and SSH keys. */
@Timeout(120)
class AccessIT {

    private static final String ED25519 =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEqTI5vpEoqY33v0B5Na7wOCmPKMpZOR1kjsdg3n4Dnh";

    private static TestIdentity room;

    @BeforeAll
    static void open() {
        room = TestIdentity.trial();
    }

    @AfterAll
    static void close() {
        room.close();
    }

    private static TestClient.Answer newToken(TestClient browser, Object... scopes) {
        return browser.post("/api/v1/tokens", Map.of("name", "ci", "scopes", List.of(scopes)));
    }

    @Test
    void aTokenDoesWhatItsScopesSayAndNothingElse() {
        TestClient rosa = room.browser(room.signUp(TestIdentity.newEmail()));
        TestClient.Answer made = newToken(rosa, "orders");
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        assertThat(made.at("/token")).startsWith("minga_pat_");
        TestClient orders = room.http.client(made.at("/token"));
        TestClient reads = room.http.client(newToken(rosa, "read").at("/token"));

        assertThat(orders.post("/api/v1/orders", null).status()).isEqualTo(204);
        assertThat(orders.get("/api/v1/ssh-keys").status()).isEqualTo(403);
        TestClient writes = room.http.client(newToken(rosa, "write").at("/token"));
        assertThat(writes.post("/api/v1/orders", null).status()).isEqualTo(204);
        assertThat(writes.get("/api/v1/ssh-keys").status()).isEqualTo(200);
        assertThat(writes.delete("/api/v1/sessions").status()).isEqualTo(403);
        assertThat(reads.get("/api/v1/ssh-keys").status()).isEqualTo(200);
        assertThat(reads.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(reads.post("/api/v1/orders", null).at("/code")).isEqualTo("auth.scope-required");
    }

    @Test
    void noTokenCanMakeTokensOrChangeCredentials() {
        TestClient rosa = room.browser(room.signUp(TestIdentity.newEmail()));
        assertThat(newToken(rosa, "account").at("/errors/0/pointer")).isEqualTo("/scopes/0");
        assertThat(newToken(rosa, "*").status()).isEqualTo(400);
        assertThat(newToken(rosa).at("/errors/0/code")).isEqualTo("required");
        TestClient program =
                room.http.client(newToken(rosa, "read", "write", "admin").at("/token"));

        assertThat(newToken(program, "read").status()).isEqualTo(403);
        assertThat(
                        program.post(
                                        "/api/v1/me/password",
                                        Map.of(
                                                "current",
                                                TestIdentity.PASSWORD,
                                                "new",
                                                "another long one"))
                                .status())
                .isEqualTo(403);
        assertThat(program.post("/api/v1/me/totp", null).status()).isEqualTo(403);
        assertThat(program.get("/api/v1/admin/accounts").status()).isEqualTo(403);
    }

    @Test
    void aRevokedOrMadeUpTokenIsRefused() {
        TestClient rosa = room.browser(room.signUp(TestIdentity.newEmail()));
        TestClient.Answer made = newToken(rosa, "read");
        TestClient program = room.http.client(made.at("/token"));
        Principal principal = room.identity.service().token(made.at("/token")).orElseThrow();
        assertThat(program.get("/api/v1/me").status()).isEqualTo(200);
        TestClient stranger = room.browser(room.signUp(TestIdentity.newEmail()));
        assertThat(stranger.delete("/api/v1/tokens/" + made.at("/id")).status()).isEqualTo(404);

        assertThat(rosa.delete("/api/v1/tokens/" + made.at("/id")).status()).isEqualTo(204);

        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(room.identity.service().stillValid(principal)).isFalse();
        assertThat(room.http.client(PersonalToken.create(room.random)).get("/api/v1/me").status())
                .isEqualTo(401);
    }

    @Test
    void aTokenEndsWhenItExpires() {
        try (TestIdentity own = TestIdentity.trial()) {
            TestClient rosa = own.browser(own.signUp(TestIdentity.newEmail()));
            TestClient.Answer made =
                    rosa.post(
                            "/api/v1/tokens",
                            Map.of(
                                    "name",
                                    "short",
                                    "scopes",
                                    List.of("read"),
                                    "expires_in_days",
                                    1));
            TestClient program = own.http.client(made.at("/token"));
            assertThat(program.get("/api/v1/me").status()).isEqualTo(200);

            own.clock.forward(java.time.Duration.ofDays(1));

            assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
            assertThat(
                            rosa.post(
                                            "/api/v1/tokens",
                                            Map.of(
                                                    "name",
                                                    "past",
                                                    "scopes",
                                                    List.of("read"),
                                                    "expires_at",
                                                    own.clock.instant().toString()))
                                    .at("/errors/0/pointer"))
                    .isEqualTo("/expires_at");
        }
    }

    @Test
    void tokensAreListedWithoutTheirSecretsStoredHashedAndCapped() {
        TestClient rosa = room.browser(room.signUp(TestIdentity.newEmail()));
        String token = newToken(rosa, "read").at("/token");
        room.http.client(token).get("/api/v1/me");

        TestClient.Answer list = rosa.get("/api/v1/tokens");
        assertThat(list.text()).doesNotContain(token);
        assertThat(list.at("/items/0/hint")).isEqualTo(token.substring(0, 14));
        assertThat(list.at("/items/0/last_used_at")).isNotEmpty();
        String rows =
                room.db()
                        .read(handle ->
                                handle.createQuery(
                                                "SELECT string_agg(CAST(k AS text), ' ') FROM"
                                                        + " api_tokens k")
                                        .mapTo(String.class)
                                        .one());
        assertThat(rows).doesNotContain(token);
        for (int i = 1; i < 20; i++) {
            assertThat(newToken(rosa, "read").status()).isEqualTo(201);
        }
        assertThat(newToken(rosa, "read").at("/code")).isEqualTo("token.too-many");
    }

    @Test
    void keysBelongToTheTeamAndAreUniqueInIt() {
        TestClient.Answer signedUp = room.signUp(TestIdentity.newEmail());
        TestClient rosa = room.browser(signedUp);

        TestClient.Answer added =
                rosa.post(
                        "/api/v1/ssh-keys",
                        Map.of("name", "laptop", "public_key", ED25519 + " rosa@laptop"));

        assertThat(added.status()).as(added.text()).isEqualTo(201);
        assertThat(added.at("/fingerprint"))
                .isEqualTo("SHA256:NQF/6WoiAiRAzieOa1BQum2mBSpypkoUuZtAvu2Suwo");
        assertThat(
                        rosa.post(
                                        "/api/v1/ssh-keys",
                                        Map.of("name", "other", "public_key", ED25519))
                                .at("/code"))
                .isEqualTo("ssh-key.known");
        TestClient stranger = room.browser(room.signUp(TestIdentity.newEmail()));
        TestClient.Answer foreign = stranger.delete("/api/v1/ssh-keys/" + added.at("/id"));
        TestClient.Answer random =
                stranger.delete("/api/v1/ssh-keys/key_00000000000000000000000000");
        assertThat(foreign.status()).isEqualTo(404);
        assertThat(SignInIT.withoutTrace(foreign)).isEqualTo(SignInIT.withoutTrace(random));
        assertThat(stranger.get("/api/v1/ssh-keys").json().at("/items")).isEmpty();
        assertThat(
                        stranger.post(
                                        "/api/v1/ssh-keys",
                                        Map.of("name", "laptop", "public_key", ED25519))
                                .status())
                .isEqualTo(201);
        List<SshKey> keys =
                room.db()
                        .read(handle ->
                                room.identity
                                        .sshKeys()
                                        .of(
                                                handle,
                                                coop.minga.platform.TeamId.parse(
                                                        signedUp.at("/account/team_id"))));
        assertThat(keys).extracting(SshKey::publicKey).containsExactly(ED25519);
        assertThat(rosa.delete("/api/v1/ssh-keys/" + added.at("/id")).status()).isEqualTo(204);
        assertThat(rosa.get("/api/v1/ssh-keys").json().at("/items")).isEmpty();
    }
}
