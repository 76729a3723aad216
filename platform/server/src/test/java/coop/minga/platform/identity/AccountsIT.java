package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Route;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.TestClient;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

@Timeout(120)
class AccountsIT {

    private static TestIdentity room;
    private static TestClient admin;

    @BeforeAll
    static void open() {
        room = TestIdentity.trial();
        admin = room.admin();
    }

    @AfterAll
    static void close() {
        room.close();
    }

    private static String id(TestClient.Answer signedIn) {
        return signedIn.at("/account/id");
    }

    private static TestClient.Answer giveRoles(String account, String... roles) {
        return admin.post(
                "/api/v1/admin/accounts/" + account + "/roles", Map.of("roles", List.of(roles)));
    }

    @Test
    void aDisabledAccountIsDeadAtOnceWithItsSessionsTokensAndStreams() {
        String email = TestIdentity.newEmail();
        TestClient.Answer signedUp = room.signUp(email);
        String secret = TestIdentity.secret(signedUp);
        TestClient rosa = room.browser(secret);
        String token =
                rosa.post("/api/v1/tokens", Map.of("name", "ci", "scopes", List.of("read")))
                        .at("/token");
        TestClient program = room.http.client(token);
        assertThat(program.get("/api/v1/me").status()).isEqualTo(200);
        Principal session = room.identity.service().session(secret).orElseThrow();
        Principal bearer = room.identity.service().token(token).orElseThrow();

        TestClient.Answer disabled =
                admin.post("/api/v1/admin/accounts/" + id(signedUp) + "/actions/disable", null);

        assertThat(disabled.at("/state")).isEqualTo("disabled");
        assertThat(rosa.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(program.get("/api/v1/me").status()).isEqualTo(401);
        assertThat(room.identity.service().stillValid(session)).isFalse();
        assertThat(room.identity.service().stillValid(bearer)).isFalse();
        assertThat(room.login(email, TestIdentity.PASSWORD).at("/code"))
                .isEqualTo("auth.account-disabled");
        assertThat(room.login(email, "not the right one").at("/code"))
                .isEqualTo("auth.invalid-credentials");

        admin.post("/api/v1/admin/accounts/" + id(signedUp) + "/actions/enable", null);
        assertThat(room.login(email, TestIdentity.PASSWORD).status()).isEqualTo(200);
        assertThat(program.get("/api/v1/me").status()).isEqualTo(200);
        assertThat(rosa.get("/api/v1/me").status()).isEqualTo(401);
    }

    @Test
    void onlySuperAdminsGiveRolesAndNobodyGovernsAbove() {
        TestClient.Answer helper = room.signUp(TestIdentity.newEmail());
        TestClient.Answer customer = room.signUp(TestIdentity.newEmail());
        TestClient helperBrowser = room.browser(helper);
        String roles = "/api/v1/admin/accounts/" + id(helper) + "/roles";
        assertThat(helperBrowser.post(roles, Map.of("roles", List.of("super_admin"))).status())
                .isEqualTo(403);

        assertThat(giveRoles(id(helper), "admin").json().at("/roles").toString())
                .isEqualTo("[\"customer\",\"admin\"]");

        assertThat(helperBrowser.get("/api/v1/admin/accounts").status()).isEqualTo(200);
        assertThat(helperBrowser.post(roles, Map.of("roles", List.of("super_admin"))).status())
                .isEqualTo(403);
        String adminId = admin.get("/api/v1/me").at("/id");
        for (String action : List.of("disable", "end-sessions")) {
            assertThat(
                            helperBrowser
                                    .post(
                                            "/api/v1/admin/accounts/"
                                                    + adminId
                                                    + "/actions/"
                                                    + action,
                                            null)
                                    .status())
                    .isEqualTo(403);
        }
        assertThat(
                        helperBrowser
                                .post(
                                        "/api/v1/admin/accounts/"
                                                + id(customer)
                                                + "/actions/end-sessions",
                                        null)
                                .status())
                .isEqualTo(200);
        assertThat(room.browser(customer).get("/api/v1/me").status()).isEqualTo(401);
        giveRoles(id(helper), "customer");
        assertThat(helperBrowser.get("/api/v1/admin/accounts").status()).isEqualTo(403);
    }

    @Test
    void streamsOpenedAsAdminEndWithTheRole() {
        TestClient.Answer helper = room.signUp(TestIdentity.newEmail());
        giveRoles(id(helper), "viewer");
        Principal viewer =
                room.identity.service().session(TestIdentity.secret(helper)).orElseThrow();
        assertThat(room.identity.service().stillValid(viewer)).isTrue();

        giveRoles(id(helper));

        assertThat(room.identity.service().stillValid(viewer)).isFalse();
    }

    @Test
    void theLastSuperAdminStaysOneAndUnknownRolesAreNamed() {
        String adminId = admin.get("/api/v1/me").at("/id");

        assertThat(giveRoles(adminId, "customer").at("/code"))
                .isEqualTo("account.last-super-admin");
        assertThat(
                        admin.post("/api/v1/admin/accounts/" + adminId + "/actions/disable", null)
                                .at("/code"))
                .isEqualTo("account.own");
        assertThat(giveRoles(adminId, "admin", "king").at("/errors/0/pointer"))
                .isEqualTo("/roles/1");
        assertThat(giveRoles("acc_00000000000000000000000000", "admin").status()).isEqualTo(404);
    }

    @Test
    void accountsArePagedNewestFirstAndFoundByPartOfNameOrAddress() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(id(room.signUp("paged%" + i + "@example.com")));
            room.clock.forward(java.time.Duration.ofMillis(1));
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            TestClient.Answer page =
                    admin.get("/api/v1/admin/accounts?q=PAGED%25&limit=2" + cursor);
            assertThat(page.status()).as(page.text()).isEqualTo(200);
            page.json().at("/items").forEach(item -> seen.add(item.at("/id").asText()));
            cursor = page.at("/next_cursor").isEmpty() ? "" : "&cursor=" + page.at("/next_cursor");
        } while (!cursor.isEmpty());

        assertThat(seen).isEqualTo(made);
        assertThat(admin.get("/api/v1/admin/accounts?q=%27%20OR%201=1--").json().at("/items"))
                .isEmpty();
        assertThat(admin.get("/api/v1/admin/accounts?q=" + made.getFirst()).json().at("/items"))
                .hasSize(1);
        assertThat(admin.get("/api/v1/admin/accounts?cursor=x").at("/errors/0/pointer"))
                .isEqualTo("query:cursor");
        TestClient.Answer one = admin.get("/api/v1/admin/accounts/" + made.getFirst());
        assertThat(one.at("/last_login_ip")).isEqualTo("127.0.0.1");
        assertThat(one.at("/last_login_at")).isNotEmpty();
        assertThat(one.text()).doesNotContain("argon2").doesNotContain("password");
    }

    @Test
    void settingsNeedTheVersionTheyWereReadAt() {
        TestClient.Answer read = admin.get("/api/v1/admin/settings");
        String etag = read.headers().getOrDefault("etag", "");
        Map<String, String> form =
                Map.of("name", "Minga Norte", "locale", "en", "currency", "EUR", "region", "CO");

        assertThat(admin.put("/api/v1/admin/settings", form).at("/errors/0/pointer"))
                .isEqualTo("header:If-Match");
        TestClient.Answer written =
                admin.header("If-Match", etag).put("/api/v1/admin/settings", form);
        assertThat(written.status()).as(written.text()).isEqualTo(200);
        assertThat(written.headers().get("etag")).isNotEqualTo(etag);
        assertThat(admin.header("If-Match", etag).put("/api/v1/admin/settings", form).status())
                .isEqualTo(412);
        assertThat(room.client().get("/api/v1/site").at("/assets/0/code")).isEqualTo("EUR");
        assertThat(room.audited.stream().map(entry -> entry.action())).contains("settings.changed");
        assertThat(
                        admin.header("If-Match", "*")
                                .put("/api/v1/admin/settings", form)
                                .at("/errors/0/pointer"))
                .isEqualTo("header:If-Match");
    }

    @Test
    void onlyTheListedRoutesAnswerStrangersAndOnlyOperatorsGetPastTheAdminGate() {
        RouteTable table = new RouteTable();
        room.identity.register(table);
        TestClient customer = room.browser(room.signUp(TestIdentity.newEmail()));
        Set<String> open = new TreeSet<>();
        for (Route route : table.routes()) {
            String path =
                    route.path()
                            .replace("{id}", "acc_00000000000000000000000000")
                            .replace("{action}", "disable");
            int stranger = room.client().send(route.method(), path, null).status();
            if (stranger != 401) {
                open.add(route.method() + " " + route.path());
            }
            if (route.path().startsWith("/api/v1/admin/")) {
                assertThat(customer.send(route.method(), path, null).status())
                        .as(route.method() + " " + path)
                        .isEqualTo(403);
            }
        }

        assertThat(open)
                .containsExactlyInAnyOrder(
                        "GET /api/v1/setup",
                        "POST /api/v1/setup",
                        "GET /api/v1/site",
                        "POST /api/v1/auth/signup",
                        "POST /api/v1/auth/login",
                        "POST /api/v1/auth/logout");
    }

    @Test
    void everyAdministrativeActIsAuditedWithBeforeAndAfter() {
        String account = id(room.signUp(TestIdentity.newEmail()));
        giveRoles(account, "support");

        var entry =
                room.audited.stream()
                        .filter(e ->
                                e.action().equals("account.roles-changed")
                                        && e.subject().equals(account))
                        .findFirst()
                        .orElseThrow();
        assertThat(entry.actor()).isEqualTo(admin.get("/api/v1/me").at("/id"));
        assertThat(entry.before()).isEqualTo(Map.of("roles", List.of("customer")));
        assertThat(entry.after()).isEqualTo(Map.of("roles", List.of("customer", "support")));
    }
}
