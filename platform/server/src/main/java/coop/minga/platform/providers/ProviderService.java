package coop.minga.platform.providers;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Json;
import coop.minga.platform.plugins.BoundedCall;
import coop.minga.platform.plugins.PluginObserver;
import coop.minga.platform.plugins.PluginService;
import coop.minga.platform.plugins.Reason;
import coop.minga.platform.plugins.StartedPlugin;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.api.events.EventListener;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.loader.Contribution;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;
import coop.minga.plugin.loader.config.SchemaJson;

import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The configured providers: opened when their plugin starts, looked at again and again, drained
 * when it stops or their configuration changes. Thread-safe.
 */
public final class ProviderService implements PluginObserver, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderService.class);
    private static final String CACHE_NAME = "providers";
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(5);
    private static final Duration RECOVERY_INTERVAL = Duration.ofSeconds(10);

    private final ProvidersConfig config;
    private final Db db;
    private final SecretBox secrets;
    private final Audit audit;
    private final Events events;
    private final MeterRegistry meters;
    private final Clock clock;
    private final ProviderStore store = new ProviderStore();
    private final HttpClient http =
            HttpClient.newBuilder()
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
    private final ExecutorService work =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("providers-", 0).factory());
    private final AtomicInteger busy = new AtomicInteger();
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<ProviderRef, Setup> files = new TreeMap<>();
    private final Map<ProviderRef, Setup> stored = new TreeMap<>();
    private final Map<ProviderRef, FactoryEntry> factories = new ConcurrentHashMap<>();
    private final Map<ProviderRef, Held> held = new ConcurrentSkipListMap<>();
    private final List<BiConsumer<ProviderRef, IdempotencyKey>> changeListeners =
            new CopyOnWriteArrayList<>();
    private final List<Consumer<ProviderView>> stateListeners = new CopyOnWriteArrayList<>();
    private final List<Function<ProviderRef, Optional<Text>>> removalChecks =
            new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    public ProviderService(
            ProvidersConfig config,
            Db db,
            SecretBox secrets,
            Audit audit,
            Events events,
            MeterRegistry meters,
            Clock clock) {
        this.config = config;
        this.db = db;
        this.secrets = secrets;
        this.audit = audit;
        this.events = events;
        this.meters = meters;
        this.clock = clock;
        events.onInvalidate(CACHE_NAME, name -> work.execute(this::reloadStored));
    }

    /**
     * Hears when a provider comes, goes, or changes its state; called on the providers' own
     * threads.
     */
    public void onState(Consumer<ProviderView> listener) {
        stateListeners.add(listener);
    }

    /** Hears when a provider says that something changed on the vendor's side. */
    public void onChange(BiConsumer<ProviderRef, IdempotencyKey> listener) {
        changeListeners.add(listener);
    }

    /** Asked before a provider is deleted; a text means no, and why. */
    public void beforeRemoval(Function<ProviderRef, Optional<Text>> check) {
        removalChecks.add(check);
    }

    /**
     * Reads files and database; before plugins start.
     *
     * @throws CannotStart when a file is wrong, or a provider is defined in both places
     */
    public void start() {
        files.putAll(new SetupFiles(config).read());
        stored.putAll(readStored());
        for (ProviderRef ref : files.keySet()) {
            if (stored.containsKey(ref)) {
                throw new CannotStart(
                        "The provider "
                                + ref
                                + " is defined in "
                                + config.files()
                                + " and in the database. Move the file away, or start without it"
                                + " and delete the provider in the browser.");
            }
        }
        changing.lock();
        try {
            files.values().forEach(this::hold);
            stored.values().forEach(this::hold);
        } finally {
            changing.unlock();
        }
        Thread.ofVirtual().name("providers-probe").start(this::probeForEver);
    }

    private Map<ProviderRef, Setup> readStored() {
        Map<ProviderRef, Setup> setups = new TreeMap<>();
        for (ProviderStore.Row row : db.read(store::all)) {
            setups.put(ProviderStore.ref(row), setup(row));
        }
        return setups;
    }

    private Setup setup(ProviderStore.Row row) {
        ProviderRef ref = ProviderStore.ref(row);
        Map<String, Object> values = new LinkedHashMap<>(object(row.config()));
        byte[] sealed = row.secrets();
        if (sealed != null) {
            values.putAll(
                    object(new String(secrets.open(purpose(ref), sealed), StandardCharsets.UTF_8)));
        }
        return new Setup(ref, row.factory(), values, Source.DATABASE, row.version());
    }

    private static String purpose(ProviderRef ref) {
        return "provider/" + ref;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String json) {
        return Json.read(json, Map.class);
    }

    /** Another host changed something. */
    private void reloadStored() {
        if (closed) {
            return;
        }
        Map<ProviderRef, Setup> now = readStored();
        changing.lock();
        try {
            Set<ProviderRef> names = new TreeSet<>(now.keySet());
            names.addAll(stored.keySet());
            for (ProviderRef ref : names) {
                Setup before = stored.get(ref);
                Setup after = now.get(ref);
                if (before == null || after == null || before.version() != after.version()) {
                    replace(ref, after);
                }
            }
        } finally {
            changing.unlock();
        }
    }

    /** Under the lock: drains what is there and opens what should be. */
    private void replace(ProviderRef ref, @Nullable Setup after) {
        if (after == null) {
            stored.remove(ref);
        } else {
            stored.put(ref, after);
        }
        Held before = held.remove(ref);
        if (before != null) {
            before.close(config.drainPatience());
        }
        if (after != null) {
            hold(after);
        } else {
            FactoryEntry own = factories.get(ref);
            if (own != null) {
                openByItself(own);
            }
        }
    }

    /** Under the lock: makes a row and opens it when its plugin is there. */
    private void hold(Setup setup) {
        ProviderRef factoryRef = new ProviderRef(setup.ref().kind(), setup.factory());
        Optional<FactoryEntry> factory = Optional.ofNullable(factories.get(factoryRef));
        Held fresh =
                new Held(
                        setup,
                        factory,
                        factory.isPresent() ? null : pluginMissing(setup.factory()),
                        clock);
        held.put(setup.ref(), fresh);
        if (factory.isPresent()) {
            FactoryEntry entry = factory.get();
            busy.incrementAndGet();
            work.execute(() -> {
                try {
                    open(fresh, entry);
                } finally {
                    fresh.openingEnded();
                    busy.decrementAndGet();
                }
            });
        } else {
            fresh.openingEnded();
        }
    }

    private static Reason pluginMissing(String factory) {
        return Reason.of(
                "plugin-missing",
                "No running plugin offers '" + factory + "'.",
                "Ningún plugin en marcha ofrece '" + factory + "'.");
    }

    private void open(Held fresh, FactoryEntry factory) {
        ProviderRef ref = fresh.setup().ref();
        if (factory.descriptor().trialOnly() && !config.trial()) {
            changed(
                    fresh,
                    ProviderState.FAILED,
                    Reason.of(
                            "trial-only",
                            "This provider is made for trials and is not used in production.",
                            "Este proveedor es solo para pruebas y no se usa en producción."));
            return;
        }
        ConfigSchema schema = factory.descriptor().schema();
        Reading reading =
                fresh.setup().source() == Source.FILE
                        ? ConfigReader.readFile(schema, fresh.setup().values())
                        : ConfigReader.read(schema, fresh.setup().values());
        switch (reading) {
            case Reading.Valid(ProviderConfig values) -> open(fresh, factory, values);
            case Reading.Invalid invalid ->
                    changed(
                            fresh,
                            ProviderState.FAILED,
                            new Reason(
                                    "bad-config",
                                    Text.of(invalid.summary("en"), invalid.summary("es"))));
        }
        LOG.debug("Provider {} was opened", ref);
    }

    private void open(Held fresh, FactoryEntry factory, ProviderConfig values) {
        ProviderRef ref = fresh.setup().ref();
        ProviderGuard guard = guard(ref, factory, refusal -> refused(fresh, refusal));
        switch (open(ref, factory, values, guard)) {
            case BoundedCall.Returned<Provider>(Provider provider) -> {
                if (!fresh.takeIn(provider, guard, factory.descriptor())) {
                    Held.close(provider, guard, ref);
                    return;
                }
                fresh.openingEnded();
                changed(fresh, ProviderState.PROBING, null);
                learn(fresh);
                probe(fresh);
            }
            case BoundedCall.Threw<Provider>(Throwable thrown) -> {
                guard.close();
                changed(fresh, ProviderState.FAILED, openFailed(thrown));
            }
            case BoundedCall.TimedOut<Provider> _ -> {
                guard.close();
                changed(
                        fresh,
                        ProviderState.FAILED,
                        Reason.of(
                                "open-timed-out",
                                "It could not be opened within 5 seconds.",
                                "No se pudo abrir en 5 segundos."));
            }
        }
    }

    private static Reason openFailed(Throwable thrown) {
        String line =
                thrown instanceof ProviderException known
                        ? String.valueOf(known.getMessage())
                        : thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
        return Reason.of(
                "open-failed", "It could not be opened: " + line, "No se pudo abrir: " + line);
    }

    private BoundedCall.Result<Provider> open(
            ProviderRef ref, FactoryEntry factory, ProviderConfig values, ProviderGuard guard) {
        HostContext context = context(ref, factory, values);
        return BoundedCall.run(
                "provider-open-" + ref,
                factory.loader(),
                OPEN_WITHIN,
                () -> Objects.requireNonNull(factory.factory().open(context, values)),
                late -> Held.close(late, guard, ref));
    }

    private ProviderGuard guard(
            ProviderRef ref,
            FactoryEntry factory,
            java.util.function.Consumer<ProviderException> refused) {
        return new ProviderGuard(
                ref, factory.loader(), factory.descriptor().limits(), clock, meters, refused);
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
                key -> changeListeners.forEach(listener -> listener.accept(ref, key)));
    }

    /** Asks for what stays the same while it is open. */
    private void learn(Held fresh) {
        fresh.guarded()
                .ifPresent(open -> {
                    if (open.can(OfferingBlueprint.class)) {
                        open.call(
                                        Ask.reading("schemas"),
                                        OfferingBlueprint.class,
                                        (blueprint, call) ->
                                                new Held.Facts(
                                                        blueprint.parameters(),
                                                        blueprint.productSchema(),
                                                        Set.of()))
                                .answer()
                                .ifPresent(fresh::learned);
                    } else if (open.can(EventListener.class)) {
                        open.call(
                                        Ask.reading("types"),
                                        EventListener.class,
                                        (listener, call) ->
                                                new Held.Facts(
                                                        ConfigSchema.empty(),
                                                        ConfigSchema.empty(),
                                                        Set.copyOf(listener.types())))
                                .answer()
                                .ifPresent(fresh::learned);
                    }
                });
    }

    private void probe(Held provider) {
        Optional<Guarded<Provider>> open = provider.guarded();
        if (open.isEmpty()) {
            return;
        }
        Outcome<ProbeResult> outcome =
                open.get().call(Ask.reading("probe"), (each, call) -> each.probe(call));
        provider.probed();
        switch (outcome) {
            case Outcome.Done<ProbeResult>(ProbeResult result) -> {
                String why = result.reason();
                switch (result.status()) {
                    case READY -> changed(provider, ProviderState.READY, null);
                    case DEGRADED ->
                            changed(
                                    provider,
                                    ProviderState.DEGRADED,
                                    Reason.of("degraded", why, why));
                    case FAILED ->
                            changed(
                                    provider,
                                    ProviderState.FAILED,
                                    Reason.of("probe-failed", why, why));
                }
            }
            case Outcome.Failed<ProbeResult> failed -> {
                if (failed.code() != ProviderException.Code.LIMIT) {
                    changed(
                            provider,
                            ProviderState.FAILED,
                            Reason.of("probe-failed", failed.message(), failed.message()));
                }
            }
            case Outcome.Unknown<ProbeResult>(String message) ->
                    changed(
                            provider,
                            ProviderState.FAILED,
                            Reason.of("probe-failed", message, message));
        }
    }

    private void refused(Held provider, ProviderException refusal) {
        String message = String.valueOf(refusal.getMessage());
        String code = refusal.code().name().toLowerCase(java.util.Locale.ROOT);
        changed(provider, ProviderState.FAILED, Reason.of(code, message, message));
    }

    private void changed(Held provider, ProviderState state, @Nullable Reason reason) {
        if (!provider.become(state, reason)) {
            return;
        }
        ProviderRef ref = provider.setup().ref();
        if (state == ProviderState.FAILED && reason != null) {
            LOG.warn("Provider {} failed: {}", ref, reason.text());
        } else {
            LOG.info("Provider {} is {}", ref, state.id());
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("state", state.id());
        if (reason != null) {
            data.put("reason", reason.code());
        }
        try {
            db.useTransaction(handle ->
                    events.publish(
                            handle,
                            new Fact("provider.state", ref.toString(), Set.of(Topic.ADMIN), data)));
        } catch (MingaException e) {
            LOG.debug("The state of {} was not announced", ref, e);
        }
        ProviderView view = provider.view();
        for (Consumer<ProviderView> listener : stateListeners) {
            try {
                listener.accept(view);
            } catch (RuntimeException e) {
                LOG.warn("A listener to provider states failed on {}", ref, e);
            }
        }
    }

    private void probeForEver() {
        Duration recoveryInterval =
                config.probeInterval().compareTo(RECOVERY_INTERVAL) < 0
                        ? config.probeInterval()
                        : RECOVERY_INTERVAL;
        while (!closed) {
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            for (Held provider : held.values()) {
                boolean well = provider.view().state().takesWork();
                if (provider.isDue(well ? config.probeInterval() : recoveryInterval)) {
                    provider.probed();
                    work.execute(() -> probe(provider));
                }
            }
        }
    }

    /**
     * Waits until nothing is being opened or looked at for the first time.
     *
     * @return whether that came about in time
     */
    public boolean awaitSettled(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (busy.get() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    @Override
    public void started(StartedPlugin plugin) {
        changing.lock();
        try {
            for (Contribution contribution : plugin.contributions()) {
                FactoryEntry entry =
                        new FactoryEntry(
                                plugin.id(),
                                plugin.hosts(),
                                plugin.classLoader(),
                                contribution.factory(),
                                contribution.descriptor());
                ProviderRef ref = new ProviderRef(entry.kind(), entry.descriptor().id());
                FactoryEntry other = factories.putIfAbsent(ref, entry);
                if (other != null) {
                    LOG.warn(
                            "Plugins {} and {} both offer {}; the first one is used",
                            other.pluginId(),
                            plugin.id(),
                            ref);
                    continue;
                }
                List<Setup> waiting =
                        held.values().stream()
                                .map(Held::setup)
                                .filter(setup ->
                                        setup.ref().kind() == entry.kind()
                                                && setup.factory().equals(entry.descriptor().id()))
                                .toList();
                waiting.forEach(this::hold);
                openByItself(entry);
            }
        } finally {
            changing.unlock();
        }
    }

    /** A factory that needs no value is opened under its own id, unless that name is taken. */
    private void openByItself(FactoryEntry entry) {
        ProviderRef ref = new ProviderRef(entry.kind(), entry.descriptor().id());
        if (!entry.descriptor().schema().needsValues() && !held.containsKey(ref)) {
            hold(new Setup(ref, entry.descriptor().id(), Map.of(), Source.PLUGIN, 0));
        }
    }

    @Override
    public void draining(String pluginId) {
        changing.lock();
        try {
            factories.values().removeIf(entry -> entry.pluginId().equals(pluginId));
            List<Held> leaving =
                    held.values().stream()
                            .filter(each -> each.pluginId().equals(pluginId))
                            .toList();
            closeAll(leaving);
            for (Held gone : leaving) {
                held.remove(gone.setup().ref());
                if (gone.setup().source() != Source.PLUGIN) {
                    hold(gone.setup());
                }
            }
        } finally {
            changing.unlock();
        }
    }

    private void closeAll(List<Held> leaving) {
        List<Thread> threads = new ArrayList<>();
        for (Held each : leaving) {
            threads.add(
                    Thread.ofVirtual()
                            .name("provider-drain")
                            .start(() -> each.close(config.drainPatience())));
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Every provider, by kind and name. */
    public List<ProviderView> list() {
        return held.values().stream().map(Held::view).toList();
    }

    /** The providers of a kind that take work. */
    public List<ProviderView> working(Kind kind) {
        return list().stream()
                .filter(view -> view.ref().kind() == kind && view.state().takesWork())
                .toList();
    }

    public Optional<ProviderView> find(Kind kind, String name) {
        return Optional.ofNullable(held.get(new ProviderRef(kind, name))).map(Held::view);
    }

    /**
     * A provider that takes work, to be called now.
     *
     * @param type the interface of the kind, for example {@code ComputeBackend.class}
     * @return empty while it is not there or cannot work: wait, or try another
     */
    public <P extends Provider> Optional<Guarded<P>> get(Kind kind, String name, Class<P> type) {
        Held found = held.get(new ProviderRef(kind, name));
        return found == null ? Optional.empty() : found.working(type);
    }

    /** A provider's factory in words for people. */
    public record Titles(Text title, Text summary) {}

    /** The words of a provider that is there. */
    public Optional<Titles> titles(Kind kind, String name) {
        return Optional.ofNullable(held.get(new ProviderRef(kind, name)))
                .map(found -> factories.get(new ProviderRef(kind, found.setup().factory())))
                .map(entry -> new Titles(entry.descriptor().title(), entry.descriptor().summary()));
    }

    /** What customers choose for a blueprint; empty while it is not there. */
    public Optional<ConfigSchema> parameters(String blueprint) {
        return facts(Kind.OFFERING, blueprint).map(Held.Facts::parameters);
    }

    /** What operators set for a product of a blueprint; empty while it is not there. */
    public Optional<ConfigSchema> productSchema(String blueprint) {
        return facts(Kind.OFFERING, blueprint).map(Held.Facts::product);
    }

    /** The checkout form of a blueprint as a JSON Schema; empty while it is not there. */
    public Optional<Map<String, Object>> checkoutSchema(String blueprint, String language) {
        return parameters(blueprint).map(schema -> SchemaJson.of(schema, language));
    }

    /** The event types a listener wants; empty while it is not there. */
    Optional<Set<String>> types(String listener) {
        return facts(Kind.LISTENER, listener).map(Held.Facts::types);
    }

    private Optional<Held.Facts> facts(Kind kind, String name) {
        return Optional.ofNullable(held.get(new ProviderRef(kind, name))).flatMap(Held::facts);
    }

    /** What can be configured. */
    record Offer(FactoryEntry entry, Map<String, Object> schema) {}

    List<Offer> offers(String language) {
        return new TreeMap<>(factories)
                .values().stream()
                        .map(entry ->
                                new Offer(
                                        entry,
                                        SchemaJson.of(entry.descriptor().schema(), language)))
                        .toList();
    }

    /** A provider with its form. */
    ProviderConfigView show(ProviderRef ref, String language) {
        Held found = held.get(ref);
        if (found == null) {
            throw Ids.noSuchThing();
        }
        Setup setup = found.setup();
        Optional<ConfigSchema> schema =
                Optional.ofNullable(factories.get(new ProviderRef(ref.kind(), setup.factory())))
                        .map(entry -> entry.descriptor().schema());
        Map<String, Object> plain = new LinkedHashMap<>();
        Set<String> set = new TreeSet<>();
        setup.values()
                .forEach((name, value) -> {
                    if (schema.isEmpty() || isSecret(schema.get(), name)) {
                        // Without its schema nobody knows which values are secret.
                        set.add(name);
                    } else {
                        plain.put(name, value);
                    }
                });
        return new ProviderConfigView(
                found.view(),
                schema.map(s -> SchemaJson.of(s, language)).orElse(Map.of()),
                plain,
                set,
                etag(setup));
    }

    private static String etag(Setup setup) {
        return "\"" + setup.source().id() + "-" + setup.version() + "\"";
    }

    private static boolean isSecret(ConfigSchema schema, String name) {
        return schema.field(name).map(Field::type).orElse(null) instanceof FieldType.Secret;
    }

    /**
     * Writes a provider's configuration and opens it anew. Secrets that are not given stay as they
     * are; null removes one.
     *
     * @param ifMatch the etag the edit began with; empty for a new provider
     */
    ProviderConfigView save(
            PluginService.Actor actor,
            ProviderRef ref,
            String factoryId,
            Map<String, @Nullable Object> given,
            Optional<String> ifMatch,
            String language) {
        requireName(ref);
        FactoryEntry factory = requireFactory(ref.kind(), factoryId);
        changing.lock();
        try {
            Held there = held.get(ref);
            Optional<Setup> before = Optional.ofNullable(there).map(Held::setup);
            if (before.isPresent() && before.get().source() == Source.FILE) {
                throw readOnly();
            }
            if (before.isPresent() && !ifMatch.equals(Optional.of(etag(before.get())))) {
                throw changedMeanwhile();
            }
            Map<String, Object> values = merged(factory.descriptor().schema(), before, given);
            ConfigCheck.require(factory.descriptor().schema(), values, "/config");
            Setup after = write(actor, ref, factory, before, values);
            replace(ref, after);
            return show(ref, language);
        } finally {
            changing.unlock();
        }
    }

    private static void requireName(ProviderRef ref) {
        if (!NAME.matcher(ref.name()).matches()) {
            throw MingaException.invalid(
                    "/name",
                    "malformed",
                    "A provider's name has 1 to 40 lower-case letters, digits and dashes.",
                    "El nombre de un proveedor lleva de 1 a 40 minúsculas, dígitos y guiones.");
        }
    }

    private FactoryEntry requireFactory(Kind kind, String id) {
        FactoryEntry factory = factories.get(new ProviderRef(kind, id));
        if (factory == null) {
            throw new MingaException(
                    ErrorCode.conflict("providers.plugin-missing"), pluginMissing(id).text());
        }
        return factory;
    }

    private static MingaException readOnly() {
        return MingaException.of(
                ErrorCode.conflict("providers.read-only"),
                "This provider is defined in a file on the server and is changed there.",
                "Este proveedor está definido en un archivo del servidor y se cambia allí.");
    }

    private static MingaException changedMeanwhile() {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.PRECONDITION, "providers.changed"),
                "Somebody changed this provider in between. Reload, look and save again"
                        + " (If-Match).",
                "Alguien cambió este proveedor entretanto. Recarga, revisa y guarda de nuevo"
                        + " (If-Match).");
    }

    private static Map<String, Object> merged(
            ConfigSchema schema, Optional<Setup> before, Map<String, @Nullable Object> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        before.ifPresent(setup ->
                setup.values()
                        .forEach((name, value) -> {
                            if (isSecret(schema, name) && !given.containsKey(name)) {
                                values.put(name, value);
                            }
                        }));
        given.forEach((name, value) -> {
            if (value != null) {
                values.put(name, value);
            }
        });
        return values;
    }

    private Setup write(
            PluginService.Actor actor,
            ProviderRef ref,
            FactoryEntry factory,
            Optional<Setup> before,
            Map<String, Object> values) {
        ConfigSchema schema = factory.descriptor().schema();
        Map<String, Object> plain = new LinkedHashMap<>();
        Map<String, Object> secret = new LinkedHashMap<>();
        values.forEach((name, value) -> (isSecret(schema, name) ? secret : plain).put(name, value));
        byte[] sealed =
                secret.isEmpty()
                        ? null
                        : secrets.seal(
                                purpose(ref), Json.write(secret).getBytes(StandardCharsets.UTF_8));
        String factoryId = factory.descriptor().id();
        long version = before.map(Setup::version).orElse(0L);
        boolean isNew = before.isEmpty() || before.get().source() != Source.DATABASE;
        db.useTransaction(handle -> {
            boolean written =
                    isNew
                            ? store.insert(handle, ref, factoryId, Json.write(plain), sealed)
                            : store.update(
                                    handle, ref, factoryId, Json.write(plain), sealed, version);
            if (!written) {
                throw changedMeanwhile();
            }
            audit.record(
                    handle,
                    new Audit.Entry(
                            actor.account(),
                            actor.address(),
                            "provider.saved",
                            "provider/" + ref,
                            before.map(setup -> masked(schema, setup.values())).orElse(Map.of()),
                            masked(schema, values),
                            actor.traceId()));
            events.invalidate(handle, CACHE_NAME, ref.toString());
        });
        return new Setup(ref, factoryId, values, Source.DATABASE, isNew ? 1 : version + 1);
    }

    private static Map<String, Object> masked(ConfigSchema schema, Map<String, Object> values) {
        Map<String, Object> masked = new HashMap<>();
        values.forEach((name, value) ->
                masked.put(
                        name,
                        isSecret(schema, name) || schema.field(name).isEmpty()
                                ? "********"
                                : value));
        return masked;
    }

    /** Drains a provider and forgets its configuration and what it remembered. */
    void remove(PluginService.Actor actor, ProviderRef ref, Optional<String> ifMatch) {
        changing.lock();
        try {
            Held there = held.get(ref);
            if (there == null) {
                throw Ids.noSuchThing();
            }
            Setup setup = there.setup();
            switch (setup.source()) {
                case FILE -> throw readOnly();
                case PLUGIN ->
                        throw MingaException.of(
                                ErrorCode.conflict("providers.of-the-plugin"),
                                "This provider comes with its plugin: switch the plugin off"
                                        + " instead.",
                                "Este proveedor viene con su plugin: desactiva el plugin.");
                case DATABASE -> {}
            }
            if (ifMatch.isPresent() && !ifMatch.get().equals(etag(setup))) {
                throw changedMeanwhile();
            }
            for (Function<ProviderRef, Optional<Text>> check : removalChecks) {
                check.apply(ref)
                        .ifPresent(why -> {
                            throw new MingaException(ErrorCode.conflict("providers.in-use"), why);
                        });
            }
            db.useTransaction(handle -> {
                store.delete(handle, ref);
                audit.record(
                        handle,
                        Audit.entry(
                                actor.account(),
                                actor.address(),
                                "provider.removed",
                                "provider/" + ref,
                                actor.traceId()));
                events.invalidate(handle, CACHE_NAME, ref.toString());
            });
            replace(ref, null);
        } finally {
            changing.unlock();
        }
    }

    /**
     * Looks whether values work, without keeping them.
     *
     * @param given empty: the values in use
     */
    List<ProbeResult.Check> test(
            PluginService.Actor actor,
            ProviderRef ref,
            String factoryId,
            Map<String, @Nullable Object> given) {
        FactoryEntry factory = requireFactory(ref.kind(), factoryId);
        Optional<Held> there = Optional.ofNullable(held.get(ref));
        ConfigSchema schema = factory.descriptor().schema();
        Map<String, Object> values = merged(schema, there.map(Held::setup), given);
        boolean file = there.map(h -> h.setup().source() == Source.FILE).orElse(false);
        db.useTransaction(handle ->
                audit.record(
                        handle,
                        Audit.entry(
                                actor.account(),
                                actor.address(),
                                "provider.tested",
                                "provider/" + ref,
                                actor.traceId())));
        if (there.isPresent()
                && there.get().isOpen()
                && (file || values.equals(there.get().setup().values()))) {
            Guarded<Provider> open = there.get().guarded().orElseThrow(Ids::noSuchThing);
            return checks(open.call(Ask.reading("test"), (each, call) -> each.probe(call)));
        }
        ProviderConfig config = ConfigCheck.require(schema, values, "/config");
        ProviderGuard guard = guard(ref, factory, refusal -> {});
        return switch (open(ref, factory, config, guard)) {
            case BoundedCall.Returned<Provider>(Provider provider) -> {
                try {
                    yield checks(guard.call(Ask.reading("test"), provider::probe));
                } finally {
                    Held.close(provider, guard, ref);
                }
            }
            case BoundedCall.Threw<Provider>(Throwable thrown) -> {
                guard.close();
                yield List.of(notOpened(openFailed(thrown)));
            }
            case BoundedCall.TimedOut<Provider> _ -> {
                guard.close();
                yield List.of(
                        notOpened(
                                Reason.of(
                                        "open-timed-out",
                                        "It could not be opened within 5 seconds.",
                                        "No se pudo abrir en 5 segundos.")));
            }
        };
    }

    private static ProbeResult.Check notOpened(Reason reason) {
        return ProbeResult.Check.failed(
                Text.of("Opening", "Apertura"),
                reason.text().in("en"),
                Text.of("Check the values.", "Revisa los valores."));
    }

    private static List<ProbeResult.Check> checks(Outcome<ProbeResult> outcome) {
        Text answer = Text.of("Answer", "Respuesta");
        return switch (outcome) {
            case Outcome.Done<ProbeResult>(ProbeResult result) ->
                    result.checks().isEmpty()
                            ? List.of(
                                    new ProbeResult.Check(
                                            answer,
                                            result.status() != ProbeResult.Status.FAILED,
                                            "",
                                            Text.of("")))
                            : result.checks();
            case Outcome.Failed<ProbeResult> failed ->
                    List.of(
                            ProbeResult.Check.failed(
                                    answer,
                                    failed.message(),
                                    Text.of(
                                            "Check the address and the credentials.",
                                            "Revisa la dirección y las credenciales.")));
            case Outcome.Unknown<ProbeResult>(String message) ->
                    List.of(
                            ProbeResult.Check.failed(
                                    answer,
                                    message,
                                    Text.of(
                                            "Check that the vendor can be reached.",
                                            "Revisa que se pueda llegar al proveedor.")));
        };
    }

    /** Drains and closes every provider, side by side. Plugins are stopped after this. */
    @Override
    public void close() {
        closed = true;
        changing.lock();
        try {
            closeAll(List.copyOf(held.values()));
            held.clear();
            factories.clear();
        } finally {
            changing.unlock();
        }
        work.shutdownNow();
        http.shutdownNow();
    }
}
