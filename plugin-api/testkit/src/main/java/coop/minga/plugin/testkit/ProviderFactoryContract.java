package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.loader.config.SchemaCheck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What every factory and every provider keeps to, whatever its kind. The contracts of the extension
 * points extend this one.
 *
 * @param <P> the kind of provider
 */
public abstract class ProviderFactoryContract<P extends Provider> {

    @TempDir Path folder = Path.of(".");

    private final List<Provider> opened = new ArrayList<>();
    private final Map<String, RecordingContext> contexts = new HashMap<>();

    /** A new factory, as the host would make it. */
    protected abstract ProviderFactory<P> factory();

    /** Raw values, as in a configuration file, of an instance that works in this test. */
    protected Map<String, Object> config() {
        return Map.of();
    }

    /** The same with credentials the vendor refuses; empty where there are none. */
    protected Optional<Map<String, Object>> wrongCredentials() {
        return Optional.empty();
    }

    /** The context of this test's host; the same at every call of one test. */
    protected final RecordingContext context() {
        return context("test-host");
    }

    /** The context of another host on the same vendor account. */
    protected final RecordingContext context(String hostId) {
        return contexts.computeIfAbsent(
                hostId,
                id -> new RecordingContext("test", id, Clock.systemUTC(), folder.resolve(id)));
    }

    /** Opens a provider with {@link #config()}; closed after the test. */
    protected final P open() {
        return open(context(), config());
    }

    protected final P open(RecordingContext context, Map<String, Object> raw) {
        P provider = factory().open(context, read(factory().descriptor().schema(), raw));
        opened.add(provider);
        return provider;
    }

    /** Reads raw values as the host would; fails the test when they do not fit. */
    protected static ProviderConfig read(ConfigSchema schema, Map<String, Object> raw) {
        return switch (ConfigReader.readFile(schema, raw)) {
            case Reading.Valid valid -> valid.config();
            case Reading.Invalid invalid ->
                    throw new AssertionError(
                            "The values do not fit the schema: " + invalid.summary("en"));
        };
    }

    @AfterEach
    final void closeProviders() {
        // The newest first; a contract's own cleaning has run before.
        for (Provider provider : opened.reversed()) {
            provider.close();
        }
    }

    @Test
    public void descriptorIsStable() {
        ProviderDescriptor first = factory().descriptor();
        assertThat(factory().descriptor()).isEqualTo(first);
        ProviderFactory<P> factory = factory();
        assertThat(factory.descriptor()).isEqualTo(factory.descriptor());
    }

    @Test
    public void factoryIsOfTheKindItNames() {
        Kind kind = factory().descriptor().kind();
        assertThat(factory()).isInstanceOf(LoadedPlugin.factoryType(kind));
    }

    @Test
    public void descriptorSpeaksEnglishAndSpanish() {
        ProviderDescriptor descriptor = factory().descriptor();
        requireBothLanguages("summary", descriptor.summary());
        assertThat(descriptor.title().in("en")).isNotBlank();
        requireBothLanguages(descriptor.schema());
    }

    @Test
    public void schemaMakesSense() {
        assertThat(SchemaCheck.problems(factory().descriptor().schema())).isEmpty();
    }

    @Test
    public void unknownKeyIsRefused() {
        Map<String, Object> raw = new LinkedHashMap<>(config());
        raw.put("zz_no_such_setting", "x");
        assertThat(ConfigReader.readFile(factory().descriptor().schema(), raw))
                .isInstanceOfSatisfying(
                        Reading.Invalid.class,
                        invalid -> assertThat(invalid.summary("en")).contains("zz_no_such"));
    }

    @Test
    public void openReturnsAtOnce() {
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> open().close());
    }

    @Test
    public void probeExplainsItself() {
        ProbeResult result = open().probe(Calls.fresh());
        for (ProbeResult.Check check : result.checks()) {
            assertThat(check.name().in("en")).isNotBlank();
            if (!check.ok()) {
                assertThat(check.detail().in("en")).isNotBlank();
                requireBothLanguages("fix of " + check.name(), check.fix());
            }
        }
        if (result.status() != ProbeResult.Status.READY) {
            assertThat(result.reason().in("en")).isNotBlank();
        }
    }

    @Test
    public void closingTwiceIsHarmless() {
        P provider = open();
        provider.close();
        assertThatCode(provider::close).doesNotThrowAnyException();
    }

    @Test
    public void secretsStayOutOfWhatIsPrinted() {
        List<String> secrets = secrets();
        P provider = open();
        ProbeResult result = provider.probe(Calls.fresh());
        List<String> printed = new ArrayList<>(context().logged());
        printed.add(provider.toString());
        printed.add(result.toString());
        printed.add(factory().toString());
        for (String secret : secrets) {
            assertThat(printed).noneMatch(text -> text.contains(secret));
        }
    }

    @TestFactory
    public Stream<DynamicTest> wrongCredentialsAreSaidToBeWrong() {
        return wrongCredentials().stream()
                .map(wrong ->
                        DynamicTest.dynamicTest("probe", () -> requireUnauthenticated(wrong)));
    }

    private void requireUnauthenticated(Map<String, Object> wrong) {
        P provider = open(context("host-without-rights"), wrong);
        try {
            ProbeResult result = provider.probe(Calls.fresh());
            assertThat(result.status()).isEqualTo(ProbeResult.Status.FAILED);
        } catch (ProviderException e) {
            assertThat(e.code()).isEqualTo(ProviderException.Code.UNAUTHENTICATED);
        }
    }

    private List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        ProviderConfig values = read(factory().descriptor().schema(), config());
        for (Field field : factory().descriptor().schema().fields()) {
            if (field.type() instanceof FieldType.Secret) {
                values.optionalText(field.name()).ifPresent(secrets::add);
            }
        }
        return secrets;
    }

    /** Fails unless every explanation of the schema is there in English and Spanish. */
    protected static void requireBothLanguages(ConfigSchema schema) {
        for (Field field : schema.fields()) {
            assertThat(field.label().in("en")).as("label of " + field.name()).isNotBlank();
            if (!field.help().in("en").isEmpty()) {
                requireBothLanguages("help of " + field.name(), field.help());
            }
        }
    }

    /** Fails unless the text is there in English and Spanish. */
    protected static void requireBothLanguages(String what, Text text) {
        assertThat(text.byLanguage()).as(what).containsKeys("en", "es");
        assertThat(text.in("en")).as(what).isNotBlank();
        assertThat(text.in("es")).as(what).isNotBlank();
    }

    /** Makes a call that may find the vendor unreachable, and nothing worse. */
    static void quietly(Runnable call) {
        try {
            call.run();
        } catch (ProviderException e) {
            assertThat(e.code())
                    .isIn(ProviderException.Code.UNAVAILABLE, ProviderException.Code.LIMIT);
        }
    }

    /** Fails unless a call to a vendor that hangs ends when its thread is interrupted. */
    final void requireInterruptible(AutoCloseable stalled, Consumer<P> call) throws Exception {
        CompletableFuture<Boolean> restored = new CompletableFuture<>();
        try (stalled) {
            P provider = open(context("stalled-host"), config());
            Thread caller =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                quietly(() -> call.accept(provider));
                                restored.complete(Thread.currentThread().isInterrupted());
                            });
            try {
                restored.get(300, TimeUnit.MILLISECONDS);
                throw new AssertionError("stall() did not make the call hang");
            } catch (TimeoutException _) {
                caller.interrupt();
            }
            assertThat(restored.get(5, TimeUnit.SECONDS))
                    .as("the interrupt is still there")
                    .isTrue();
        }
    }

    /** Runs the same thing on eight threads at the same moment. */
    protected static <T> List<T> fromEightThreads(Callable<T> task) {
        int count = 8;
        CyclicBarrier start = new CyclicBarrier(count);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                futures.add(
                        threads.submit(() -> {
                            start.await(30, TimeUnit.SECONDS);
                            return task.call();
                        }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(2, TimeUnit.MINUTES));
            }
            return Collections.unmodifiableList(results);
        } catch (ExecutionException e) {
            throw new AssertionError("One of eight parallel calls failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (TimeoutException e) {
            throw new AssertionError("Eight parallel calls did not end", e);
        }
    }
}
