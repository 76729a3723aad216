package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.events.Fact;
import coop.minga.platform.jobs.DurableJobs;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.plugin.testkit.SourceJar;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Plugins that are told what happened. */
final class ListenerJobIT {

    /** Writes one file per event; the first time it is told anything it fails. */
    private static final String LISTENER =
            """
            package sample;
            import coop.minga.plugin.api.*;
            import coop.minga.plugin.api.events.*;
            import java.nio.file.*;
            import java.util.List;
            import java.util.Set;
            public final class Ear implements ListenerFactory {
                public ProviderDescriptor descriptor() {
                    return ProviderDescriptor.of("ear", Kind.LISTENER, Text.of("Ear"), Text.of("Listens", "Escucha"));
                }
                public EventListener open(ProviderContext context, ProviderConfig config) {
                    return new EventListener() {
                        public Set<String> types() { return Set.of("order.fulfilled"); }
                        public void on(Call call, Event event) {
                            if (context.state().putIfAbsent("stumbled", "{}")) {
                                throw new IllegalStateException("stumbled");
                            }
                            try {
                                Files.writeString(context.dataDirectory().resolve(event.id()), event.subject());
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }
                        public ProbeResult probe(Call call) { return ProbeResult.of(List.of()); }
                        public void close() { }
                    };
                }
            }
            """;

    @TempDir Path folder;

    private long heard() throws IOException {
        Path directory = folder.resolve("data/listener/ear");
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    @Test
    void listenerHearsWhatItWantsAlsoAfterItStumbled() throws Exception {
        try (PluginYard yard = new PluginYard(folder)) {
            Clock clock = Clock.systemUTC();
            SecureRandom random = new SecureRandom();
            DurableJobs jobs =
                    new DurableJobs(
                            yard.database().db(),
                            yard.database().source(),
                            clock,
                            random,
                            (handle, job, actor, address, trace) -> {},
                            true,
                            4);
            ProviderService providers =
                    new ProviderService(
                            ProvidersConfig.of(
                                    folder.resolve("config"),
                                    folder.resolve("data"),
                                    "host-1",
                                    () -> URI.create("http://localhost"),
                                    true,
                                    Map.of()),
                            yard.database().db(),
                            new SecretBox(new byte[SecretBox.KEY_BYTES], random),
                            yard.audit(),
                            yard.events(),
                            new SimpleMeterRegistry(),
                            clock);
            PluginService plugins = yard.service();
            plugins.observe(providers);
            new ListenerJob(providers, jobs, yard.database().db()).register(yard.events());
            yard.drop(
                    "ear.jar",
                    SourceJar.plugin("listener-ear")
                            .manifest("Minga-Kinds", "listener")
                            .extension("sample.Ear", LISTENER));
            try (plugins;
                    providers) {
                yard.events().start();
                providers.start();
                plugins.start();
                jobs.start();
                assertThat(providers.awaitSettled(Duration.ofSeconds(20))).isTrue();
                for (String type : new String[] {"order.fulfilled", "order.failed"}) {
                    for (int i = 0; i < 3; i++) {
                        String subject = "ord_" + i;
                        yard.database()
                                .db()
                                .useTransaction(handle ->
                                        yard.events()
                                                .publish(
                                                        handle,
                                                        new Fact(
                                                                type,
                                                                subject,
                                                                Set.of(),
                                                                Map.of("n", 1))));
                    }
                }
                Eventually.until("all three were heard", () -> heard() == 3);
            } finally {
                jobs.stop(Duration.ofSeconds(5));
            }
            assertThat(heard()).isEqualTo(3);
        }
    }
}
