package coop.minga.platform.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.http.TestClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

@Timeout(120)
class SetupIT {

    private final TestIdentity room = TestIdentity.trial();

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void twentyParallelSetupsMakeExactlyOneAdminAndTheRestFindNothing() throws Exception {
        String token = room.identity.service().openSetup(Optional.empty()).orElseThrow();
        assertThat(room.client().get("/api/v1/setup").at("/required")).isEqualTo("true");
        List<Future<Integer>> answers = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                String email = "admin" + i + "@example.com";
                answers.add(pool.submit(() -> room.setUp(token, email).status()));
            }
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            statuses.add(answer.get());
        }

        assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 404);
        int accounts =
                room.db()
                        .read(handle ->
                                handle.createQuery("SELECT count(*) FROM accounts")
                                        .mapTo(Integer.class)
                                        .one());
        assertThat(accounts).isEqualTo(1);
        assertThat(room.client().get("/api/v1/setup").at("/required")).isEqualTo("false");
        assertThat(room.setUp(token, "late@example.com").status()).isEqualTo(404);
        assertThat(room.client().post("/api/v1/setup", "{\"nonsense\":1}").status()).isEqualTo(404);
        assertThat(room.identity.service().openSetup(Optional.of("another-token"))).isEmpty();
    }

    @Test
    void aPresetTokenSetsUpTheSiteAndSignsTheAdminIn() {
        assertThat(room.identity.service().openSetup(Optional.of("chosen-by-the-operator")))
                .contains("chosen-by-the-operator");

        TestClient.Answer answer = room.setUp("chosen-by-the-operator", "admin@example.com");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.at("/account/email")).isEqualTo("admin@example.com");
        assertThat(answer.json().at("/account/roles").toString())
                .isEqualTo("[\"customer\",\"admin\",\"super_admin\"]");
        TestClient.Answer site = room.client().get("/api/v1/site");
        assertThat(site.at("/name")).isEqualTo("Minga Sur");
        assertThat(site.at("/locale")).isEqualTo("es");
        assertThat(site.at("/mode")).isEqualTo("trial");
        assertThat(site.at("/setup_required")).isEqualTo("false");
        assertThat(site.json().at("/assets").toString())
                .isEqualTo(
                        "[{\"code\":\"USD\",\"scale\":2,\"kind\":\"money\"},{\"code\":\"COIN\",\"scale\":2,\"kind\":\"coin\"}]");
        assertThat(room.browser(answer).get("/api/v1/me").at("/name")).isEqualTo("Ada");
    }

    @Test
    void aWrongTokenAndABadFormChangeNothing() {
        String token = room.identity.service().openSetup(Optional.empty()).orElseThrow();

        assertThat(room.setUp("wrong", "admin@example.com").status()).isEqualTo(401);
        TestClient.Answer bad =
                room.client()
                        .post(
                                "/api/v1/setup",
                                "{\"token\":\""
                                        + token
                                        + "\",\"admin\":{\"email\":\"x\",\"password\":\"short\",\"name\":\""
                                        + " \"},"
                                        + "\"site\":{\"name\":\"S\",\"locale\":\"xx\",\"currency\":\"QQQ\"}}");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.json().at("/errors").findValuesAsText("pointer"))
                .containsExactlyInAnyOrder(
                        "/admin/email",
                        "/admin/password",
                        "/admin/name",
                        "/site/locale",
                        "/site/currency");
        assertThat(room.client().get("/api/v1/setup").at("/required")).isEqualTo("true");
        assertThat(room.setUp(token, "admin@example.com").status()).isEqualTo(201);
    }

    @Test
    void aPresetTokenThatCouldBeGuessedStopsAProductionHost() {
        try (TestIdentity production = TestIdentity.production()) {
            IdentityService service = production.identity.service();

            assertThatThrownBy(() -> service.openSetup(Optional.of("changeme")))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("at least 16");
        }
        assertThat(room.identity.service().openSetup(Optional.of("changeme"))).isPresent();
    }

    @Test
    void aTokenOfAnEarlierStartStaysGoodUntilSetupIsDone() {
        String first = room.identity.service().openSetup(Optional.empty()).orElseThrow();
        String second = room.identity.service().openSetup(Optional.empty()).orElseThrow();
        assertThat(second).isNotEqualTo(first);

        assertThat(room.setUp(first, "admin@example.com").status()).isEqualTo(201);
    }
}
