package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.TestClient;
import coop.minga.platform.http.TestHttp;
import coop.minga.platform.plugins.PluginRoutes;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.PluginYard;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.SourceJar;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Providers on real plugins, a real database and real HTTP. */
@SuppressWarnings("NullAway.Init")
final class ProviderServiceIT {

    private static final String PROVIDERS = "/api/v1/admin/providers";
    private static final String ONE = PROVIDERS + "/compute/quito";

    /** A backend with a key that must be "right"; hangs on demand when its images are asked. */
    private static final String BACKEND =
            """
            package sample;
            import coop.minga.plugin.api.*;
            import coop.minga.plugin.api.compute.*;
            import coop.minga.plugin.api.config.*;
            import java.util.*;
            public final class Backend implements ComputeBackendFactory {
                public ProviderDescriptor descriptor() {
                    return ProviderDescriptor.of("fake", Kind.COMPUTE, Text.of("Fake"),
                                    Text.of("A fake", "Un simulacro"))
                            .withCapabilities(Need.USERLAND)
                            .withSchema(ConfigSchema.of(
                                    Field.of("endpoint", FieldType.url("https"), Text.of("Address", "Dirección")).needed(),
                                    Field.of("api_key", FieldType.secret(), Text.of("Key", "Clave")).needed(),
                                    Field.of("slots", FieldType.integer(1, 99), Text.of("Slots", "Cupos")).or("4")));
                }
                public ComputeBackend open(ProviderContext context, ProviderConfig config) {
                    context.state().put("opened", "{}");
                    return new ComputeBackend() {
                        public ProbeResult probe(Call call) {
                            boolean right = config.text("api_key").equals("right");
                            Text key = Text.of("Key", "Clave");
                            return ProbeResult.of(List.of(right
                                    ? ProbeResult.Check.passed(key, "accepted")
                                    : ProbeResult.Check.failed(key, "refused", Text.of("Write the right one.", "Escribe la correcta."))));
                        }
                        public Capacity capacity(Call call) {
                            int slots = (int) config.integer("slots");
                            return Capacity.of(new Size(slots, slots, slots), new Size(0, 0, 0));
                        }
                        public List<Image> images(Call call) {
                            while (true) {
                                try { Thread.sleep(1000); } catch (InterruptedException e) { return List.of(); }
                            }
                        }
                        public CreateResult create(Call call, CreateInstance request) {
                            throw new ProviderException(ProviderException.Code.UNAUTHENTICATED, "the key was withdrawn");
                        }
                        public Optional<InstanceHandle> find(Call call, IdempotencyKey key) { return Optional.empty(); }
                        public Observation observe(Call call, InstanceHandle handle) { return Observation.gone(handle); }
                        public void power(Call call, InstanceHandle handle, PowerAction action) { }
                        public void destroy(Call call, InstanceHandle handle) { }
                        public Page<Observation> list(Call call, Page.Token token) { return Page.last(List.of()); }
                        public void close() { context.state().delete("opened"); }
                    };
                }
            }
            """;

    @TempDir Path folder;
    private PluginYard yard;
    private PluginService plugins;
    private ProviderService providers;
    private final byte[] masterKey = new byte[SecretBox.KEY_BYTES];

    @BeforeEach
    void open() throws IOException {
        yard = new PluginYard(folder);
        Files.createDirectories(folder.resolve("config/providers"));
        plugins = yard.service();
        providers = service(Map.of("QUITO_KEY", "right"), true);
        plugins.observe(providers);
    }

    @AfterEach
    void close() {
        providers.close();
        plugins.close();
        yard.close();
    }

    private ProviderService service(Map<String, String> environment, boolean trial) {
        ProvidersConfig config =
                new ProvidersConfig(
                        folder.resolve("config/providers"),
                        folder.resolve("config/secrets"),
                        folder.resolve("data"),
                        "host-1",
                        () -> URI.create("http://localhost:8080"),
                        trial,
                        environment,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1));
        return new ProviderService(
                config,
                yard.database().db(),
                new SecretBox(masterKey, new SecureRandom()),
                yard.audit(),
                yard.events(),
                new SimpleMeterRegistry(),
                Clock.systemUTC());
    }

    private static SourceJar backend() {
        return SourceJar.plugin("compute-fake")
                .manifest("Minga-Kinds", "compute")
                .extension("sample.Backend", BACKEND);
    }

    private void file(String name, String text) throws IOException {
        Files.writeString(folder.resolve("config/providers").resolve(name), text);
    }

    private static final String QUITO_FILE =
            """
            kind: compute
            name: quito
            factory: fake
            config:
              endpoint: https://quito.example.org
              api_key: ${env:QUITO_KEY}
              slots: "7"
            """;

    private void start() throws InterruptedException {
        providers.start();
        plugins.start();
        assertThat(providers.awaitSettled(Duration.ofSeconds(20))).isTrue();
    }

    private ProviderState state(Kind kind, String name) {
        return providers.find(kind, name).map(ProviderView::state).orElse(ProviderState.CLOSED);
    }

    private static Map<String, Object> body(Map<String, Object> config) {
        return Map.of("factory", "fake", "config", config);
    }

    @Test
    void providerOfAFileIsOpenedAndReadOnly() throws Exception {
        file("quito.yaml", QUITO_FILE);
        yard.drop("fake.jar", backend());
        start();
        assertThat(state(Kind.COMPUTE, "quito")).isEqualTo(ProviderState.READY);
        Guarded<ComputeBackend> quito =
                providers.get(Kind.COMPUTE, "quito", ComputeBackend.class).orElseThrow();
        assertThat(
                        quito.call(Ask.reading("capacity"), ComputeBackend::capacity)
                                .answer()
                                .orElseThrow()
                                .total()
                                .memoryMb())
                .isEqualTo(7);
        try (TestHttp http =
                TestHttp.serving(yard.database().db(), new ProviderRoutes(providers))) {
            TestClient admin = http.client(http.signIn(Role.ADMIN));
            TestClient.Answer shown = admin.get(ONE);
            assertThat(shown.json().at("/read_only").asBoolean()).isTrue();
            assertThat(shown.at("/source")).isEqualTo("file");
            assertThat(shown.text()).doesNotContain("right");
            assertThat(admin.put(ONE, body(Map.of())).at("/code")).isEqualTo("providers.read-only");
            assertThat(admin.delete(ONE).status()).isEqualTo(409);
            TestClient.Answer test = admin.post(ONE + "/test", body(Map.of()));
            assertThat(test.at("/checks/0/ok")).isEqualTo("true");
        }
    }

    @Test
    void offeringThatNeedsNothingIsOpenedByItself() throws Exception {
        yard.drop("hello.jar", SourceJar.offering("hello"));
        start();
        assertThat(state(Kind.OFFERING, "hello")).isEqualTo(ProviderState.READY);
        assertThat(providers.get(Kind.OFFERING, "hello", OfferingBlueprint.class)).isPresent();
        assertThat(providers.checkoutSchema("hello", "es").orElseThrow())
                .containsEntry("type", "object");
        assertThat(providers.checkoutSchema("nothing", "es")).isEmpty();
    }

    @Test
    void droppedOfferingCanBeOrderedSoonAndDeletedOneIsDrained() throws Exception {
        start();
        yard.drop("hello.jar", SourceJar.offering("hello"));
        Eventually.until(
                "hello is ready",
                Duration.ofSeconds(2),
                () -> state(Kind.OFFERING, "hello") == ProviderState.READY);
        yard.delete("hello.jar");
        Eventually.until(
                "hello is gone",
                Duration.ofSeconds(4),
                () -> providers.find(Kind.OFFERING, "hello").isEmpty());
    }

    @Test
    void providerIsConfiguredChangedTestedAndRemovedOverHttp() throws Exception {
        yard.drop("fake.jar", backend());
        start();
        try (TestHttp http =
                TestHttp.serving(
                        yard.database().db(),
                        new ProviderRoutes(providers),
                        new PluginRoutes(plugins, new ProviderRoutes(providers)::of))) {
            TestClient admin = http.client(http.signIn(Role.ADMIN));
            TestClient viewer = http.client(http.signIn(Role.VIEWER));

            TestClient.Answer factories = admin.get("/api/v1/admin/provider-factories");
            assertThat(factories.at("/items/0/factory")).isEqualTo("fake");
            assertThat(factories.at("/items/0/schema/properties/api_key/x-secret"))
                    .isEqualTo("true");

            assertThat(admin.get(ONE).status()).isEqualTo(404);
            Map<String, Object> values =
                    Map.of("endpoint", "https://quito.example.org", "api_key", "wrong");
            TestClient.Answer bad =
                    admin.put(ONE, body(Map.of("endpoint", "ftp://x", "api_key", "k", "slotz", 1)));
            assertThat(bad.status()).isEqualTo(400);
            assertThat(bad.text()).contains("/config/endpoint", "/config/slotz", "slots");
            assertThat(viewer.put(ONE, body(values)).status()).isEqualTo(403);

            TestClient.Answer tested = admin.post(ONE + "/test", body(values));
            assertThat(tested.at("/checks/0/ok")).isEqualTo("false");
            assertThat(tested.at("/checks/0/fix")).isEqualTo("Write the right one.");

            TestClient.Answer made = admin.put(ONE, body(values));
            assertThat(made.status()).isEqualTo(200);
            assertThat(made.text()).doesNotContain("wrong");
            assertThat(made.at("/secrets_set/0")).isEqualTo("api_key");
            Eventually.until(
                    "it failed", () -> state(Kind.COMPUTE, "quito") == ProviderState.FAILED);
            assertThat(admin.get(ONE).at("/reason/text")).isEqualTo("refused");
            assertThat(providers.get(Kind.COMPUTE, "quito", ComputeBackend.class)).isEmpty();
            String etag = made.headers().get("etag");
            assertThat(etag).isNotNull();

            Map<String, Object> right =
                    Map.of("endpoint", "https://quito.example.org", "api_key", "right");
            assertThat(admin.put(ONE, body(right)).status()).isEqualTo(412);
            TestClient.Answer changed = admin.header("If-Match", etag).put(ONE, body(right));
            assertThat(changed.status()).isEqualTo(200);
            assertThat(admin.header("If-Match", etag).put(ONE, body(right)).status())
                    .isEqualTo(412);
            Eventually.until(
                    "it is ready", () -> state(Kind.COMPUTE, "quito") == ProviderState.READY);

            // Without the secret, it stays as it is.
            String newest = Optional.ofNullable(changed.headers().get("etag")).orElseThrow();
            assertThat(
                            admin.header("If-Match", newest)
                                    .put(
                                            ONE,
                                            body(
                                                    Map.of(
                                                            "endpoint",
                                                            "https://quito.example.org",
                                                            "slots",
                                                            9)))
                                    .status())
                    .isEqualTo(200);
            Eventually.until(
                    "it is ready again", () -> state(Kind.COMPUTE, "quito") == ProviderState.READY);
            assertThat(admin.get(ONE).json().at("/config/slots").asInt()).isEqualTo(9);
            assertThat(admin.get("/api/v1/admin/plugins").at("/items/0/providers/0/name"))
                    .isEqualTo("quito");
            assertThat(admin.get("/api/v1/admin/plugins").at("/items/0/state")).isEqualTo("ready");
            requireSealed();

            AtomicBoolean inUse = new AtomicBoolean(true);
            providers.beforeRemoval(ref ->
                    inUse.get() ? Optional.of(Text.of("It holds 2 machines.")) : Optional.empty());
            TestClient.Answer held = admin.delete(ONE);
            assertThat(held.status()).isEqualTo(409);
            assertThat(held.at("/code")).isEqualTo("providers.in-use");
            assertThat(held.text()).contains("2 machines");
            assertThat(providers.inUse("compute-fake")).isPresent();
            assertThat(providers.inUse("another")).isEmpty();
            assertThat(state(Kind.COMPUTE, "quito")).isEqualTo(ProviderState.READY);
            inUse.set(false);
            assertThat(admin.delete(ONE).status()).isEqualTo(204);
            assertThat(admin.get(ONE).status()).isEqualTo(404);
            assertThat(admin.get(PROVIDERS).json().at("/items")).isEmpty();
        }
        assertThat(yard.audit().verify()).isEmpty();
    }

    private void requireSealed() {
        byte[] sealed =
                yard.database()
                        .db()
                        .read(handle ->
                                handle.createQuery("select secrets from provider_configs")
                                        .mapTo(byte[].class)
                                        .one());
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("right");
        String rows =
                yard.database()
                        .db()
                        .read(handle ->
                                handle.createQuery(
                                                "select string_agg(to_jsonb(a)::text, ' ')"
                                                        + " from audit_entries a")
                                        .mapTo(String.class)
                                        .one());
        assertThat(rows).contains("provider.saved").doesNotContain("\"right\"");
    }

    @Test
    void storedProviderIsThereAfterARestartAndWaitsForItsPlugin() throws Exception {
        yard.drop("fake.jar", backend());
        start();
        PluginService.Actor actor = new PluginService.Actor("acc_x", "127.0.0.1", "0".repeat(32));
        providers
                .editor()
                .save(
                        actor,
                        new ProviderRef(Kind.COMPUTE, "quito"),
                        "fake",
                        Map.of("endpoint", "https://quito.example.org", "api_key", "right"),
                        Optional.empty(),
                        "en");
        Eventually.until("ready", () -> state(Kind.COMPUTE, "quito") == ProviderState.READY);
        yard.delete("fake.jar");
        Eventually.until(
                "it waits", () -> state(Kind.COMPUTE, "quito") == ProviderState.CONFIGURED);
        assertThat(providers.find(Kind.COMPUTE, "quito").orElseThrow().reason()).isNotNull();
        providers.close();
        plugins.close();

        plugins = yard.service();
        providers = service(Map.of(), true);
        plugins.observe(providers);
        start();
        assertThat(state(Kind.COMPUTE, "quito")).isEqualTo(ProviderState.CONFIGURED);
        yard.drop("fake.jar", backend());
        Eventually.until("ready again", () -> state(Kind.COMPUTE, "quito") == ProviderState.READY);
    }

    @Test
    void sameNameInFileAndDatabaseStopsTheStart() throws Exception {
        yard.drop("fake.jar", backend());
        start();
        providers
                .editor()
                .save(
                        new PluginService.Actor("acc_x", "127.0.0.1", "0".repeat(32)),
                        new ProviderRef(Kind.COMPUTE, "quito"),
                        "fake",
                        Map.of("endpoint", "https://quito.example.org", "api_key", "right"),
                        Optional.empty(),
                        "en");
        file("quito.yaml", QUITO_FILE);
        assertThatThrownBy(() -> service(Map.of("QUITO_KEY", "right"), true).start())
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("compute/quito");
    }

    @Test
    void wrongFileStopsTheStartNamingIt() throws Exception {
        for (String text :
                List.of(
                        "kind: compute\nname: quito\nfactory: fake\nconfi: {}\n",
                        "kind: teleport\nname: quito\nfactory: fake\n",
                        "kind: compute\nname: Not A Name\nfactory: fake\n",
                        "kind: compute\nname: quito\n",
                        "kind: compute\nkind: compute\nname: quito\nfactory: fake\n",
                        "kind: compute\nname: quito\nfactory: fake\nconfig: {a: '${env:NOPE}'}\n",
                        "[",
                        "just text")) {
            file("broken.yaml", text);
            assertThatThrownBy(() -> service(Map.of(), true).start())
                    .as(text)
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("broken.yaml");
        }
    }

    @Test
    void refusedCredentialsMarkTheProviderFailedUntilItRecovers() throws Exception {
        file("quito.yaml", QUITO_FILE);
        yard.drop("fake.jar", backend());
        start();
        Guarded<ComputeBackend> quito =
                providers.get(Kind.COMPUTE, "quito", ComputeBackend.class).orElseThrow();
        Outcome<Integer> outcome =
                quito.call(
                        Ask.reading("create"),
                        (backend, call) -> {
                            backend.create(call, null);
                            return 1;
                        });
        assertThat(outcome.problem()).contains("UNAUTHENTICATED");
        assertThat(state(Kind.COMPUTE, "quito")).isEqualTo(ProviderState.FAILED);
        Eventually.until(
                "it recovered by itself",
                () -> state(Kind.COMPUTE, "quito") == ProviderState.READY);
    }

    @Test
    void hangingProviderDoesNotKeepItsPluginFromBeingRemoved() throws Exception {
        file("quito.yaml", QUITO_FILE);
        yard.drop("fake.jar", backend());
        start();
        Guarded<ComputeBackend> quito =
                providers.get(Kind.COMPUTE, "quito", ComputeBackend.class).orElseThrow();
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> quito.call(Ask.reading("images"), ComputeBackend::images));
        yard.delete("fake.jar");
        Eventually.until(
                "it is drained",
                Duration.ofSeconds(20),
                () -> state(Kind.COMPUTE, "quito") == ProviderState.CONFIGURED);
        caller.join(Duration.ofSeconds(10));
        assertThat(caller.isAlive()).isFalse();
    }
}
