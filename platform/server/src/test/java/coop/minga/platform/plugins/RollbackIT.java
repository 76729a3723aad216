package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An operator goes back to the version of a plugin that ran before. */
@SuppressWarnings("NullAway.Init")
final class RollbackIT {

    private static final String PLUGINS = "/api/v1/admin/plugins";
    private static final String ROLLBACK = PLUGINS + "/hello/actions/rollback";

    @TempDir Path folder;
    private PluginYard yard;

    @BeforeEach
    void open() {
        yard = new PluginYard(folder);
    }

    @AfterEach
    void close() {
        yard.close();
    }

    private static byte[] hello(String version) {
        return SourceJar.offering("hello").manifest("Plugin-Version", version).bytes();
    }

    private TestHttp serving(PluginService service) {
        return TestHttp.serving(
                yard.database().db(), new PluginRoutes(service, (plugin, language) -> List.of()));
    }

    private static Map<String, Object> hash(TestClient.Answer list) {
        return Map.of("sha256", list.at("/items/0/earlier/sha256"));
    }

    @Test
    void whatRanBeforeRunsAgainAlsoAfterARestartAndTheWayBackIsOpen() throws Exception {
        yard.drop("hello.jar", hello("1.0.0"));
        try (PluginService service = yard.service();
                TestHttp http = serving(service)) {
            service.start();
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            TestClient.Answer first = operator.get(PLUGINS);
            assertThat(first.json().at("/items/0/earlier").isMissingNode()).isTrue();
            TestClient.Answer none = operator.post(ROLLBACK, Map.of("sha256", "0".repeat(64)));
            assertThat(none.status()).isEqualTo(409);
            assertThat(none.at("/code")).isEqualTo("plugins.no-earlier");

            yard.drop("hello.jar", hello("1.1.0"));
            service.reconcile();
            TestClient.Answer second = operator.get(PLUGINS);
            assertThat(second.at("/items/0/version")).isEqualTo("1.1.0");
            assertThat(second.at("/items/0/earlier/version")).isEqualTo("1.0.0");

            TestClient admin = http.client(http.signIn(Role.ADMIN));
            assertThat(admin.post(ROLLBACK, hash(second)).status()).isEqualTo(403);
            assertThat(operator.post(ROLLBACK, Map.of("sha256", "0".repeat(64))).at("/code"))
                    .isEqualTo("plugins.changed");
            TestClient.Answer back = operator.post(ROLLBACK, hash(second));
            assertThat(back.status()).as(back.text()).isEqualTo(202);
            assertThat(back.at("/version")).isEqualTo("1.0.0");
            assertThat(back.at("/state")).isEqualTo("started");
            assertThat(back.at("/earlier/version")).isEqualTo("1.1.0");
            assertThat(yard.directory().resolve("hello.jar")).hasBinaryContent(hello("1.0.0"));
            assertThat(audited()).isEqualTo(1);
        }
        try (PluginService service = yard.service();
                TestHttp http = serving(service)) {
            service.start();
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            TestClient.Answer list = operator.get(PLUGINS);
            assertThat(list.at("/items/0/version")).isEqualTo("1.0.0");
            assertThat(operator.post(ROLLBACK, hash(list)).at("/version")).isEqualTo("1.1.0");
        }
    }

    private int audited() {
        return yard.database()
                .db()
                .read(handle ->
                        handle.createQuery(
                                        "select count(*) from audit_entries where action ="
                                                + " 'plugin.rolled-back'")
                                .mapTo(Integer.class)
                                .one());
    }

    @Test
    void approvalGoesBackWithItAndGrantsNoMoreThanNow() throws Exception {
        yard.approve(
                SourceJar.offering("hello")
                        .manifest("Minga-Hosts", "one.example.org, two.example.org")
                        .bytes());
        yard.drop(
                "hello.jar",
                SourceJar.offering("hello")
                        .manifest("Minga-Hosts", "one.example.org, two.example.org"));
        try (PluginService service = yard.service(TrustPolicy.LOCKED);
                TestHttp http = serving(service)) {
            service.start();
            byte[] next =
                    SourceJar.offering("hello")
                            .manifest("Plugin-Version", "1.1.0")
                            .manifest("Minga-Hosts", "one.example.org")
                            .bytes();
            yard.approve(next);
            yard.drop("hello.jar", next);
            service.reconcile();
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            TestClient.Answer list = operator.get(PLUGINS);
            assertThat(list.at("/items/0/version")).isEqualTo("1.1.0");
            TestClient.Answer back = operator.post(ROLLBACK, hash(list));
            assertThat(back.at("/version")).isEqualTo("1.0.0");
            assertThat(back.at("/state")).isEqualTo("started");
            assertThat(Files.readString(folder.resolve("plugins.lock")))
                    .contains("hello 1.0.0 sha256=" + back.at("/sha256"))
                    .contains("hosts=one.example.org\n")
                    .doesNotContain("1.1.0");
        }
    }

    @Test
    void updateThatWaitsIsGivenUpAndWhatRunsIsNotTouched() throws Exception {
        yard.approve(hello("1.0.0"));
        yard.drop("hello.jar", hello("1.0.0"));
        try (PluginService service = yard.service(TrustPolicy.ASK);
                TestHttp http = serving(service)) {
            service.start();
            yard.drop("hello.jar", hello("1.1.0"));
            service.reconcile();
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            TestClient.Answer list = operator.get(PLUGINS);
            assertThat(list.at("/items/0/state")).isEqualTo("consent");
            assertThat(list.at("/items/0/earlier/version")).isEqualTo("1.0.0");
            TestClient.Answer back = operator.post(ROLLBACK, hash(list));
            assertThat(back.at("/state")).isEqualTo("started");
            assertThat(back.at("/version")).isEqualTo("1.0.0");
            assertThat(back.json().path("consent").isMissingNode()).isTrue();
        }
    }

    @Test
    void versionThatIsDeniedSinceIsNotBroughtBack() throws Exception {
        yard.drop("hello.jar", hello("1.0.0"));
        try (PluginService service = yard.service();
                TestHttp http = serving(service)) {
            service.start();
            yard.drop("hello.jar", hello("1.1.0"));
            service.reconcile();
            Files.writeString(
                    folder.resolve("plugins-deny.yaml"),
                    """
                    deny:
                      - id: hello
                        versions: "<1.1.0"
                        reason: it loses data
                    """);
            service.reconcile();
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            TestClient.Answer refused = operator.post(ROLLBACK, hash(operator.get(PLUGINS)));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).contains("it loses data");
            assertThat(yard.directory().resolve("hello.jar")).hasBinaryContent(hello("1.1.0"));
        }
    }

    @Test
    void secondFileOfThePluginIsTakenAwayInsteadOfDoubled() throws IOException {
        yard.drop("hello-1.0.jar", hello("1.0.0"));
        try (PluginService service = yard.service();
                TestHttp http = serving(service)) {
            service.start();
            yard.drop("hello-1.1.jar", hello("1.1.0"));
            service.reconcile();
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            String sha256 =
                    Objects.requireNonNull(service.find("hello").orElseThrow().earlier()).sha256();
            TestClient.Answer back = operator.post(ROLLBACK, Map.of("sha256", sha256));
            assertThat(back.at("/version")).as(back.text()).isEqualTo("1.0.0");
            assertThat(service.list()).hasSize(1);
            assertThat(yard.directory().resolve("hello-1.1.jar")).doesNotExist();
        }
    }
}
