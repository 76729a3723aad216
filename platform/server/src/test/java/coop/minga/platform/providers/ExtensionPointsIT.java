package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.Eventually;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.plugin.testkit.SourceJar;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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

/** Two real plugins that could carry the mail, and an operator who says which does. */
@SuppressWarnings("NullAway.Init")
final class ExtensionPointsIT {

    private static final String POINTS = "/api/v1/admin/extension-points";
    private static final String MAIL = POINTS + "/messaging.mail";

    private static final String CHANNEL =
            """
            package sample;
            import coop.minga.plugin.api.*;
            import coop.minga.plugin.api.messaging.*;
            import java.util.*;
            public final class Channel implements MessagingFactory {
                public ProviderDescriptor descriptor() {
                    return ProviderDescriptor.of("NAME", Kind.MESSAGING, Text.of("NAME"), Text.of("Mail", "Correo"))
                            .withCapabilities("mail");
                }
                public MessagingChannel open(ProviderContext context, ProviderConfig config) {
                    return new MessagingChannel() {
                        public SendResult send(Call call, Message message) { return SendResult.sent("1"); }
                        public Optional<SendResult> find(Call call, IdempotencyKey key) { return Optional.empty(); }
                        public ProbeResult probe(Call call) { return ProbeResult.of(List.of()); }
                        public void close() { }
                    };
                }
            }
            """;

    @TempDir Path folder;
    private PluginYard yard;
    private PluginService plugins;
    private ProviderService providers;
    private ExtensionPoints points;
    private TestHttp http;

    @BeforeEach
    void open() throws IOException {
        yard = new PluginYard(folder);
        Files.createDirectories(folder.resolve("config/providers"));
        plugins = yard.service();
        providers =
                new ProviderService(
                        new ProvidersConfig(
                                folder.resolve("config/providers"),
                                folder.resolve("config/secrets"),
                                folder.resolve("data"),
                                "host-1",
                                () -> URI.create("http://localhost:8080"),
                                true,
                                Map.of(),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1)),
                        yard.database().db(),
                        new SecretBox(new byte[SecretBox.KEY_BYTES], new SecureRandom()),
                        yard.audit(),
                        yard.events(),
                        new SimpleMeterRegistry(),
                        Clock.systemUTC());
        plugins.observe(providers);
        points =
                new ExtensionPoints(
                        providers, yard.database().db(), yard.audit(), Clock.systemUTC());
        http = TestHttp.serving(yard.database().db(), new ExtensionRoutes(points));
        drop("alpha");
        drop("beta");
        providers.start();
        plugins.start();
        Eventually.until("both work", () -> working("alpha") && working("beta"));
    }

    @AfterEach
    void close() {
        http.close();
        providers.close();
        plugins.close();
        yard.close();
    }

    private void drop(String name) {
        yard.drop(
                name + ".jar",
                SourceJar.plugin(name)
                        .manifest("Minga-Kinds", "messaging")
                        .extension("sample.Channel", CHANNEL.replace("NAME", name)));
    }

    private boolean working(String name) {
        return providers.list().stream()
                .anyMatch(view -> view.ref().name().equals(name) && view.state().takesWork());
    }

    private TestClient admin() {
        return http.client(http.signIn(Role.ADMIN));
    }

    private JsonNode mail() {
        for (JsonNode point : admin().get(POINTS).json().at("/items")) {
            if (point.at("/id").asText().equals("messaging.mail")) {
                return point;
            }
        }
        throw new AssertionError("no point for mail");
    }

    @Test
    void chosenChannelServesAndNobodyTakesItsPlaceUnasked() {
        assertThat(mail().at("/choice").asText()).isEqualTo("one");
        assertThat(mail().at("/candidates").findValuesAsText("name"))
                .containsExactly("alpha", "beta");
        assertThat(mail().at("/serving").asText()).isEqualTo("alpha");
        assertThat(mail().has("chosen")).isFalse();

        TestClient.Answer chosen = admin().put(MAIL, Map.of("provider", "beta"));
        assertThat(chosen.status()).as(chosen.text()).isEqualTo(200);
        assertThat(chosen.at("/chosen")).isEqualTo("beta");
        assertThat(points.serving(ExtensionPoint.MAIL)).hasValue("beta");

        yard.delete("beta.jar");
        Eventually.until("it is gone", () -> !working("beta"));
        assertThat(points.serving(ExtensionPoint.MAIL)).isEmpty();

        assertThat(admin().put(MAIL, Map.of()).status()).isEqualTo(200);
        assertThat(points.serving(ExtensionPoint.MAIL)).hasValue("alpha");
        long written =
                yard.database()
                        .db()
                        .read(handle ->
                                handle.createQuery(
                                                """
                                                select count(*) from audit_entries
                                                where action = 'extension-point.chosen'
                                                """)
                                        .mapTo(Long.class)
                                        .one());
        assertThat(written).isEqualTo(2);
    }

    @Test
    void wrongChoicesAreRefusedWithWhatIsWrong() {
        TestClient.Answer nobody = admin().put(MAIL, Map.of("provider", "gamma"));
        assertThat(nobody.status()).isEqualTo(400);
        assertThat(nobody.at("/errors/0/pointer")).isEqualTo("/provider");
        assertThat(admin().put(POINTS + "/compute", Map.of("provider", "alpha")).at("/code"))
                .isEqualTo("extensions.no-choice");
        assertThat(admin().put(POINTS + "/nothing", Map.of()).status()).isEqualTo(404);
        assertThat(http.client(http.signIn()).get(POINTS).status()).isEqualTo(403);
        assertThat(http.client(http.signIn(Role.SUPPORT)).put(MAIL, Map.of()).status())
                .isEqualTo(403);
    }
}
