package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.config.SecretBox;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.plugins.PluginRoutes;
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

/** A provider whose engine is not on this machine: who misses it, and in which words. */
@SuppressWarnings("NullAway.Init")
final class AbsenceIT {

    private static final String ENGINE =
            """
            package sample;
            import coop.minga.plugin.api.*;
            import coop.minga.plugin.api.config.*;
            import coop.minga.plugin.api.messaging.*;
            import java.util.*;
            public final class Engine implements MessagingFactory {
                public ProviderDescriptor descriptor() {
                    return ProviderDescriptor.of("engine", Kind.MESSAGING, Text.of("Engine"),
                            Text.of("An engine", "Un motor"));
                }
                public MessagingChannel open(ProviderContext context, ProviderConfig config) {
                    return new MessagingChannel() {
                        public ProbeResult probe(Call call) {
                            return ProbeResult.absent(List.of(ProbeResult.Check.failed(
                                    Text.of("Engine", "Motor"),
                                    Text.of("There is no engine here", "Aquí no hay motor"),
                                    Text.of("Install one.", "Instala uno."))));
                        }
                        public SendResult send(Call call, Message message) {
                            throw new ProviderException(ProviderException.Code.UNAVAILABLE,
                                    Text.of("no engine", "sin motor"));
                        }
                        public Optional<SendResult> find(Call call, IdempotencyKey key) { return Optional.empty(); }
                        public void close() { }
                    };
                }
            }
            """;

    @TempDir Path folder;

    /** What the list of plugins says of the one with the engine. */
    private TestClient.Answer listed(boolean trial, String file, String language)
            throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("config/providers"));
        if (!file.isEmpty()) {
            Files.writeString(folder.resolve("config/providers/engine.yaml"), file);
        }
        try (PluginYard yard = new PluginYard(folder);
                PluginService plugins = yard.service();
                ProviderService providers = providers(yard, trial)) {
            plugins.observe(providers);
            yard.drop(
                    "engine.jar",
                    SourceJar.plugin("engine")
                            .manifest("Minga-Kinds", "messaging")
                            .extension("sample.Engine", ENGINE));
            providers.start();
            plugins.start();
            assertThat(providers.awaitSettled(Duration.ofSeconds(20))).isTrue();
            try (TestHttp http =
                    TestHttp.serving(
                            yard.database().db(),
                            new PluginRoutes(plugins, new ProviderRoutes(providers)::of))) {
                return http.client(http.signIn(Role.ADMIN))
                        .header("Accept-Language", language)
                        .get("/api/v1/admin/plugins");
            }
        }
    }

    private ProviderService providers(PluginYard yard, boolean trial) {
        return new ProviderService(
                ProvidersConfig.of(
                        folder.resolve("config"),
                        folder.resolve("data"),
                        "host-1",
                        () -> URI.create("http://localhost:8080"),
                        trial,
                        Map.of()),
                yard.database().db(),
                new SecretBox(new byte[SecretBox.KEY_BYTES], new SecureRandom()),
                yard.audit(),
                yard.events(),
                new SimpleMeterRegistry(),
                Clock.systemUTC());
    }

    @Test
    void trialDoesNotMissWhatNobodyAskedForAndSaysHowToSetItUp() throws Exception {
        TestClient.Answer list = listed(true, "", "es");
        assertThat(list.at("/items/0/state")).isEqualTo("not_set_up");
        assertThat(list.at("/items/0/providers/0/state")).isEqualTo("not_set_up");
        assertThat(list.at("/items/0/providers/0/reason/text"))
                .isEqualTo("Aquí no hay motor. Instala uno.");
    }

    @Test
    void productionSaysThatItFailedInTheReadersLanguage() throws Exception {
        TestClient.Answer list = listed(false, "", "es");
        assertThat(list.at("/items/0/state")).isEqualTo("degraded");
        assertThat(list.at("/items/0/providers/0/state")).isEqualTo("failed");
        assertThat(list.at("/items/0/providers/0/reason/text")).isEqualTo("Aquí no hay motor");
    }

    @Test
    void trialMissesWhatSomebodyConfigured() throws Exception {
        String file = "kind: messaging\nname: engine\nfactory: engine\n";
        TestClient.Answer list = listed(true, file, "en");
        assertThat(list.at("/items/0/providers/0/state")).isEqualTo("failed");
        assertThat(list.at("/items/0/providers/0/reason/text"))
                .isEqualTo("There is no engine here");
    }
}
