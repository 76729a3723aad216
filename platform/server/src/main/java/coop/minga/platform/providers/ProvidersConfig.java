package coop.minga.platform.providers;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What providers are opened with.
 *
 * @param files the directory of {@code *.yaml} files, {@code config/providers}
 * @param secretFiles where {@code ${secret:name}} looks
 * @param dataDirectory where providers keep files, one directory each
 * @param hostId identifies this installation to vendors
 * @param publicUrl where browsers reach this host
 * @param trial whether providers made for trials may be opened
 * @param environment for {@code ${env:X}}
 * @param probeInterval between two looks at a provider that works
 * @param drainPatience how long work in flight may take when a provider is closed
 */
public record ProvidersConfig(
        Path files,
        Path secretFiles,
        Path dataDirectory,
        String hostId,
        Supplier<URI> publicUrl,
        boolean trial,
        Map<String, String> environment,
        Duration probeInterval,
        Duration drainPatience) {

    public ProvidersConfig {
        environment = Map.copyOf(environment);
    }

    /** A look every minute, ten seconds to drain. */
    public static ProvidersConfig of(
            Path configDirectory,
            Path dataDirectory,
            String hostId,
            Supplier<URI> publicUrl,
            boolean trial,
            Map<String, String> environment) {
        return new ProvidersConfig(
                configDirectory.resolve("providers"),
                configDirectory.resolve("secrets"),
                dataDirectory,
                hostId,
                publicUrl,
                trial,
                environment,
                Duration.ofMinutes(1),
                Duration.ofSeconds(10));
    }
}
