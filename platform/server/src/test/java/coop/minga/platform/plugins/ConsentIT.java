package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.plugin.loader.trust.SigningKey;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Jars that wait until somebody lets them run. */
@SuppressWarnings("NullAway.Init")
final class ConsentIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String PLUGINS = "/api/v1/admin/plugins";
    private static final PluginService.Actor OPERATOR =
            new PluginService.Actor("acc_operator", "127.0.0.1", "0".repeat(32));

    @TempDir Path folder;
    private PluginYard yard;
    private final List<StartedPlugin> started = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() {
        yard = new PluginYard(folder);
    }

    @AfterEach
    void close() {
        yard.close();
    }

    private static SourceJar reaching(String id) {
        return SourceJar.offering(id)
                .manifest("Minga-Hosts", "api.example.com, *.example.org:8443")
                .source(
                        "sample.Reaching",
                        "package sample; public class Reaching { void run() throws Exception {"
                                + " Runtime.getRuntime().exec(\"true\");"
                                + " java.util.Locale.setDefault(java.util.Locale.ROOT); } }")
                .library(
                        "inner.jar",
                        SourceJar.library()
                                .source(
                                        "inner.Quits",
                                        "package inner; public class Quits {"
                                                + " void run() { System.exit(1); } }"));
    }

    private PluginService service(TrustPolicy policy) {
        PluginService service = yard.service(policy);
        service.observe(
                new PluginObserver() {
                    @Override
                    public void started(StartedPlugin plugin) {
                        started.add(plugin);
                    }

                    @Override
                    public void draining(String pluginId) {
                        started.removeIf(plugin -> plugin.id().equals(pluginId));
                    }
                });
        return service;
    }

    private static String reason(PluginService service, String id) {
        return service.find(id).map(PluginView::reason).map(Reason::code).orElse("");
    }

    @Test
    void newJarWaitsUntilAnOperatorConsentsToWhatItAsksFor() throws Exception {
        SigningKey acme = SigningKey.generate();
        yard.know("acme", acme);
        yard.drop("reaching.jar", reaching("reaching").signedBy(acme));
        try (PluginService service = service(TrustPolicy.ASK)) {
            service.start();
            try (TestHttp http =
                    TestHttp.serving(
                            yard.database().db(),
                            new PluginRoutes(service, (plugin, language) -> List.of()))) {
                TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
                TestClient admin = http.client(http.signIn(Role.ADMIN));

                TestClient.Answer list = operator.get(PLUGINS);
                assertThat(list.at("/policy")).isEqualTo("ask");
                assertThat(list.at("/items/0/state")).isEqualTo("consent");
                assertThat(list.at("/items/0/reason/code")).isEqualTo("consent");
                assertThat(list.at("/items/0/signature")).isEqualTo("signed");
                assertThat(list.at("/items/0/publisher")).isEqualTo("acme");
                assertThat(list.at("/items/0/consent/kinds/0")).isEqualTo("offering");
                assertThat(list.at("/items/0/consent/hosts/1")).isEqualTo("*.example.org:8443");
                assertThat(list.at("/items/0/consent/findings/0/kind")).isEqualTo("exit");
                assertThat(list.at("/items/0/consent/findings/0/places/0"))
                        .isEqualTo("lib/inner.jar!inner.Quits");
                assertThat(list.at("/items/0/consent/findings/1/kind")).isEqualTo("exec");
                assertThat(list.at("/items/0/consent/findings/2/kind")).isEqualTo("defaults");
                assertThat(list.at("/items/0/consent/findings/2/classes")).isEqualTo("1");
                String sha256 = list.at("/items/0/consent/sha256");

                String approve = PLUGINS + "/reaching/actions/approve";
                String body = "{\"sha256\":\"" + sha256 + "\"}";
                assertThat(admin.post(approve, body).status()).isEqualTo(403);
                assertThat(operator.post(approve, "{}").status()).isEqualTo(400);
                TestClient.Answer other =
                        operator.post(approve, "{\"sha256\":\"" + "0".repeat(64) + "\"}");
                assertThat(other.status()).isEqualTo(409);
                assertThat(other.at("/code")).isEqualTo("plugins.changed");
                assertThat(started).isEmpty();

                TestClient.Answer approved = operator.post(approve, body);
                assertThat(approved.status()).isEqualTo(202);
                assertThat(approved.at("/state")).isEqualTo("started");
                assertThat(approved.at("/approved")).isEqualTo("true");
                assertThat(Files.readString(folder.resolve("plugins.lock")))
                        .contains(
                                "reaching 1.0.0 sha256="
                                        + sha256
                                        + " publisher=acme kinds=offering"
                                        + " hosts=api.example.com,*.example.org:8443");
            }
            assertThat(yard.audit().verify()).isEmpty();
        }
        started.clear();
        try (PluginService again = service(TrustPolicy.LOCKED)) {
            again.start();
            assertThat(started).extracting(StartedPlugin::id).containsExactly("reaching");
        }
    }

    @Test
    void otherFileOfAnApprovedVersionWaitsAsModified() {
        yard.approve(SourceJar.offering("alpha").bytes());
        yard.drop("alpha.jar", SourceJar.offering("alpha").entry("more", new byte[1]));
        try (PluginService service = service(TrustPolicy.ASK)) {
            service.start();
            PluginView alpha = service.find("alpha").orElseThrow();
            assertThat(alpha.state()).isEqualTo(PluginState.CONSENT);
            assertThat(alpha.standing().signature()).isEqualTo(SignatureState.MODIFIED);
            assertThat(service.approve(OPERATOR, "alpha", alpha.sha256()).state())
                    .isEqualTo(PluginState.STARTED);
        }
    }

    @Test
    void keyThatNobodyConfiguredIsNamedAndCountsForNothing() {
        SigningKey stranger = SigningKey.generate();
        yard.drop("alpha.jar", SourceJar.offering("alpha").signedBy(stranger));
        try (PluginService service = service(TrustPolicy.ASK)) {
            service.start();
            PluginView alpha = service.find("alpha").orElseThrow();
            assertThat(alpha.standing().signature()).isEqualTo(SignatureState.UNSIGNED);
            assertThat(text(service, "alpha")).contains(stranger.fingerprint());
        }
    }

    @Test
    void approvedVersionThatFailsGivesWayToTheOneBeforeUntilThatIsTakenBackToo() throws Exception {
        byte[] first = SourceJar.offering("alpha").bytes();
        byte[] second =
                PluginYard.acting("alpha", "throw new IllegalStateException(\"no\");", "")
                        .manifest("Plugin-Version", "2.0.0")
                        .bytes();
        yard.approve(first);
        yard.drop("alpha.jar", first);
        try (PluginService service = service(TrustPolicy.LOCKED)) {
            service.start();
            assertThat(versions()).containsExactly("1.0.0");
            yard.approve(second);
            yard.drop("alpha.jar", second);
            service.reconcile();
            assertThat(versions()).containsExactly("1.0.0");
        }
        started.clear();
        try (PluginService again = service(TrustPolicy.LOCKED)) {
            again.start();
            assertThat(versions()).containsExactly("1.0.0");
            Files.writeString(folder.resolve("plugins.lock"), "");
            again.reconcile();
            assertThat(versions()).isEmpty();
            assertThat(reason(again, "alpha")).isEqualTo("not-approved");
        }
    }

    private List<String> versions() {
        return started.stream().map(StartedPlugin::version).toList();
    }

    private static String text(PluginService service, String id) {
        return service.find(id)
                .map(PluginView::reason)
                .map(reason -> reason.text().in("en"))
                .orElse("");
    }

    @Test
    void approvalsAndDenialsOnTheServerTakeEffectWhileItRuns() throws Exception {
        byte[] jar = SourceJar.offering("alpha").bytes();
        yard.drop("alpha.jar", jar);
        try (PluginService service = service(TrustPolicy.LOCKED)) {
            service.start();
            assertThat(started).isEmpty();
            yard.approve(jar);
            Eventually.until("alpha runs", SOON, () -> started.size() == 1);
            Files.writeString(
                    folder.resolve("plugins-deny.yaml"),
                    "deny:\n  - id: alpha\n    reason: it is bad\n");
            Eventually.until(
                    "alpha is denied",
                    SOON,
                    () -> reason(service, "alpha").equals("denied") && started.isEmpty());
            assertThat(text(service, "alpha")).contains("it is bad.");
        }
    }

    @Test
    void hostTakenAwayInTheLockIsTakenFromThePlugin() throws Exception {
        byte[] jar = reaching("reaching").bytes();
        yard.approve(jar);
        Path lock = folder.resolve("plugins.lock");
        Files.writeString(lock, Files.readString(lock).replace("api.example.com,", ""));
        yard.drop("reaching.jar", jar);
        try (PluginService service = service(TrustPolicy.LOCKED)) {
            service.start();
            assertThat(started).hasSize(1);
            assertThat(started.getFirst().hosts()).containsExactly("*.example.org:8443");
        }
    }

    @Test
    void brokenLockStopsTheStartAndChangesNothingLater() throws Exception {
        byte[] jar = SourceJar.offering("alpha").bytes();
        yard.approve(jar);
        yard.drop("alpha.jar", jar);
        try (PluginService service = service(TrustPolicy.LOCKED)) {
            service.start();
            Files.writeString(folder.resolve("plugins.lock"), "nonsense\n");
            service.reconcile();
            assertThat(started).hasSize(1);
        }
        assertThatThrownBy(() -> service(TrustPolicy.LOCKED))
                .hasMessageContaining("plugins.lock")
                .hasMessageContaining("'nonsense'");
    }

    @Test
    void lockedHostIsApprovedOnTheServerOnlyAndUploadsCanBeOff() {
        yard.drop("alpha.jar", SourceJar.offering("alpha"));
        PluginsConfig base = yard.config(TrustPolicy.LOCKED);
        TrustConfig trust = base.trust();
        PluginsConfig closed =
                PluginsConfig.of(
                        base.directory(),
                        base.cache(),
                        new TrustConfig(
                                trust.policy(),
                                trust.lockFile(),
                                trust.coreFile(),
                                trust.denyFiles(),
                                trust.publishers(),
                                false));
        try (PluginService service = yard.service(closed)) {
            service.start();
            try (TestHttp http =
                    TestHttp.serving(
                            yard.database().db(),
                            new PluginRoutes(service, (plugin, language) -> List.of()))) {
                TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
                String sha256 = operator.get(PLUGINS).at("/items/0/sha256");
                TestClient.Answer refused =
                        operator.post(
                                PLUGINS + "/alpha/actions/approve",
                                "{\"sha256\":\"" + sha256 + "\"}");
                assertThat(refused.status()).isEqualTo(409);
                assertThat(refused.at("/code")).isEqualTo("plugins.locked");
                TestClient.Answer upload =
                        operator.header("Content-Type", "application/java-archive")
                                .send(
                                        "POST",
                                        PLUGINS + "?filename=beta.jar",
                                        SourceJar.offering("beta").bytes());
                assertThat(upload.status()).isEqualTo(403);
                assertThat(upload.at("/code")).isEqualTo("plugins.upload-off");
                assertThat(yard.directory().resolve("beta.jar")).doesNotExist();
            }
        }
    }
}
