package coop.minga.platform.plugins;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.ArchiveLimits;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URLConnection;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * Keeps what runs equal to what is in the plugins directory. Everything that changes goes through
 * {@link #reconcile}, one at a time; what others see are immutable lists.
 */
public final class PluginService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PluginService.class);
    private static final String CACHE_NAME = "plugins";
    private static final Pattern FILE_NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}\\.jar");
    private static final Duration COLLECTED_WITHIN = Duration.ofSeconds(15);

    /** Who does something to a plugin, for the audit log. */
    public record Actor(String account, String address, String traceId) {}

    private final PluginsConfig config;
    private final Db db;
    private final Audit audit;
    private final Events events;
    private final Clock clock;
    private final PluginStore store = new PluginStore();
    private final PluginTrust trust;
    private final PluginStatusFile statusFile;
    private final PluginCache cache;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Path, Slot> slots = new TreeMap<>();
    private final Map<String, Reason> leaks = new ConcurrentHashMap<>();
    private final List<PluginObserver> observers = new ArrayList<>();
    private volatile List<PluginView> views = List.of();
    private @Nullable DirectoryWatch watch;
    private boolean closed;

    public PluginService(PluginsConfig config, Db db, Audit audit, Events events, Clock clock) {
        this.config = config;
        this.db = db;
        this.audit = audit;
        this.events = events;
        this.clock = clock;
        this.trust = new PluginTrust(config.trust());
        this.statusFile = new PluginStatusFile(config);
        this.cache = new PluginCache(config.cache(), ArchiveLimits.standard());
        events.onInvalidate(
                CACHE_NAME,
                id -> Thread.ofVirtual().name("plugins-changed").start(this::reconcile));
    }

    /** Adds an observer; before {@link #start}. */
    public void observe(PluginObserver observer) {
        observers.add(observer);
    }

    /** Loads and starts what is there, then watches the directory. */
    public void start() {
        // Jar connections are cached for ever by default, which would keep removed plugins open.
        URLConnection.setDefaultUseCaches("jar", false);
        try {
            Files.createDirectories(config.directory());
        } catch (IOException e) {
            if (!Files.isDirectory(config.directory())) {
                throw new CannotStart(
                        "The plugins directory "
                                + config.directory()
                                + " cannot be created: "
                                + e.getMessage()
                                + ". Create it, or set MINGA_PLUGINS_DIR.",
                        e);
            }
        }
        reconcile();
        Set<String> inUse = new HashSet<>();
        views.forEach(view -> inUse.add(view.sha256()));
        cache.prune(inUse);
        try {
            watch = DirectoryWatch.start(config.directory(), trust::stamps, this::reconcile);
        } catch (IOException e) {
            LOG.warn(
                    "Plugins dropped into {} are not noticed until a restart: {}",
                    config.directory(),
                    e.toString());
        }
    }

    /** Every plugin, by file name. */
    public List<PluginView> list() {
        return views;
    }

    /** The plugin used under an id, else a failed one of that id or file name. */
    public Optional<PluginView> find(String id) {
        return views.stream()
                .filter(view -> view.id().equals(id))
                .min(
                        Comparator.comparing((PluginView view) ->
                                        view.state() == PluginState.FAILED
                                                || view.state() == PluginState.CONSENT)
                                .thenComparing(view ->
                                        view.reason() != null
                                                && view.reason().code().equals("duplicate")));
    }

    /** Looks at the directory and makes what runs equal to it. */
    public void reconcile() {
        changing.lock();
        try {
            if (closed) {
                return;
            }
            takeInFiles();
            Plan plan = Plan.of(slots.values(), db.read(store::disabled));
            stopUnwanted(plan);
            plan.refused().forEach(Slot::failed);
            plan.disabled().forEach(Slot::disabled);
            Set<String> running = new HashSet<>();
            for (List<Slot> level : plan.levels()) {
                startLevel(level, running);
            }
            publish();
        } catch (MingaException e) {
            // The database is away: what runs goes on running, the next look tries again.
            LOG.warn("Plugins are not changed for now: {}", e.getMessage());
        } finally {
            changing.unlock();
        }
    }

    private void takeInFiles() {
        Map<Path, Slot.Stamp> files;
        try {
            files = DirectoryWatch.scan(config.directory());
        } catch (IOException e) {
            LOG.warn("Cannot look into {}: {}", config.directory(), e.toString());
            return;
        }
        List<Slot> fresh = new ArrayList<>();
        List<Slot> gone = new ArrayList<>();
        boolean otherTrust = trust.refresh();
        for (Slot slot : slots.values()) {
            boolean changed = !slot.stamp().equals(files.get(slot.file()));
            if (changed
                    || otherTrust
                            && !slot.standsBefore(plugin -> trust.judge(slot.fileName(), plugin))) {
                gone.add(slot);
            }
        }
        stop(gone);
        gone.forEach(slot -> slots.remove(slot.file()));
        files.forEach((file, stamp) -> {
            if (!slots.containsKey(file)) {
                Slot slot = new Slot(file, stamp, clock);
                slots.put(file, slot);
                fresh.add(slot);
            }
        });
        publish();
        inParallel(fresh, this::verify);
    }

    private void verify(Slot slot) {
        try {
            UnpackedPlugin unpacked = cache.admit(slot.file(), hash -> {});
            slot.judged(unpacked, trust.judge(slot.fileName(), unpacked));
            Reason reason = slot.reason();
            if (reason != null) {
                LOG.warn("Plugin {} does not run: {}", slot.fileName(), reason.text());
            }
        } catch (PluginRejected e) {
            LOG.warn("Plugin {} is refused: {}", slot.fileName(), e.getMessage());
            slot.failed(e);
        }
    }

    private void stopUnwanted(Plan plan) {
        stop(slots.values().stream().filter(s -> s.isRunning() && !plan.wants(s)).toList());
    }

    private void startLevel(List<Slot> level, Set<String> running) {
        List<Slot> ready = new ArrayList<>();
        for (Slot slot : level) {
            Optional<String> missing =
                    slot.manifest().dependencies().stream()
                            .filter(d -> !d.optional() && !running.contains(d.id()))
                            .map(d -> d.id())
                            .findFirst();
            if (missing.isPresent()) {
                stop(List.of(slot));
                slot.failed(notRunning(missing.get()));
            } else if (slot.isRunning()) {
                running.add(slot.id());
            } else {
                slot.waits();
                ready.add(slot);
            }
        }
        publish();
        inParallel(ready, this::startOne);
        for (Slot slot : ready) {
            if (slot.isRunning()) {
                running.add(slot.id());
            }
        }
        publish();
    }

    private static Reason notRunning(String id) {
        return Reason.of(
                Code.DEPENDENCY.id(),
                "It needs the plugin " + id + ", which does not run.",
                "Necesita el plugin " + id + ", que no funciona.");
    }

    private void startOne(Slot slot) {
        UnpackedPlugin unpacked = slot.unpacked().orElseThrow();
        BoundedCall.Result<LoadedPlugin> result =
                BoundedCall.run(
                        "plugin-start-" + slot.id(),
                        null,
                        config.startDeadline(),
                        () -> loadAndStart(unpacked),
                        PluginService::discard);
        switch (result) {
            case BoundedCall.Returned<LoadedPlugin>(LoadedPlugin loaded) -> {
                slot.started(loaded);
                LOG.info("Plugin {} {} runs", loaded.manifest().id(), loaded.manifest().version());
                Grant grant = slot.grant();
                StartedPlugin started =
                        new StartedPlugin(
                                loaded.manifest().id(),
                                loaded.manifest().version().toString(),
                                grant.hosts(),
                                grant.contributions(loaded),
                                loaded.classLoader());
                observers.forEach(observer -> observer.started(started));
            }
            case BoundedCall.Threw<LoadedPlugin>(Throwable thrown) -> {
                PluginRejected rejected =
                        thrown instanceof PluginRejected known ? known : unexpected(thrown);
                LOG.warn("Plugin {} failed: {}", slot.id(), rejected.getMessage());
                slot.failed(rejected);
            }
            case BoundedCall.TimedOut<LoadedPlugin> _ -> {
                LOG.warn("Plugin {} did not start in time", slot.id());
                slot.failed(tooSlow(config.startDeadline()));
            }
        }
    }

    private static LoadedPlugin loadAndStart(UnpackedPlugin unpacked) {
        LoadedPlugin loaded = LoadedPlugin.load(unpacked, PluginService.class.getClassLoader());
        boolean done = false;
        try {
            Thread.currentThread().setContextClassLoader(loaded.classLoader());
            loaded.start();
            done = true;
            return loaded;
        } finally {
            if (!done) {
                loaded.close();
            }
        }
    }

    /** A plugin that started after nobody waited for it any more. */
    private static void discard(LoadedPlugin late) {
        try {
            late.stop();
        } catch (PluginRejected e) {
            LOG.debug("A plugin that started too late did not stop well", e);
        } finally {
            late.close();
        }
    }

    private static PluginRejected unexpected(Throwable thrown) {
        return new PluginRejected(
                Code.CODE_FAILED,
                "It could not be loaded: " + thrown.getClass().getSimpleName(),
                "No se pudo cargar: " + thrown.getClass().getSimpleName(),
                thrown);
    }

    private static PluginRejected tooSlow(Duration deadline) {
        return new PluginRejected(
                Code.TIMED_OUT,
                "Its start did not end within " + deadline.toSeconds() + " seconds.",
                "Su arranque no terminó en " + deadline.toSeconds() + " segundos.");
    }

    /** Stops plugins, those that need others first, the rest side by side. */
    private void stop(Collection<Slot> unwanted) {
        List<Slot> waiting = new ArrayList<>(unwanted.stream().filter(Slot::isRunning).toList());
        while (!waiting.isEmpty()) {
            List<Slot> next = waiting.stream().filter(slot -> !isNeeded(slot, waiting)).toList();
            List<Slot> turn = next.isEmpty() ? List.copyOf(waiting) : next;
            waiting.removeAll(turn);
            turn.forEach(Slot::draining);
            publish();
            inParallel(turn, this::stopOne);
        }
    }

    private static boolean isNeeded(Slot slot, List<Slot> waiting) {
        return waiting.stream()
                .filter(other -> other != slot)
                .flatMap(other -> other.manifest().dependencies().stream())
                .anyMatch(dependency -> dependency.id().equals(slot.id()));
    }

    private void stopOne(Slot slot) {
        String id = slot.id();
        observers.forEach(observer -> observer.draining(id));
        slot.release().ifPresent(loaded -> letGo(id, loaded));
        LOG.info("Plugin {} is closed", id);
    }

    private void letGo(String id, LoadedPlugin loaded) {
        LoadedPlugin.Trace trace = loaded.trace();
        BoundedCall.Result<Boolean> result =
                BoundedCall.run(
                        "plugin-stop-" + id,
                        loaded.classLoader(),
                        config.stopDeadline(),
                        () -> {
                            loaded.stop();
                            return true;
                        },
                        late -> {});
        switch (result) {
            case BoundedCall.Returned<Boolean> _ -> {}
            case BoundedCall.Threw<Boolean>(Throwable thrown) ->
                    LOG.warn("Plugin {} did not stop well: {}", id, thrown.getMessage());
            case BoundedCall.TimedOut<Boolean> _ ->
                    LOG.warn("Plugin {} did not stop in time and is abandoned", id);
        }
        loaded.close();
        if (!closed) {
            Thread.ofVirtual().name("plugin-leak-check").start(() -> checkLeak(id, trace));
        }
    }

    private void checkLeak(String id, LoadedPlugin.Trace trace) {
        try {
            if (trace.collected(COLLECTED_WITHIN)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        List<String> threads = trace.threads();
        String names = threads.isEmpty() ? "" : ": " + String.join(", ", threads);
        LOG.warn("Plugin {} left something behind in memory{}", id, names);
        leaks.put(
                id,
                Reason.of(
                        "restart-needed",
                        "A version that was removed stays in memory"
                                + (threads.isEmpty() ? "" : " (threads" + names + ")")
                                + ". Restart the host to be rid of it.",
                        "Una versión que se quitó sigue en memoria"
                                + (threads.isEmpty() ? "" : " (hilos" + names + ")")
                                + ". Reinicia el anfitrión para liberarla."));
        changing.lock();
        try {
            publish();
        } finally {
            changing.unlock();
        }
    }

    private void publish() {
        List<PluginView> all = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        for (Slot slot : slots.values()) {
            all.add(slot.view(leaks.get(slot.id())));
            shown.add(slot.id());
        }
        leaks.forEach((id, reason) -> {
            if (!shown.contains(id)) {
                all.add(
                        new PluginView(
                                id,
                                "",
                                "",
                                PluginState.CLOSED,
                                reason,
                                clock.instant(),
                                List.of(),
                                "",
                                Standing.unsigned()));
            }
        });
        views = List.copyOf(all);
        statusFile.write(views);
    }

    private static void inParallel(List<Slot> work, java.util.function.Consumer<Slot> step) {
        if (work.isEmpty()) {
            return;
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        Math.min(work.size(), 32),
                        Thread.ofVirtual().name("plugins-", 0).factory())) {
            List<Future<?>> futures = new ArrayList<>();
            for (Slot slot : work) {
                futures.add(threads.submit(() -> step.accept(slot)));
            }
            for (Future<?> future : futures) {
                try {
                    future.get();
                } catch (java.util.concurrent.ExecutionException e) {
                    LOG.error("A plugin could not be taken in", e.getCause());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Puts an uploaded jar into the plugins directory after checking it.
     *
     * @param fileName as the browser names it
     * @return what became of it
     */
    public PluginView install(Actor actor, String fileName, byte[] jar) {
        if (!trust.mayUpload()) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "plugins.upload-off"),
                    "This host takes no plugins over the web. Copy the jar into the plugins"
                            + " directory on the server, or set plugins.upload to on.",
                    "Este anfitrión no acepta plugins por la web. Copia el jar al directorio de"
                            + " plugins en el servidor o pon plugins.upload en on.");
        }
        if (!FILE_NAME.matcher(fileName).matches()) {
            throw MingaException.invalid(
                    "query:filename",
                    "malformed",
                    "A plugin's file name has letters, digits, dots, dashes and underscores and"
                            + " ends with .jar.",
                    "El nombre del archivo de un plugin lleva letras, dígitos, puntos, guiones y"
                            + " guiones bajos y termina en .jar.");
        }
        Path target = config.directory().resolve(fileName);
        Path draft = config.directory().resolve("." + fileName + ".upload");
        UnpackedPlugin unpacked;
        try {
            Files.write(draft, jar);
            unpacked = cache.admit(draft, hash -> {});
            if (trust.judge(fileName, unpacked) instanceof Verdict.Refused refused) {
                throw refused.rejected();
            }
            if (Files.exists(target)) {
                throw new FileAlreadyExistsException(fileName);
            }
            audit(
                    actor,
                    "plugin.installed",
                    unpacked.manifest().id(),
                    Map.of(
                            "file", fileName,
                            "sha256", unpacked.sha256(),
                            "version", unpacked.manifest().version().toString()));
            Files.move(draft, target);
        } catch (PluginRejected e) {
            throw refused(e);
        } catch (FileAlreadyExistsException e) {
            throw MingaException.of(
                    ErrorCode.conflict("plugins.file-exists"),
                    "There is a plugin file of this name already. Remove it first, or rename"
                            + " yours.",
                    "Ya hay un archivo de plugin con ese nombre. Quítalo primero o renombra el"
                            + " tuyo.");
        } catch (IOException e) {
            throw cannotWrite(e);
        } finally {
            delete(draft);
        }
        reconcile();
        return views.stream()
                .filter(view -> view.file().equals(fileName))
                .findFirst()
                .orElseThrow(Ids::noSuchThing);
    }

    /**
     * Lets a plugin run that waits for consent.
     *
     * @param sha256 of the file the operator saw
     */
    public PluginView approve(Actor actor, String id, String sha256) {
        require(id);
        Slot slot;
        UnpackedPlugin plugin;
        changing.lock();
        try {
            slot =
                    slots.values().stream()
                            .filter(each ->
                                    each.id().equals(id) && each.readable(sha256).isPresent())
                            .findFirst()
                            .orElseThrow(PluginTrust::notWhatWasSeen);
            plugin = slot.readable(sha256).orElseThrow();
        } finally {
            changing.unlock();
        }
        try {
            db.useTransaction(handle -> {
                audit.record(
                        handle,
                        entry(
                                actor,
                                "plugin.approved",
                                id,
                                trust.approval(slot.fileName(), plugin)));
                trust.consent(slot.fileName(), plugin);
            });
        } catch (PluginRejected e) {
            throw refused(e);
        }
        reconcile();
        return views.stream()
                .filter(view -> view.sha256().equals(sha256))
                .findFirst()
                .orElseGet(() -> require(id));
    }

    /** What applies to jars nobody decided about. */
    public TrustPolicy policy() {
        return trust.policy();
    }

    /** Whether {@link #install} takes anything. */
    public boolean mayUpload() {
        return trust.mayUpload();
    }

    private static MingaException refused(PluginRejected rejected) {
        ErrorCode code =
                rejected.code() == Code.NOT_APPROVED
                        ? ErrorCode.conflict("plugins.not-approved")
                        : ErrorCode.user("plugins." + rejected.code().id());
        return new MingaException(code, rejected.reason());
    }

    private MingaException cannotWrite(IOException cause) {
        LOG.warn("Cannot write into {}", config.directory(), cause);
        return new MingaException(
                        ErrorCode.conflict("plugins.directory-read-only"),
                        Text.of(
                                "The plugins directory cannot be written. Put the file there by"
                                        + " hand, or change its permissions.",
                                "No se puede escribir en el directorio de plugins. Pon el archivo"
                                        + " a mano o cambia sus permisos."))
                .causedBy(cause);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("Left behind: {}", file, e);
        }
    }

    /** Lets a plugin run again that was switched off. */
    public PluginView enable(Actor actor, String id) {
        require(id);
        db.useTransaction(handle -> {
            store.enable(handle, id);
            audit.record(handle, entry(actor, "plugin.enabled", id, Map.of()));
            events.invalidate(handle, CACHE_NAME, id);
        });
        forget(id);
        reconcile();
        return require(id);
    }

    /** Drains a plugin and keeps it off, over restarts and on every host. */
    public PluginView disable(Actor actor, String id) {
        require(id);
        db.useTransaction(handle -> {
            store.disable(handle, id, actor.account());
            audit.record(handle, entry(actor, "plugin.disabled", id, Map.of()));
            events.invalidate(handle, CACHE_NAME, id);
        });
        reconcile();
        return require(id);
    }

    /** Stops a plugin and starts it anew from its file, also after it failed. */
    public PluginView reload(Actor actor, String id) {
        String file = require(id).file();
        audit(actor, "plugin.reloaded", id, Map.of());
        forget(id);
        reconcile();
        // A file that could not be read before goes by its name until now.
        return views.stream()
                .filter(view -> view.file().equals(file))
                .findFirst()
                .orElseThrow(Ids::noSuchThing);
    }

    /** Deletes a plugin's files and drains it. */
    public void remove(Actor actor, String id) {
        require(id);
        audit(actor, "plugin.removed", id, Map.of());
        changing.lock();
        try {
            for (Slot slot : slots.values()) {
                if (slot.id().equals(id)) {
                    Files.deleteIfExists(slot.file());
                }
            }
        } catch (IOException e) {
            throw cannotWrite(e);
        } finally {
            changing.unlock();
        }
        reconcile();
    }

    /** Makes the next look read a plugin's files as if they were new. */
    private void forget(String id) {
        changing.lock();
        try {
            List<Slot> found = slots.values().stream().filter(s -> s.id().equals(id)).toList();
            stop(found);
            found.forEach(slot -> slots.remove(slot.file()));
        } finally {
            changing.unlock();
        }
    }

    private PluginView require(String id) {
        return find(id).orElseThrow(Ids::noSuchThing);
    }

    private void audit(Actor actor, String action, String id, Map<String, Object> after) {
        db.useTransaction(handle -> audit.record(handle, entry(actor, action, id, after)));
    }

    private static Audit.Entry entry(
            Actor actor, String action, String id, Map<String, Object> after) {
        return new Audit.Entry(
                actor.account(),
                actor.address(),
                action,
                "plugin/" + id,
                Map.of(),
                new LinkedHashMap<>(after),
                actor.traceId());
    }

    /** Drains and stops every plugin, each under its deadline. */
    @Override
    public void close() {
        DirectoryWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
        changing.lock();
        try {
            closed = true;
            stop(List.copyOf(slots.values()));
            publish();
            statusFile.delete();
        } finally {
            changing.unlock();
        }
    }
}
