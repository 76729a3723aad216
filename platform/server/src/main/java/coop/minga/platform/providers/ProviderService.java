package coop.minga.platform.providers;

import coop.minga.platform.audit.Audit;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.plugins.PluginObserver;
import coop.minga.platform.plugins.Reason;
import coop.minga.platform.plugins.StartedPlugin;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;

import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The configured providers: opened when their plugin starts, looked at again and again, drained
 * when it stops or their configuration changes. Thread-safe.
 */
public final class ProviderService implements PluginObserver, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderService.class);

    /** When the host stops, calls had their time already. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(3);

    private final ProvidersConfig config;
    private final States states;
    private final Probes probes;
    private final StoredSetups setups;
    private final Origins origins;
    private final ProviderOpener opener;
    private final ProviderEditor editor;
    private final Openings openings;
    private final Directory directory;
    private final ExecutorService work =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("providers-", 0).factory());
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<ProviderRef, Setup> files = new TreeMap<>();
    private final Map<ProviderRef, Setup> stored = new TreeMap<>();
    private final Map<ProviderRef, FactoryEntry> factories = new ConcurrentSkipListMap<>();
    private final Map<ProviderRef, Held> held = new ConcurrentSkipListMap<>();
    private final List<BiConsumer<ProviderRef, IdempotencyKey>> changeListeners =
            new CopyOnWriteArrayList<>();
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
        ProviderStore store = new ProviderStore();
        this.config = config;
        this.states = new States(db, events);
        this.probes = new Probes(config, held.values(), states, work);
        this.setups = new StoredSetups(db, store, secrets, audit, events);
        this.origins = new Origins(db, store);
        this.opener =
                new ProviderOpener(
                        config,
                        db,
                        store,
                        meters,
                        clock,
                        (ref, key) ->
                                changeListeners.forEach(listener -> listener.accept(ref, key)));
        this.editor = new ProviderEditor(this, setups, opener);
        this.openings = new Openings(held, factories, opener, states, probes, work, clock);
        this.directory = new Directory(held, factories, origins);
        events.onInvalidate(StoredSetups.CACHE_NAME, name -> work.execute(this::reloadStored));
    }

    ProviderEditor editor() {
        return editor;
    }

    Optional<Held> held(ProviderRef ref) {
        return Optional.ofNullable(held.get(ref));
    }

    /**
     * @param ref the kind and the factory's id
     */
    Optional<FactoryEntry> factory(ProviderRef ref) {
        return Optional.ofNullable(factories.get(ref));
    }

    /** Every factory of a running plugin, by kind and id. */
    List<FactoryEntry> factories() {
        return List.copyOf(factories.values());
    }

    /** Does something while nothing else changes what is configured. */
    <T> T changing(Supplier<T> change) {
        changing.lock();
        try {
            return change.get();
        } finally {
            changing.unlock();
        }
    }

    /**
     * Hears when a provider comes, goes, or changes its state; called on the providers' own
     * threads.
     */
    public void onState(Consumer<ProviderView> listener) {
        states.listen(listener);
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
        stored.putAll(setups.all());
        origins.read();
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
            files.values().forEach(openings::hold);
            stored.values().forEach(openings::hold);
        } finally {
            changing.unlock();
        }
        probes.start();
    }

    /** Another host changed something. */
    private void reloadStored() {
        if (closed) {
            return;
        }
        Map<ProviderRef, Setup> now = setups.all();
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
    void replace(ProviderRef ref, @Nullable Setup after) {
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
            openings.hold(after);
        } else {
            FactoryEntry own = factories.get(ref);
            if (own != null) {
                openings.openByItself(own);
            }
        }
    }

    /**
     * Waits until nothing is being opened or looked at for the first time.
     *
     * @return whether that came about in time
     */
    public boolean awaitSettled(Duration patience) throws InterruptedException {
        return openings.awaitSettled(patience);
    }

    @Override
    public void started(StartedPlugin plugin) {
        changing(() -> {
            FactoryEntry.of(plugin).forEach(this::offer);
            return plugin;
        });
    }

    /** Under the lock: takes in a factory and opens what waits for it. */
    private void offer(FactoryEntry entry) {
        FactoryEntry other = factories.putIfAbsent(entry.ref(), entry);
        if (other != null) {
            LOG.warn(
                    "Plugins {} and {} both offer {}; the first one is used",
                    other.pluginId(),
                    entry.pluginId(),
                    entry.ref());
            return;
        }
        origins.remember(entry);
        held.values().stream()
                .map(Held::setup)
                .filter(setup -> factoryOf(setup).equals(entry.ref()))
                .toList()
                .forEach(openings::hold);
        openings.openByItself(entry);
    }

    /** The factory that opens what is set up so. */
    static ProviderRef factoryOf(Setup setup) {
        return new ProviderRef(setup.ref().kind(), setup.factory());
    }

    @Override
    public Optional<Reason> replacing(StartedPlugin next) {
        Map<ProviderRef, FactoryEntry> offered = new LinkedHashMap<>();
        FactoryEntry.of(next).forEach(entry -> offered.put(entry.ref(), entry));
        List<Thread> drains = new ArrayList<>();
        Optional<Reason> refusal = changing(() -> takeOver(next.id(), offered, drains));
        drains.forEach(Takeover::join);
        return refusal;
    }

    private Optional<Reason> takeOver(
            String pluginId, Map<ProviderRef, FactoryEntry> offered, List<Thread> drains) {
        List<Held> own = of(pluginId);
        Takeover takeover =
                new Takeover(
                        opener,
                        config.trial(),
                        own.stream().filter(Held::isOpen).toList(),
                        each -> Optional.ofNullable(offered.get(factoryOf(each.setup()))));
        Optional<Reason> refusal = takeover.prepare(openings::refused);
        if (refusal.isPresent()) {
            return refusal;
        }
        factories.values().removeIf(entry -> entry.pluginId().equals(pluginId));
        drains.addAll(
                takeover.commit(
                        config.drainPatience(),
                        (moved, finding) ->
                                states.changed(moved, finding.state(), finding.reason())));
        // What has no factory any more, and what was not open, starts from its configuration.
        letGo(own.stream().filter(each -> !takeover.moves(each)).toList());
        offered.forEach((ref, entry) -> {
            if (factories.putIfAbsent(ref, entry) == null) {
                origins.remember(entry);
            }
        });
        held.values().stream()
                .filter(each -> !each.isOpen() && offered.containsKey(factoryOf(each.setup())))
                .map(Held::setup)
                .toList()
                .forEach(openings::hold);
        offered.values().forEach(openings::openByItself);
        return Optional.empty();
    }

    private List<Held> of(String pluginId) {
        return held.values().stream().filter(each -> each.pluginId().equals(pluginId)).toList();
    }

    @Override
    public void draining(String pluginId) {
        changing(() -> {
            factories.values().removeIf(entry -> entry.pluginId().equals(pluginId));
            letGo(of(pluginId));
            return pluginId;
        });
    }

    /** Under the lock: closes providers; those that are configured somewhere wait. */
    private void letGo(List<Held> leaving) {
        closeAll(leaving, config.drainPatience());
        for (Held gone : leaving) {
            held.remove(gone.setup().ref());
            if (gone.setup().source() != Source.PLUGIN) {
                openings.hold(gone.setup());
            }
        }
    }

    private static void closeAll(List<Held> leaving, Duration patience) {
        leaving.stream()
                .map(each ->
                        Thread.ofVirtual().name("provider-drain").start(() -> each.close(patience)))
                .toList()
                .forEach(Takeover::join);
    }

    /** Every provider, by kind and name. */
    public List<ProviderView> list() {
        return directory.list();
    }

    /** The providers of a kind that take work. */
    public List<ProviderView> working(Kind kind) {
        return directory.working(kind);
    }

    public Optional<ProviderView> find(Kind kind, String name) {
        return directory.find(kind, name);
    }

    /**
     * A provider that takes work, to be called now.
     *
     * @param type the interface of the kind, for example {@code ComputeBackend.class}
     * @return empty while it is not there or cannot work: wait, or try another
     */
    public <P extends Provider> Optional<Guarded<P>> get(Kind kind, String name, Class<P> type) {
        return directory.get(kind, name, type);
    }

    /** A provider's factory in words for people. */
    public record Titles(Text title, Text summary) {}

    /** The words of a provider that is there. */
    public Optional<Titles> titles(Kind kind, String name) {
        return directory.titles(kind, name);
    }

    /** What a running plugin's factories say about themselves. */
    public List<ProviderDescriptor> descriptors(String pluginId) {
        return directory.descriptors(pluginId);
    }

    /** What customers choose for a blueprint; empty while it is not there. */
    public Optional<ConfigSchema> parameters(String blueprint) {
        return directory.parameters(blueprint);
    }

    /** What operators set for a product of a blueprint; empty while it is not there. */
    public Optional<ConfigSchema> productSchema(String blueprint) {
        return directory.productSchema(blueprint);
    }

    /** The checkout form of a blueprint as a JSON Schema; empty while it is not there. */
    public Optional<Map<String, Object>> checkoutSchema(String blueprint, String language) {
        return directory.checkoutSchema(blueprint, language);
    }

    /** The event types a listener wants; empty while it is not there. */
    Optional<Set<String>> types(String listener) {
        return directory.types(listener);
    }

    /**
     * What whoever needs a provider that takes no work waits for, in words for operators, for
     * example {@code waits for plugin compute-docker}.
     */
    public String absence(Kind kind, String name) {
        return directory.absence(kind, name);
    }

    /** Why a plugin's providers cannot be done without now, if they cannot. */
    public Optional<Text> inUse(String pluginId) {
        return held.values().stream()
                .filter(each ->
                        origins.plugin(factoryOf(each.setup())).equals(Optional.of(pluginId)))
                .map(each -> inUse(each.setup().ref()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    Optional<Text> inUse(ProviderRef ref) {
        return removalChecks.stream()
                .map(check -> check.apply(ref))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Drains and closes every provider, side by side. Plugins are stopped after this. */
    @Override
    public void close() {
        closed = true;
        probes.close();
        changing.lock();
        try {
            closeAll(
                    List.copyOf(held.values()),
                    config.drainPatience().compareTo(LAST_PATIENCE) < 0
                            ? config.drainPatience()
                            : LAST_PATIENCE);
            held.clear();
            factories.clear();
        } finally {
            changing.unlock();
        }
        work.shutdownNow();
        opener.close();
    }
}
