package coop.minga.platform.providers;

import coop.minga.platform.config.SecretBox;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.offering.OfferingBlueprint;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A plugins directory with the providers of its plugins, on a real database. */
final class ProviderYard implements AutoCloseable {

    private final PluginYard yard;
    private final PluginService plugins;
    private final ProviderService providers;

    ProviderYard(Path folder) {
        yard = new PluginYard(folder);
        plugins = yard.service();
        ProvidersConfig config =
                new ProvidersConfig(
                        folder.resolve("config/providers"),
                        folder.resolve("config/secrets"),
                        folder.resolve("data"),
                        "host-1",
                        () -> URI.create("http://localhost:8080"),
                        true,
                        Map.of(),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5));
        providers =
                new ProviderService(
                        config,
                        yard.database().db(),
                        new SecretBox(new byte[SecretBox.KEY_BYTES], new SecureRandom()),
                        yard.audit(),
                        yard.events(),
                        new SimpleMeterRegistry(),
                        Clock.systemUTC());
        plugins.observe(providers);
    }

    PluginYard yard() {
        return yard;
    }

    PluginService plugins() {
        return plugins;
    }

    ProviderService providers() {
        return providers;
    }

    /** Starts everything and waits until each provider was looked at. */
    void start() throws InterruptedException {
        providers.start();
        plugins.start();
        if (!providers.awaitSettled(Duration.ofSeconds(60))) {
            throw new AssertionError("The providers did not settle");
        }
    }

    Optional<Guarded<OfferingBlueprint>> offering(String name) {
        return providers.get(Kind.OFFERING, name, OfferingBlueprint.class);
    }

    /** What an offering says when it is looked at. */
    static Outcome<String> ask(Guarded<OfferingBlueprint> offering) {
        return offering.call(
                Ask.reading("ask"),
                (each, call) -> each.probe(call).checks().getFirst().detail().in("en"));
    }

    @Override
    public void close() {
        providers.close();
        plugins.close();
        yard.close();
    }
}
