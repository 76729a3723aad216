package coop.minga.platform.plugins;

import coop.minga.platform.MingaException;
import coop.minga.platform.config.CannotStart;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.PluginRejected.Code;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Makes what runs equal to what is in the plugins directory, one change at a time. A version that
 * takes the place of another is started beside it and takes over when it runs; when it cannot, what
 * ran before goes on, over restarts too.
 */
final class Reconciler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final PluginsConfig config;
    private final Supplier<Set<String>> disabledIds;
    private final PluginTrust trust;
    private final PluginCache cache;
    private final Clock clock;
    private final FlightRecorder flights;
    private final SafeMode safeMode;
    private final Previous previous;
    private final Rollback rollback;
    private final PluginRunner runner;
    private final PluginStatusFile statusFile;
    private final Leaks leaks = new Leaks(this::publishChange);
    private final ReentrantLock changing = new ReentrantLock();

    /** Every file. */
    private final Map<Path, Slot> slots = new TreeMap<>();

    /** What runs, by plugin; its file may be another by now, or gone. */
    private final Map<String, Slot> running = new ConcurrentSkipListMap<>();

    private final List<PluginObserver> observers = new ArrayList<>();
    private volatile List<PluginView> views = List.of();
    private boolean closed;

    /**
     * Reads what the process before left behind.
     *
     * @param disabledIds what operators switched off
     * @throws CannotStart when the host's own files cannot be written
     */
    Reconciler(
            PluginsConfig config,
            Supplier<Set<String>> disabledIds,
            PluginTrust trust,
            PluginCache cache,
            Clock clock) {
        this.config = config;
        this.disabledIds = disabledIds;
        this.trust = trust;
        this.cache = cache;
        this.clock = clock;
        this.flights = FlightRecorder.open(config.memory().resolve("flights"));
        this.safeMode = SafeMode.open(config.memory(), flights.crash(), clock);
        this.previous = new Previous(config, trust, cache, running, clock);
        this.rollback = new Rollback(config, trust, previous);
        this.runner = new PluginRunner(config, flights);
        this.statusFile = new PluginStatusFile(config);
    }

    void observe(PluginObserver observer) {
        observers.add(observer);
    }

    List<PluginView> views() {
        return views;
    }

    /** That plugins are held back, where some are. */
    Optional<String> note() {
        return safeMode.note();
    }

    /** Hashes of the private copies that are still needed. */
    Set<String> hashesInUse() {
        Set<String> hashes = new HashSet<>(previous.hashes());
        views.forEach(view -> hashes.add(view.sha256()));
        return hashes;
    }

    /** Looks at the directory and makes what runs equal to it. */
    void reconcile() {
        changing.lock();
        try {
            if (closed) {
                return;
            }
            takeInFiles();
            Set<String> disabled = disabledIds.get();
            slots.values().forEach(Slot::reconsider);
            // Whatever cannot run makes room for what ran before; each turn finds one such.
            while (!settle(disabled)) {
                LOG.debug("Another version takes the place of one that cannot run");
            }
            previous.retain(slots.values());
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
        slots.keySet().retainAll(files.keySet());
        List<Slot> fresh = new ArrayList<>();
        if (trust.refresh()) {
            for (Slot slot : slots.values()) {
                if (!slot.standsBefore(plugin -> trust.judge(slot.fileName(), plugin))) {
                    slot.outdate();
                }
            }
        }
        files.forEach((file, stamp) -> {
            Slot known = slots.get(file);
            if (known == null || known.isStale() || !known.stamp().equals(stamp)) {
                Slot slot = new Slot(file, stamp, known != null && known.isStale(), clock);
                slots.put(file, slot);
                fresh.add(slot);
            }
        });
        publish();
        PluginRunner.sideBySide(fresh, this::verify);
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

    /** One turn; false when a version that cannot run leaves room for another. */
    private boolean settle(Set<String> disabled) {
        Plan plan = Plan.of(candidates(), disabled);
        stop(running.values().stream().filter(slot -> !plan.ids().contains(slot.id())).toList());
        boolean settled = true;
        for (Map.Entry<Slot, PluginRejected> refused : plan.refused().entrySet()) {
            Slot slot = refused.getKey();
            slot.failed(refused.getValue());
            if (refused.getValue().code() == Code.DEPENDENCY && previous.of(slot).isPresent()) {
                slot.passOver();
                settled = false;
            }
        }
        plan.disabled().forEach(Slot::disabled);
        for (List<Slot> level : plan.levels()) {
            settled &= startLevel(level);
        }
        return settled;
    }

    /** What may run: the files, and for each that cannot, what ran in its place before. */
    private List<Slot> candidates() {
        List<Slot> all = new ArrayList<>();
        Set<String> fit = new HashSet<>();
        for (Slot slot : slots.values()) {
            if (slot.unpacked().isEmpty()) {
                continue;
            }
            Optional<Reason> heldBack = safeMode.heldBack(PluginRunner.version(slot.verified()));
            heldBack.ifPresent(slot::failed);
            if (heldBack.isEmpty()) {
                all.add(slot);
            }
            if (slot.isFit()) {
                fit.add(slot.id());
            }
        }
        for (Slot slot : slots.values()) {
            if (!slot.isFit()) {
                previous.of(slot).filter(before -> fit.add(before.id())).ifPresent(all::add);
            }
        }
        return all;
    }

    /** False when one that failed leaves room for another version. */
    private boolean startLevel(List<Slot> level) {
        List<Slot> ready = new ArrayList<>();
        for (Slot slot : level) {
            Optional<String> missing =
                    slot.manifest().dependencies().stream()
                            .filter(d -> !d.optional() && !running.containsKey(d.id()))
                            .map(d -> d.id())
                            .findFirst();
            Slot current = running.get(slot.id());
            if (missing.isPresent()) {
                stop(current == null ? List.of() : List.of(current));
                slot.failed(notRunning(missing.get()));
            } else if (current == null) {
                slot.waits();
                ready.add(slot);
            } else if (current != slot) {
                if (current.sha256().equals(slot.sha256()) && !slot.isAnew()) {
                    slot.adopt(current);
                    running.put(slot.id(), slot);
                    previous.remember(slot);
                } else {
                    slot.waits();
                    ready.add(slot);
                }
            }
        }
        publish();
        Map<Boolean, List<Slot>> turns =
                ready.stream()
                        .collect(
                                Collectors.partitioningBy(slot ->
                                        safeMode.suspected(PluginRunner.version(slot.verified()))
                                                .isPresent()));
        PluginRunner.sideBySide(turns.getOrDefault(false, List.of()), this::startOne);
        // One by one, so that the next crash, if there is one, names its cause.
        turns.getOrDefault(true, List.of()).forEach(this::startOne);
        publish();
        return ready.stream().allMatch(slot -> slot.isRunning() || previous.of(slot).isEmpty());
    }

    private static Reason notRunning(String id) {
        return Reason.of(
                Code.DEPENDENCY.id(),
                "It needs the plugin " + id + ", which does not run.",
                "Necesita el plugin " + id + ", que no funciona.");
    }

    private void startOne(Slot slot) {
        switch (runner.start(slot.verified())) {
            case PluginRunner.Start.Failed(PluginRejected why) -> {
                LOG.warn("Plugin {} {} failed: {}", slot.id(), slot.version(), why.getMessage());
                slot.failed(why);
                if (!slot.hasFailedCode()) {
                    slot.passOver();
                }
            }
            case PluginRunner.Start.Runs(LoadedPlugin loaded) -> introduce(slot, loaded);
        }
    }

    private void introduce(Slot slot, LoadedPlugin loaded) {
        StartedPlugin started =
                new StartedPlugin(
                        slot.id(),
                        slot.version(),
                        loaded.sha256(),
                        loaded.jar(),
                        slot.grant().hosts(),
                        slot.grant().contributions(loaded),
                        loaded.classLoader(),
                        runner.flight(slot.verified()));
        Slot before = running.get(slot.id());
        if (before == null) {
            take(slot, loaded);
            observers.forEach(observer -> observer.started(started));
            return;
        }
        Optional<Reason> refusal =
                observers.stream()
                        .flatMap(observer -> observer.replacing(started).stream())
                        .findFirst();
        if (refusal.isPresent()) {
            LOG.warn(
                    "Plugin {} {} could not take over: {}",
                    slot.id(),
                    slot.version(),
                    refusal.get().text());
            letGo(loaded);
            slot.couldNotTakeOver(refusal.get());
            return;
        }
        take(slot, loaded);
        before.release().ifPresent(this::letGo);
    }

    private void take(Slot slot, LoadedPlugin loaded) {
        slot.started(loaded);
        running.put(slot.id(), slot);
        previous.remember(slot);
        LOG.info("Plugin {} {} runs", slot.id(), slot.version());
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
            PluginRunner.sideBySide(turn, this::stopOne);
        }
    }

    private static boolean isNeeded(Slot slot, List<Slot> waiting) {
        return waiting.stream()
                .filter(other -> other != slot)
                .flatMap(other -> other.manifest().dependencies().stream())
                .anyMatch(dependency -> dependency.id().equals(slot.id()));
    }

    private void stopOne(Slot slot) {
        observers.forEach(observer -> observer.draining(slot.id()));
        running.remove(slot.id());
        slot.release().ifPresent(this::letGo);
        LOG.info("Plugin {} {} is closed", slot.id(), slot.version());
    }

    private void letGo(LoadedPlugin loaded) {
        LoadedPlugin.Trace trace = loaded.trace();
        String id = loaded.manifest().id();
        runner.stop(loaded);
        leaks.watch(id, trace);
    }

    private void publishChange() {
        changing.lock();
        try {
            publish();
        } finally {
            changing.unlock();
        }
    }

    private void publish() {
        views =
                Roster.of(
                        slots.values(),
                        running.values(),
                        this::standIn,
                        this::earlier,
                        safeMode,
                        leaks.found(),
                        clock.instant());
        statusFile.write(views);
    }

    /** What runs in place of a file's own version. */
    private Optional<Slot> standIn(Slot slot) {
        return previous.id(slot).map(running::get).filter(each -> !slots.containsValue(each));
    }

    /**
     * A file an operator looked at, whether it may run or not.
     *
     * @param fileName its name in the plugins directory
     */
    record Seen(String fileName, UnpackedPlugin plugin) {}

    /** The file of a plugin with that hash, while it is there. */
    Optional<Seen> seen(String id, String sha256) {
        changing.lock();
        try {
            return slots.values().stream()
                    .filter(slot -> slot.id().equals(id))
                    .flatMap(slot ->
                            slot
                                    .readable(sha256)
                                    .map(plugin -> new Seen(slot.fileName(), plugin))
                                    .stream())
                    .findFirst();
        } finally {
            changing.unlock();
        }
    }

    /** Whether a file holds another version of this very plugin. */
    boolean holdsOtherVersion(Path file, UnpackedPlugin next) {
        changing.lock();
        try {
            Slot there = slots.get(file);
            return there != null
                    && there.id().equals(next.manifest().id())
                    && !there.sha256().equals(next.sha256());
        } finally {
            changing.unlock();
        }
    }

    /** Makes the next look read a plugin's files as if they were new, and try them once more. */
    void forget(String id) {
        changing.lock();
        try {
            safeMode.release(id);
            files(id).forEach(Slot::outdate);
        } finally {
            changing.unlock();
        }
    }

    /** What a file's plugin may go back to; the file that is not used for it says nothing. */
    private Optional<Earlier> earlier(Slot slot) {
        Reason reason = slot.reason();
        return reason != null && reason.code().equals(Code.DUPLICATE.id())
                ? Optional.empty()
                : previous.earlier(slot).map(kept -> new Earlier(kept.version(), kept.sha256()));
    }

    /**
     * Puts the version that ran before in the place of a plugin's file; it runs from the next look
     * on.
     *
     * @param sha256 of the version an operator saw
     * @param decided done once nothing speaks against it, before the file changes
     * @throws PluginRejected when that one may not run any more
     */
    void goBack(String id, String sha256, Runnable decided) throws IOException {
        changing.lock();
        try {
            for (Slot slot : files(id)) {
                Optional<LastGood.Kept> kept =
                        previous.earlier(slot).filter(each -> each.sha256().equals(sha256));
                if (kept.isPresent() && earlier(slot).isPresent()) {
                    UnpackedPlugin plugin = rollback.run(slot, slots.values(), kept.get(), decided);
                    if (safeMode.heldBack(PluginRunner.version(plugin)).isPresent()) {
                        safeMode.release(id);
                    }
                    return;
                }
            }
            throw PluginTrust.notWhatWasSeen();
        } finally {
            changing.unlock();
        }
    }

    /** Deletes a plugin's files; what runs goes on until the next look. */
    void delete(String id) throws IOException {
        changing.lock();
        try {
            for (Slot slot : files(id)) {
                Files.deleteIfExists(slot.file());
            }
        } finally {
            changing.unlock();
        }
    }

    private List<Slot> files(String id) {
        return slots.values().stream()
                .filter(slot ->
                        slot.id().equals(id) || standIn(slot).map(Slot::id).equals(Optional.of(id)))
                .toList();
    }

    /** Drains and stops every plugin, each under its deadline. */
    @Override
    public void close() {
        changing.lock();
        try {
            closed = true;
            leaks.close();
            stop(List.copyOf(running.values()));
            publish();
            statusFile.delete();
            flights.close();
        } finally {
            changing.unlock();
        }
    }
}
