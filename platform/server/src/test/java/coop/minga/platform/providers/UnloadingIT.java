package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.plugins.PluginObserver;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginState;
import coop.minga.platform.plugins.PluginView;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.platform.plugins.Reason;
import coop.minga.platform.plugins.StartedPlugin;
import coop.minga.plugin.testkit.SourceJar;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Plugins with large libraries that come and go, again and again. */
@SuppressWarnings("NullAway.Init")
final class UnloadingIT {

    /** {@code distribution/long/unloading.sh} does fifty. */
    private static final int CYCLES = Integer.getInteger("minga.test.cycles", 12);

    private static final int WARM_UP = 4;

    /** What the host itself may load late; one plugin's libraries are a multiple of it. */
    private static final int LATE_CLASSES = 600;

    private static final PluginService.Actor OPERATOR =
            new PluginService.Actor("acc_operator", "127.0.0.1", "0".repeat(32));

    @TempDir Path folder;

    /** Remembers every class loader without holding it. */
    private static final class Loaders implements PluginObserver {

        private final List<WeakReference<ClassLoader>> seen = new CopyOnWriteArrayList<>();

        @Override
        public void started(StartedPlugin plugin) {
            seen.add(new WeakReference<>(plugin.classLoader()));
        }

        @Override
        public void draining(String pluginId) {}

        long left() {
            System.gc();
            return seen.stream().filter(loader -> !loader.refersTo(null)).count();
        }
    }

    private static void ask(ProviderYard house) {
        Eventually.until(
                "the provider works",
                Duration.ofSeconds(20),
                () -> house.offering("sdk").isPresent());
        Outcome<String> outcome = ProviderYard.ask(house.offering("sdk").orElseThrow());
        assertThat(outcome.answer()).as("%s", outcome).contains("123");
    }

    @Test
    void manyRoundsOfAPluginWithAVendorsLibrariesLeaveNothingBehind() throws Exception {
        Loaders loaders = new Loaders();
        byte[] jar = VendorPlugins.aws("sdk").bytes();
        try (VendorPlugins vendors = new VendorPlugins();
                ProviderYard house = new ProviderYard(folder)) {
            PluginService plugins = house.plugins();
            plugins.observe(loaders);
            house.start();
            int warm = 0;
            for (int i = 0; i < CYCLES; i++) {
                plugins.install(OPERATOR, "sdk.jar", jar);
                ask(house);
                assertThat(plugins.disable(OPERATOR, "sdk").state())
                        .isEqualTo(PluginState.DISABLED);
                assertThat(plugins.enable(OPERATOR, "sdk").state()).isEqualTo(PluginState.STARTED);
                ask(house);
                plugins.remove(OPERATOR, "sdk");
                if (i == WARM_UP - 1) {
                    Eventually.until("warm", Duration.ofSeconds(30), () -> loaders.left() == 0);
                    warm = loadedClasses();
                }
            }
            assertThat(loaders.seen).hasSizeGreaterThanOrEqualTo(2 * CYCLES);
            Eventually.until(
                    "every class loader is collected",
                    Duration.ofSeconds(30),
                    () -> loaders.left() == 0);
            int after = loadedClasses();
            System.out.println(
                    "classes after "
                            + WARM_UP
                            + " rounds: "
                            + warm
                            + ", after "
                            + CYCLES
                            + ": "
                            + after);
            assertThat(after).isLessThan(warm + LATE_CLASSES);
            assertThat(plugins.list()).isEmpty();
            assertThat(vendors.asked()).isGreaterThanOrEqualTo(2 * CYCLES);
        }
    }

    private static int loadedClasses() {
        return ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
    }

    @Test
    void pluginThatLeavesAHookInTheJdkIsReportedAndTheHostGoesOn() throws Exception {
        try (ProviderYard house = new ProviderYard(folder)) {
            SourceJar leaking =
                    PluginYard.acting(
                            "leaking",
                            "java.security.Security.addProvider("
                                    + "new java.security.Provider(\"leak\", \"1\", \"\") {});",
                            "");
            house.yard().drop("leaking.jar", leaking);
            house.yard().drop("good.jar", SourceJar.offering("good"));
            house.start();
            house.yard().delete("leaking.jar");
            try {
                Eventually.until(
                        "it is told",
                        Duration.ofSeconds(60),
                        () ->
                                house.plugins()
                                        .find("leaking")
                                        .map(PluginView::reason)
                                        .map(Reason::code)
                                        .equals(Optional.of("restart-needed")));
                assertThat(house.offering("good")).isPresent();
                // It goes away by itself once nothing holds it.
                java.security.Security.removeProvider("leak");
                Eventually.until(
                        "it is gone",
                        Duration.ofSeconds(30),
                        () -> {
                            System.gc();
                            house.plugins().reconcile();
                            return house.plugins().find("leaking").isEmpty();
                        });
            } finally {
                java.security.Security.removeProvider("leak");
            }
        }
    }
}
