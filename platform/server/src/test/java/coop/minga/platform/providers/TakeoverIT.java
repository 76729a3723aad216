package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginState;
import coop.minga.platform.plugins.PluginView;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Versions of a plugin that take over from each other while calls go on. */
@SuppressWarnings("NullAway.Init")
final class TakeoverIT {

    private static final int REPLACEMENTS = 100;
    private static final int CALLERS = 4;

    @TempDir Path folder;
    private ProviderYard house;
    private PluginYard yard;
    private PluginService plugins;
    private ProviderService providers;

    @BeforeEach
    void open() {
        house = new ProviderYard(folder);
        yard = house.yard();
        plugins = house.plugins();
        providers = house.providers();
    }

    @AfterEach
    void close() {
        house.close();
    }

    /** An offering that says its version when it is probed. */
    private static SourceJar version(String version, String onOpen) {
        return SourceJar.plugin("hello")
                .manifest("Plugin-Version", version)
                .extension(
                        "sample.Offering",
                        SourceJar.offeringSource("Offering", "hello", "")
                                .replace(
                                        "return new OfferingBlueprint() {",
                                        onOpen
                                                + """
                                                return new OfferingBlueprint() {
                                                    public ProbeResult probe(Call call) {
                                                        return ProbeResult.of(List.of(
                                                                ProbeResult.Check.passed(
                                                                        Text.of("Version"), "%s")));
                                                    }
                                                """
                                                        .formatted(version)));
    }

    private Optional<Guarded<OfferingBlueprint>> hello() {
        return house.offering("hello");
    }

    private Optional<String> running() {
        return plugins.find("hello")
                .filter(row -> row.state() == PluginState.STARTED)
                .map(PluginView::version);
    }

    @Test
    void noCallFailsWhileVersionsReplaceEachOther() throws Exception {
        byte[] one = version("1.0.0", "").bytes();
        byte[] two = version("2.0.0", "").bytes();
        yard.drop("hello.jar", one);
        house.start();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!over.get()) {
                                    Optional<Guarded<OfferingBlueprint>> hello = hello();
                                    if (hello.isEmpty()) {
                                        failures.add("not there");
                                        continue;
                                    }
                                    Outcome<String> outcome = ProviderYard.ask(hello.get());
                                    if (outcome.answer().isPresent()) {
                                        answered.incrementAndGet();
                                    } else {
                                        failures.add(outcome.problem());
                                    }
                                }
                            }));
        }
        for (int i = 1; i <= REPLACEMENTS; i++) {
            String wanted = i % 2 == 0 ? "1.0.0" : "2.0.0";
            yard.drop("hello.jar", i % 2 == 0 ? one : two);
            Eventually.until(
                    "replacement " + i,
                    Duration.ofSeconds(10),
                    () -> running().equals(Optional.of(wanted)));
        }
        over.set(true);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(failures).isEmpty();
        assertThat(answered.get()).isGreaterThan(REPLACEMENTS);
    }

    @Test
    void callThatHasHoldOfTheOldOneIsAnsweredByTheNewOne() throws Exception {
        yard.drop("hello.jar", version("1.0.0", ""));
        house.start();
        Guarded<OfferingBlueprint> old = hello().orElseThrow();
        yard.drop("hello.jar", version("2.0.0", ""));
        Eventually.until("2.0.0 runs", () -> running().equals(Optional.of("2.0.0")));
        assertThat(ProviderYard.ask(old).answer()).contains("2.0.0");
    }

    @Test
    void versionWhoseProviderDoesNotOpenIsTurnedAway() throws Exception {
        yard.drop("hello.jar", version("1.0.0", ""));
        house.start();
        yard.drop(
                "hello.jar",
                version("2.0.0", "if (true) throw new IllegalStateException(\"no disk\");"));
        Eventually.until(
                "it is told",
                () ->
                        plugins.find("hello")
                                .map(PluginView::reason)
                                .map(Reason::code)
                                .equals(Optional.of("rolled-back")));
        assertThat(plugins.find("hello").map(PluginView::reason).map(Reason::text).toString())
                .contains("offering/hello", "no disk");
        assertThat(ProviderYard.ask(hello().orElseThrow()).answer()).contains("1.0.0");
    }

    @Test
    void waitingWorkNamesThePluginThatIsAway() throws Exception {
        yard.drop("hello.jar", version("1.0.0", ""));
        house.start();
        yard.delete("hello.jar");
        Eventually.until("it is away", () -> hello().isEmpty());
        Eventually.until(
                "it is named",
                () ->
                        providers
                                .absence(Kind.OFFERING, "hello")
                                .equals("waits for plugin hello, which does not run"));
        assertThat(providers.absence(Kind.COMPUTE, "moon"))
                .isEqualTo("waits for a plugin that offers compute/moon");
    }
}
