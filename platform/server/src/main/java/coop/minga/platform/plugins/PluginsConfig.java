package coop.minga.platform.plugins;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where plugins come from, which may run, and how long their code may take.
 *
 * @param directory where jars are dropped
 * @param cache private copies by hash
 * @param trust who may run code
 * @param startDeadline for loading and starting one plugin
 * @param stopDeadline for stopping one plugin
 */
public record PluginsConfig(
        Path directory,
        Path cache,
        TrustConfig trust,
        Duration startDeadline,
        Duration stopDeadline) {

    /** Ten seconds to start, five to stop. */
    public static PluginsConfig of(Path directory, Path cache, TrustConfig trust) {
        return new PluginsConfig(
                directory, cache, trust, Duration.ofSeconds(10), Duration.ofSeconds(5));
    }

    /** Where the host remembers what ran and how it ended, beside the private copies. */
    Path memory() {
        return cache.resolveSibling("plugin-memory");
    }
}
