package coop.minga.platform.plugins;

import coop.minga.plugin.loader.PluginCache;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds the version of a plugin that ran before, for a file whose own cannot run: the one that
 * still runs, or after a restart its private copy. Confined to the reconciler's lock, but for
 * {@link #remember}.
 */
final class Previous {

    private static final Logger LOG = LoggerFactory.getLogger(Previous.class);

    private final PluginsConfig config;
    private final PluginTrust trust;
    private final PluginCache cache;
    private final Map<String, Slot> running;
    private final Clock clock;
    private final LastGood lastGood;

    /** What ran until the last good ones took over. */
    private final LastGood before;

    /** Versions read back from their private copies. */
    private final Map<String, Slot> kept = new HashMap<>();

    /**
     * @param running what runs, by plugin
     */
    Previous(
            PluginsConfig config,
            PluginTrust trust,
            PluginCache cache,
            Map<String, Slot> running,
            Clock clock) {
        this.config = config;
        this.trust = trust;
        this.cache = cache;
        this.running = running;
        this.clock = clock;
        this.lastGood = new LastGood(config.memory().resolve("last-good"));
        this.before = new LastGood(config.memory().resolve("before-last-good"));
    }

    /** Whose a file is, also when it cannot be read any more. */
    Optional<String> id(Slot slot) {
        return slot.isReadable() ? Optional.of(slot.id()) : lastGood.idOfFile(slot.fileName());
    }

    /** What may run in place of a file's own version. */
    Optional<Slot> of(Slot slot) {
        return id(slot).flatMap(id -> Optional.ofNullable(running.get(id)).or(() -> kept(slot, id)))
                .filter(before -> before != slot && before.isFit() && differs(before, slot))
                .filter(before ->
                        trust.judgeBefore(before.fileName(), before.verified())
                                instanceof Verdict.Admitted);
    }

    /** The same bytes are no way out, unless they run already and may. */
    private static boolean differs(Slot before, Slot slot) {
        return !before.sha256().equals(slot.sha256())
                || before.isRunning() && slot.unpacked().isPresent();
    }

    private Optional<Slot> kept(Slot slot, String id) {
        Slot known = kept.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<Slot> read = lastGood.of(id).flatMap(good -> readBack(slot, good));
        read.ifPresent(before -> kept.put(id, before));
        return read;
    }

    private Optional<Slot> readBack(Slot slot, LastGood.Kept good) {
        if (!Files.exists(copy(good))) {
            return Optional.empty();
        }
        try {
            UnpackedPlugin unpacked = unpack(good);
            Slot before = new Slot(slot.file(), slot.stamp(), false, clock);
            before.judged(unpacked, trust.judgeBefore(good.file(), unpacked));
            return Optional.of(before);
        } catch (PluginRejected e) {
            LOG.warn("What ran before {} cannot: {}", slot.fileName(), e.getMessage());
            return Optional.empty();
        }
    }

    private Path copy(LastGood.Kept version) {
        return config.cache().resolve(version.sha256()).resolve("plugin.jar");
    }

    /**
     * Reads a version from its private copy.
     *
     * @throws PluginRejected when that is not what it was any more
     */
    UnpackedPlugin unpack(LastGood.Kept version) {
        UnpackedPlugin unpacked = cache.admit(copy(version), hash -> {});
        if (!unpacked.sha256().equals(version.sha256())) {
            throw Refusals.copyChanged(version.version());
        }
        return unpacked;
    }

    /** What an operator may go back to: what ran here last that is not this file. */
    Optional<LastGood.Kept> earlier(Slot slot) {
        return id(slot).stream()
                .flatMap(id -> Stream.of(lastGood.of(id), before.of(id)))
                .flatMap(Optional::stream)
                .filter(kept -> !kept.version().isEmpty() && !kept.sha256().equals(slot.sha256()))
                .filter(kept -> Files.exists(copy(kept)))
                .findFirst();
    }

    /** This version runs now: it is what the next one may fall back to. */
    void remember(Slot slot) {
        LastGood.Kept now = new LastGood.Kept(slot.sha256(), slot.version(), slot.fileName());
        lastGood.remember(slot.id(), now)
                .filter(replaced -> !replaced.sha256().equals(now.sha256()))
                .ifPresent(replaced -> before.remember(slot.id(), replaced));
    }

    /** Forgets plugins without a file: they were taken away on purpose. */
    void retain(Collection<Slot> files) {
        Set<String> ids = new HashSet<>();
        files.forEach(slot -> id(slot).ifPresent(ids::add));
        lastGood.retain(ids);
        before.retain(ids);
        kept.values().removeIf(slot -> !slot.hasFailedCode());
    }

    /** Hashes of the private copies that are still needed. */
    Set<String> hashes() {
        Set<String> hashes = lastGood.hashes();
        hashes.addAll(before.hashes());
        return hashes;
    }
}
