package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.Contribution;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.UnpackedPlugin;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a built jar keeps to, seen through the loader that hosts use. Extend it in a class whose
 * name ends with {@code IT}; the plugin parent says where the jar is.
 */
public abstract class PluginJarContract {

    @TempDir Path folder = Path.of(".");

    /** The jar; by default the one the plugin parent has just built. */
    protected Path jar() {
        String path = System.getProperty("minga.plugin.jar");
        if (path == null) {
            throw new IllegalStateException(
                    "System property minga.plugin.jar is not set: does the pom inherit"
                            + " minga-plugin-parent, and does the test's name end with IT?");
        }
        return Path.of(path);
    }

    /** How long the plugin's classes may take to be let go. */
    protected Duration patience() {
        return Duration.ofSeconds(20);
    }

    private UnpackedPlugin unpacked() {
        return new PluginCache(folder.resolve("cache"), ArchiveLimits.standard())
                .admit(jar(), hash -> {});
    }

    private LoadedPlugin.Trace use(Consumer<LoadedPlugin> work) {
        LoadedPlugin plugin =
                LoadedPlugin.load(unpacked(), PluginJarContract.class.getClassLoader());
        LoadedPlugin.Trace trace = plugin.trace();
        try (plugin) {
            plugin.start();
            work.accept(plugin);
            plugin.stop();
        }
        return trace;
    }

    /** Runs on a thread of its own, so that nothing of the plugin stays on this one's stack. */
    private LoadedPlugin.Trace useElsewhere(Consumer<LoadedPlugin> work) throws Exception {
        LoadedPlugin.Trace[] trace = new LoadedPlugin.Trace[1];
        Throwable[] failure = new Throwable[1];
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            try {
                                trace[0] = use(work);
                            } catch (Throwable e) {
                                failure[0] = e;
                            }
                        });
        thread.join(Duration.ofMinutes(1));
        assertThat(thread.isAlive()).as("still busy after a minute").isFalse();
        if (failure[0] != null) {
            throw new AssertionError("The plugin failed in the loader", failure[0]);
        }
        return trace[0];
    }

    @Test
    public void manifestTellsTheTruth() {
        PluginManifest manifest = unpacked().manifest();
        assertThat(manifest.requires().admits(LoadedPlugin.API_VERSION))
                .as("Plugin-Requires %s admits the API it was built for", manifest.requires())
                .isTrue();
        use(plugin -> {
            Set<Kind> served = new HashSet<>();
            plugin.contributions().forEach(c -> served.add(c.descriptor().kind()));
            assertThat(served).as("Minga-Kinds").isEqualTo(manifest.kinds());
        });
    }

    @Test
    public void extensionsAreFoundInTheBuiltJar() {
        use(plugin ->
                assertThat(plugin.contributions())
                        .isNotEmpty()
                        .allSatisfy(c ->
                                assertThat(c.factory().getClass().getClassLoader())
                                        .as("loaded in isolation")
                                        .isEqualTo(plugin.classLoader())));
    }

    @Test
    public void descriptorsStayTheSame() {
        use(plugin ->
                plugin.contributions()
                        .forEach(c ->
                                assertThat(c.factory().descriptor()).isEqualTo(c.descriptor())));
    }

    @Test
    public void loaderIsCollectedAfterUse() throws Exception {
        LoadedPlugin.Trace trace =
                useElsewhere(plugin -> {
                    int number = 0;
                    for (Contribution contribution : plugin.contributions()) {
                        openAndClose(contribution, "p" + number++);
                    }
                });
        assertThat(trace.collected(patience()))
                .as("classes are let go; threads left: %s", trace.threads())
                .isTrue();
    }

    /** Opens what can be opened without values, as the host does at its start. */
    private void openAndClose(Contribution contribution, String name) {
        if (contribution.descriptor().schema().needsValues()) {
            return;
        }
        Reading reading = ConfigReader.readFile(contribution.descriptor().schema(), Map.of());
        if (reading instanceof Reading.Valid valid) {
            ProviderFactory<?> factory = contribution.factory();
            try (Provider provider =
                    factory.open(RecordingContext.in(folder.resolve(name)), valid.config())) {
                assertThat(provider).isNotNull();
            }
        }
    }
}
