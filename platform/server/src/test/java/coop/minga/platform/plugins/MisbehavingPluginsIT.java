package coop.minga.platform.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Plugins whose code does what it should not, where it is started and stopped. */
@SuppressWarnings("NullAway.Init")
final class MisbehavingPluginsIT {

    /** Every loop ends with the test: a thread that spins cannot be ended from outside. */
    static final String LEASH = "minga.test.leash";

    private static final String LEASHED = "System.getProperty(\"" + LEASH + "\") != null";
    static final String HANG =
            "while ("
                    + LEASHED
                    + ") { try { Thread.sleep(100); } catch (InterruptedException e) { } }";
    static final String SPIN = "while (" + LEASHED + ") { Thread.onSpinWait(); }";

    @TempDir Path folder;
    private PluginYard yard;

    @BeforeEach
    void open() {
        System.setProperty(LEASH, "on");
        yard = new PluginYard(folder);
        yard.drop("good.jar", SourceJar.offering("good"));
    }

    @AfterEach
    void close() {
        System.clearProperty(LEASH);
        yard.close();
    }

    private static SourceJar constructing(String id, String body) {
        return SourceJar.plugin(id)
                .extension(
                        "sample.Offering",
                        SourceJar.offeringSource(
                                "Offering", id, "public Offering() { " + body + " }"));
    }

    private static SourceJar initializing(String id, String body) {
        return SourceJar.plugin(id)
                .extension(
                        "sample.Offering",
                        SourceJar.offeringSource("Offering", id, "static { " + body + " }"));
    }

    @Test
    void everyOneThatMisbehavesAtItsStartFailsWithItsOwnReason() {
        Map<String, SourceJar> jars = new LinkedHashMap<>();
        Map<String, String> wanted = new LinkedHashMap<>();
        wanted.put("constructor-hangs", "timed-out");
        jars.put("constructor-hangs", constructing("constructor-hangs", HANG));
        wanted.put("constructor-spins", "timed-out");
        jars.put("constructor-spins", constructing("constructor-spins", SPIN));
        wanted.put("constructor-exits", "bad-extension");
        jars.put("constructor-exits", constructing("constructor-exits", "System.exit(3);"));
        wanted.put("constructor-halts", "bad-extension");
        jars.put(
                "constructor-halts",
                constructing("constructor-halts", "Runtime.getRuntime().halt(3);"));
        wanted.put("class-hangs", "timed-out");
        jars.put("class-hangs", initializing("class-hangs", HANG));
        wanted.put("class-asserts", "bad-extension");
        jars.put(
                "class-asserts",
                initializing("class-asserts", "if (true) throw new AssertionError(\"no\");"));
        wanted.put("start-spins", "timed-out");
        jars.put("start-spins", PluginYard.acting("start-spins", SPIN, ""));
        wanted.put("start-recurses", "code-failed");
        jars.put("start-recurses", PluginYard.acting("start-recurses", "start();", ""));
        wanted.put("start-links", "code-failed");
        jars.put(
                "start-links",
                PluginYard.acting("start-links", "throw new LinkageError(\"no\");", ""));
        jars.forEach((id, jar) -> yard.drop(id + ".jar", jar));
        try (PluginService service = yard.service()) {
            assertTimeoutPreemptively(Duration.ofSeconds(20), service::start);
            wanted.forEach((id, code) -> {
                Optional<PluginView> row =
                        service.list().stream()
                                .filter(view -> view.file().equals(id + ".jar"))
                                .findFirst();
                assertThat(row.map(PluginView::state)).as(id).contains(PluginState.FAILED);
                assertThat(row.map(PluginView::reason).map(Reason::code)).as(id).contains(code);
            });
            assertThat(service.find("good").map(PluginView::state)).contains(PluginState.STARTED);
        }
    }

    @Test
    void everyOneThatMisbehavesAtItsStopIsLetGoOf() {
        Map<String, String> stops =
                Map.of(
                        "hangs", HANG,
                        "spins", SPIN,
                        "exits", "System.exit(3);",
                        "halts", "Runtime.getRuntime().halt(3);",
                        "throws", "throw new AssertionError(\"no\");");
        stops.forEach((id, body) -> yard.drop(id + ".jar", PluginYard.acting(id, "", body)));
        PluginService service = yard.service();
        service.start();
        assertThat(service.list())
                .hasSize(stops.size() + 1)
                .allMatch(view -> view.state() == PluginState.STARTED);
        yard.delete("exits.jar");
        yard.delete("spins.jar");
        service.reconcile();
        assertThat(service.list()).hasSize(stops.size() - 1);
        assertThat(service.find("good").map(PluginView::state)).contains(PluginState.STARTED);
        assertTimeoutPreemptively(Duration.ofSeconds(10), service::close);
    }

    @Test
    void pluginThatStillStartsWhenTheHostDiesIsNamedByTheNextOne() {
        yard.drop("spins.jar", PluginYard.acting("spins", SPIN, ""));
        // Never closed: as if the process had ended.
        PluginService died = yard.service();
        died.start();
        PluginService next = yard.service();
        try (next) {
            yard.delete("spins.jar");
            yard.drop("spins.jar", PluginYard.acting("spins", SPIN, ""));
            next.start();
            PluginView row = next.find("spins").orElseThrow();
            assertThat(row.conditions())
                    .filteredOn(each -> each.type() == Condition.Type.STEADY)
                    .singleElement()
                    .matches(each -> !each.met());
            assertThat(next.find("good").orElseThrow().conditions()).allMatch(Condition::met);
        } finally {
            died.close();
        }
    }
}
