package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Plugins that come and go while the host runs. */
@SuppressWarnings("NullAway.Init")
final class PluginServiceIT {

    private static final Duration SOON = Duration.ofSeconds(2);
    private static final PluginService.Actor OPERATOR =
            new PluginService.Actor("acc_operator", "127.0.0.1", "0".repeat(32));

    @TempDir Path folder;
    private PluginYard yard;
    private PluginService service;
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open() {
        yard = new PluginYard(folder);
        service = yard.service();
        service.observe(
                new PluginObserver() {
                    @Override
                    public void started(StartedPlugin plugin) {
                        told.add("started " + plugin.id() + " " + plugin.version());
                    }

                    @Override
                    public void draining(String pluginId) {
                        told.add("draining " + pluginId);
                    }
                });
    }

    @AfterEach
    void close() {
        service.close();
        yard.close();
    }

    private PluginState state(String id) {
        return service.find(id).map(PluginView::state).orElse(PluginState.CLOSED);
    }

    private String reason(String id) {
        return service.find(id)
                .map(PluginView::reason)
                .map(reason -> reason.code() + ": " + reason.text())
                .orElse("");
    }

    @Test
    void droppedJarRunsSoonAndDeletedJarIsDrained() {
        service.start();
        assertThat(service.list()).isEmpty();
        yard.drop("hello.jar", SourceJar.offering("hello"));
        Eventually.until("hello runs", SOON, () -> state("hello") == PluginState.STARTED);
        yard.delete("hello.jar");
        Eventually.until("hello is gone", SOON, () -> service.find("hello").isEmpty());
        assertThat(told).containsExactly("started hello 1.0.0", "draining hello");
    }

    @Test
    void halfCopiedJarIsTakenInOnceItIsWhole() throws Exception {
        service.start();
        byte[] bytes = SourceJar.offering("slow").bytes();
        Path file = yard.directory().resolve("slow.jar");
        try (var out = Files.newOutputStream(file)) {
            out.write(bytes, 0, bytes.length / 2);
            out.flush();
            // Nobody goes on copying it for a while: then it is told that it is no jar.
            Eventually.until("half", SOON, () -> state("slow.jar") == PluginState.FAILED);
            out.write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
        }
        Eventually.until("slow runs", SOON, () -> state("slow") == PluginState.STARTED);
        assertThat(told).containsExactly("started slow 1.0.0");
    }

    @Test
    void onlyAFileWithItsEndIsWhole() throws Exception {
        // Stored inside, a library has an end of its own, which must not be taken for the file's.
        byte[] bytes =
                SourceJar.offering("slow").library("a.jar", SourceJar.offering("lib")).bytes();
        Path file = folder.resolve("part.jar");
        for (int length = 0; length < bytes.length; length += 7) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThat(DirectoryWatch.isWhole(file)).as("%d bytes", length).isFalse();
        }
        Files.write(file, bytes);
        assertThat(DirectoryWatch.isWhole(file)).isTrue();
    }

    private static SourceJar alpha(String version) {
        return SourceJar.offering("alpha").manifest("Plugin-Version", version);
    }

    private static SourceJar brokenAlpha(String version) {
        return PluginYard.acting("alpha", "throw new IllegalStateException(\"no\");", "")
                .manifest("Plugin-Version", version);
    }

    private boolean alphaRuns(String version) {
        return alphaRow()
                .filter(row -> row.state() == PluginState.STARTED && row.version().equals(version))
                .isPresent();
    }

    private Optional<PluginView> alphaRow() {
        return service.find("alpha");
    }

    @Test
    void versionThatDoesNotStartLeavesTheOneBeforeRunningOverRestarts() {
        yard.drop("alpha.jar", alpha("1.0.0"));
        service.start();
        yard.drop("alpha.jar", brokenAlpha("2.0.0"));
        Eventually.until("it is told", SOON, () -> reason("alpha").contains("rolled-back"));
        assertThat(reason("alpha")).contains("1.0.0", "2.0.0", "no");
        assertThat(alphaRow().map(PluginView::version)).contains("1.0.0");
        assertThat(state("alpha")).isEqualTo(PluginState.STARTED);
        assertThat(told).containsExactly("started alpha 1.0.0");

        service.close();
        service = yard.service();
        service.start();
        assertThat(reason("alpha")).contains("rolled-back");
        assertThat(alphaRow().map(PluginView::version)).contains("1.0.0");

        yard.drop("alpha.jar", alpha("2.0.1"));
        Eventually.until("2.0.1 runs", SOON, () -> alphaRuns("2.0.1"));
        assertThat(reason("alpha")).isEmpty();
    }

    @Test
    void fileThatIsNoJarLeavesTheOneBeforeRunning() {
        yard.drop("alpha.jar", alpha("1.0.0"));
        service.start();
        yard.drop("alpha.jar", "nonsense".getBytes(StandardCharsets.UTF_8));
        Eventually.until("it is told", SOON, () -> reason("alpha").contains("rolled-back"));
        assertThat(alphaRow().map(PluginView::version)).contains("1.0.0");
        yard.delete("alpha.jar");
        Eventually.until("it is gone", SOON, () -> service.list().isEmpty());
        assertThat(told).containsExactly("started alpha 1.0.0", "draining alpha");
    }

    @Test
    void versionThatWasTakenAwayIsNotBroughtBackByABrokenOne() {
        yard.drop("alpha-1.jar", alpha("1.0.0"));
        service.start();
        yard.delete("alpha-1.jar");
        Eventually.until("it is gone", SOON, () -> service.list().isEmpty());
        yard.drop("alpha-2.jar", brokenAlpha("2.0.0"));
        Eventually.until("it failed", SOON, () -> state("alpha") == PluginState.FAILED);
        assertThat(told).containsExactly("started alpha 1.0.0", "draining alpha");
    }

    @Test
    void observerThatCannotTakeOverKeepsTheOneBefore() {
        service.observe(
                new PluginObserver() {
                    @Override
                    public void started(StartedPlugin plugin) {}

                    @Override
                    public Optional<Reason> replacing(StartedPlugin next) {
                        return Optional.of(Reason.of("takeover-failed", "not now", "ahora no"));
                    }

                    @Override
                    public void draining(String pluginId) {}
                });
        yard.drop("alpha.jar", alpha("1.0.0"));
        service.start();
        yard.drop("alpha.jar", alpha("2.0.0"));
        Eventually.until("it is told", SOON, () -> reason("alpha").contains("not now"));
        assertThat(alphaRow().map(PluginView::version)).contains("1.0.0");
        assertThat(state("alpha")).isEqualTo(PluginState.STARTED);
    }

    @Test
    void badJarBesideGoodOnesChangesNothing() {
        yard.drop("good.jar", SourceJar.offering("good"));
        service.start();
        yard.drop("bad.jar", "nonsense".getBytes(StandardCharsets.UTF_8));
        Eventually.until("bad is listed", SOON, () -> state("bad.jar") == PluginState.FAILED);
        assertThat(state("good")).isEqualTo(PluginState.STARTED);
        assertThat(told).containsExactly("started good 1.0.0");
    }

    @Test
    void newerVersionReplacesTheOlderAndGivesWayAgain() {
        yard.drop("a-1.jar", SourceJar.offering("alpha"));
        service.start();
        yard.drop("a-2.jar", SourceJar.offering("alpha").manifest("Plugin-Version", "2.0.0"));
        Eventually.until("2.0.0 runs", SOON, () -> alphaRuns("2.0.0"));
        assertThat(service.list())
                .extracting(PluginView::file, PluginView::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a-1.jar", PluginState.FAILED),
                        org.assertj.core.groups.Tuple.tuple("a-2.jar", PluginState.STARTED));
        yard.delete("a-2.jar");
        Eventually.until(
                "1.0.0 runs again",
                SOON,
                () -> told.size() == 5 && state("alpha") == PluginState.STARTED);
        assertThat(told)
                .containsExactly(
                        "started alpha 1.0.0",
                        "draining alpha",
                        "started alpha 2.0.0",
                        "draining alpha",
                        "started alpha 1.0.0");
    }

    @Test
    void dependentStopsBeforeWhatItNeeds() {
        yard.drop("base.jar", SourceJar.offering("base"));
        yard.drop("top.jar", SourceJar.offering("top").manifest("Plugin-Dependencies", "base"));
        service.start();
        assertThat(told).containsExactly("started base 1.0.0", "started top 1.0.0");
        yard.delete("base.jar");
        Eventually.until("top waits", SOON, () -> state("top") == PluginState.FAILED);
        assertThat(reason("top")).contains("base", "not there");
        yard.drop("base.jar", SourceJar.offering("base"));
        Eventually.until("top runs again", SOON, () -> state("top") == PluginState.STARTED);
    }

    @Test
    void disabledPluginStaysOffOverARestart() {
        yard.drop("a.jar", SourceJar.offering("alpha"));
        service.start();
        assertThat(service.disable(OPERATOR, "alpha").state()).isEqualTo(PluginState.DISABLED);
        try (PluginService second = yard.service()) {
            second.start();
            assertThat(second.find("alpha").map(PluginView::state)).contains(PluginState.DISABLED);
        }
        assertThat(service.enable(OPERATOR, "alpha").state()).isEqualTo(PluginState.STARTED);
        assertThat(yard.audit().verify()).isEmpty();
    }

    @Test
    void failedPluginIsTriedAgainOnlyWhenAsked() {
        yard.drop(
                "moody.jar",
                PluginYard.acting(
                        "moody",
                        "if (System.getProperty(\"minga.test.moody\") == null)"
                                + " throw new IllegalStateException(\"not today\");",
                        ""));
        service.start();
        assertThat(reason("moody")).contains("not today");
        try {
            System.setProperty("minga.test.moody", "fine");
            service.reconcile();
            assertThat(state("moody")).isEqualTo(PluginState.FAILED);
            assertThat(service.reload(OPERATOR, "moody").state()).isEqualTo(PluginState.STARTED);
        } finally {
            System.clearProperty("minga.test.moody");
        }
    }

    @Test
    void threadLeftBehindIsNamed() {
        yard.drop(
                "leaks.jar",
                PluginYard.acting(
                        "leaks",
                        "Thread t = new Thread(() -> { try { Thread.sleep(60_000); }"
                                + " catch (InterruptedException e) { } }, \"left-behind\");"
                                + " t.setDaemon(true); t.start();",
                        ""));
        service.start();
        yard.delete("leaks.jar");
        Eventually.until(
                "the leak is told",
                Duration.ofSeconds(40),
                () -> reason("leaks").contains("restart-needed"));
        assertThat(reason("leaks")).contains("left-behind");
    }

    @Test
    void lockedHostRunsOnlyWhatIsListed() throws Exception {
        yard.drop("a.jar", SourceJar.offering("alpha"));
        try (PluginService locked = yard.service(TrustPolicy.LOCKED)) {
            locked.start();
            PluginView refused = locked.find("alpha").orElseThrow();
            assertThat(Optional.ofNullable(refused.reason()).map(Reason::code))
                    .contains("not-approved");
            yard.approve(Files.readAllBytes(yard.directory().resolve("a.jar")));
            locked.reconcile();
            PluginView approved = locked.find("alpha").orElseThrow();
            assertThat(approved.state()).isEqualTo(PluginState.STARTED);
            assertThat(approved.standing().approved()).isTrue();
        }
    }

    @Test
    void operatorsInstallAndRemoveOverHttp() {
        service.start();
        try (TestHttp http =
                TestHttp.serving(
                        yard.database().db(),
                        new PluginRoutes(service, (plugin, language) -> List.of()))) {
            TestClient operator = http.client(http.signIn(Role.SUPER_ADMIN));
            TestClient customer = http.client(http.signIn(Role.CUSTOMER));
            TestClient jar = operator.header("Content-Type", "application/java-archive");
            String upload = "/api/v1/admin/plugins?filename=hello.jar";
            byte[] hello = SourceJar.offering("hello").bytes();

            assertThat(customer.get("/api/v1/admin/plugins").status()).isEqualTo(403);
            assertThat(
                            customer.header("Content-Type", "application/java-archive")
                                    .send("POST", upload, hello)
                                    .status())
                    .isEqualTo(403);
            assertThat(operator.send("POST", upload, hello).status()).isEqualTo(415);
            assertThat(jar.send("POST", "/api/v1/admin/plugins?filename=../x.jar", hello).status())
                    .isEqualTo(400);
            TestClient.Answer bad = jar.send("POST", upload, new byte[] {1, 2, 3});
            assertThat(bad.status()).isEqualTo(400);
            assertThat(bad.at("/code")).isEqualTo("plugins.not-a-jar");
            assertThat(yard.directory()).isEmptyDirectory();

            TestClient.Answer installed = jar.send("POST", upload, hello);
            assertThat(installed.status()).isEqualTo(202);
            assertThat(installed.at("/state")).isEqualTo("started");
            assertThat(jar.send("POST", upload, hello).status()).isEqualTo(409);

            TestClient.Answer list = operator.get("/api/v1/admin/plugins");
            assertThat(list.at("/items/0/id")).isEqualTo("hello");
            assertThat(list.at("/items/0/kinds/0")).isEqualTo("offering");
            assertThat(list.at("/items/0/sha256")).hasSize(64);
            assertThat(list.at("/items/0/signature")).isEqualTo("unsigned");

            String actions = "/api/v1/admin/plugins/hello/actions/";
            assertThat(operator.post(actions + "disable", "{}").at("/state")).isEqualTo("disabled");
            assertThat(operator.post(actions + "enable", "{}").at("/state")).isEqualTo("started");
            assertThat(operator.post(actions + "explode", "{}").status()).isEqualTo(404);
            AtomicBoolean inUse = new AtomicBoolean(true);
            service.beforeRemoval(id ->
                    inUse.get() ? Optional.of(Text.of("It holds 2 machines.")) : Optional.empty());
            TestClient.Answer held = operator.delete("/api/v1/admin/plugins/hello");
            assertThat(held.status()).isEqualTo(409);
            assertThat(held.at("/code")).isEqualTo("plugins.in-use");
            inUse.set(false);
            assertThat(operator.delete("/api/v1/admin/plugins/hello").status()).isEqualTo(202);
            assertThat(operator.delete("/api/v1/admin/plugins/hello").status()).isEqualTo(404);
            assertThat(yard.directory()).isEmptyDirectory();
        }
    }
}
