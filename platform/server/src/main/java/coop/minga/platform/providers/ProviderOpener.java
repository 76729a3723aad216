package coop.minga.platform.providers;

import coop.minga.platform.db.Db;
import coop.minga.platform.plugins.BoundedCall;
import coop.minga.platform.plugins.FlightRecorder.Flight;
import coop.minga.platform.plugins.FlightRecorder.Phase;
import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;

import io.micrometer.core.instrument.MeterRegistry;

import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Opens providers: reads their values by the factory's schema and hands them their context. */
final class ProviderOpener implements AutoCloseable {

    private static final Duration OPEN_WITHIN = Duration.ofSeconds(5);

    /** How opening ended. */
    sealed interface Opening {

        /** It is open. */
        record Opened(Open open) implements Opening {}

        /** It is not, and nothing of it is left. */
        record NotOpened(Reason why) implements Opening {}
    }

    private final ProvidersConfig config;
    private final Db db;
    private final ProviderStore store;
    private final MeterRegistry meters;
    private final Clock clock;
    private final BiConsumer<ProviderRef, IdempotencyKey> changes;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    /**
     * @param changes told when a provider says that something changed on the vendor's side
     */
    ProviderOpener(
            ProvidersConfig config,
            Db db,
            ProviderStore store,
            MeterRegistry meters,
            Clock clock,
            BiConsumer<ProviderRef, IdempotencyKey> changes) {
        this.config = config;
        this.db = db;
        this.store = store;
        this.meters = meters;
        this.clock = clock;
        this.changes = changes;
    }

    /**
     * @param refused told when the vendor refuses the configuration
     */
    Opening open(Setup setup, FactoryEntry factory, Consumer<ProviderException> refused) {
        if (factory.descriptor().trialOnly() && !config.trial()) {
            return new Opening.NotOpened(
                    Reason.of(
                            "trial-only",
                            "This provider is made for trials and is not used in production.",
                            "Este proveedor es solo para pruebas y no se usa en producción."));
        }
        ConfigSchema schema = factory.descriptor().schema();
        Reading reading =
                setup.source() == Source.FILE
                        ? ConfigReader.readFile(schema, setup.values())
                        : ConfigReader.read(schema, setup.values());
        return switch (reading) {
            case Reading.Valid(ProviderConfig values) ->
                    open(setup.ref(), factory, values, refused);
            case Reading.Invalid invalid ->
                    new Opening.NotOpened(
                            new Reason(
                                    "bad-config",
                                    Text.of(invalid.summary("en"), invalid.summary("es"))));
        };
    }

    /** Opens with values that fit the schema. */
    Opening open(
            ProviderRef ref,
            FactoryEntry factory,
            ProviderConfig values,
            Consumer<ProviderException> refused) {
        ProviderGuard guard =
                new ProviderGuard(
                        ref,
                        factory.loader(),
                        factory.flight(),
                        factory.descriptor().limits(),
                        clock,
                        meters,
                        refused);
        HostContext context = context(ref, factory, values);
        BoundedCall.Result<Provider> result =
                BoundedCall.run(
                        "provider-open-" + ref,
                        factory.loader(),
                        OPEN_WITHIN,
                        () -> recorded(factory, context, values),
                        late -> Held.close(new Open(late, guard, factory), ref));
        return switch (result) {
            case BoundedCall.Returned<Provider>(Provider provider) ->
                    new Opening.Opened(new Open(provider, guard, factory));
            case BoundedCall.Threw<Provider>(Throwable thrown) -> {
                guard.close();
                yield new Opening.NotOpened(failed(thrown));
            }
            case BoundedCall.TimedOut<Provider> _ -> {
                guard.close();
                yield new Opening.NotOpened(
                        Reason.of(
                                "open-timed-out",
                                "It could not be opened within 5 seconds.",
                                "No se pudo abrir en 5 segundos."));
            }
        };
    }

    private static Provider recorded(
            FactoryEntry factory, HostContext context, ProviderConfig values) {
        Flight flight = factory.flight();
        flight.enter(Phase.CALL);
        try {
            return Objects.requireNonNull(factory.factory().open(context, values));
        } finally {
            flight.leave(Phase.CALL);
        }
    }

    private static Reason failed(Throwable thrown) {
        Text why =
                thrown instanceof ProviderException known
                        ? known.reason()
                        : Text.of(thrown.getClass().getSimpleName() + ": " + thrown.getMessage());
        return Reason.of(
                "open-failed",
                "It could not be opened: " + why.in("en"),
                "No se pudo abrir: " + why.in("es"));
    }

    private HostContext context(ProviderRef ref, FactoryEntry factory, ProviderConfig values) {
        return new HostContext(
                ref.name(),
                config.hostId(),
                clock,
                new QuietLogger("plugin." + factory.pluginId() + "." + ref.name()),
                new MeteredMetrics(meters, ref),
                new DeclaredHttp(
                        http,
                        DeclaredHosts.of(factory.hosts(), factory.descriptor().schema(), values),
                        clock),
                new DatabaseState(db, store, ref),
                config.dataDirectory().resolve(ref.kind().id()).resolve(ref.name()),
                config.publicUrl(),
                key -> changes.accept(ref, key));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
