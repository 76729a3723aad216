package coop.minga.platform.plugins;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where plugins come from and how long their code may take.
 *
 * @param directory where jars are dropped
 * @param cache private copies by hash
 * @param locked whether only jars whose hash is listed may run
 * @param lockFile hashes the operator approved, one {@code <sha256> <name>} per line
 * @param coreFile hashes that came with the distribution, in the same form
 * @param startDeadline for loading and starting one plugin
 * @param stopDeadline for stopping one plugin
 */
public record PluginsConfig(
        Path directory,
        Path cache,
        boolean locked,
        Path lockFile,
        Path coreFile,
        Duration startDeadline,
        Duration stopDeadline) {

    /** Ten seconds to start, five to stop. */
    public static PluginsConfig of(
            Path directory, Path cache, boolean locked, Path lockFile, Path coreFile) {
        return new PluginsConfig(
                directory,
                cache,
                locked,
                lockFile,
                coreFile,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5));
    }
}
