package coop.minga.platform.plugins;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One file in the plugins directory and what became of it. Confined to the service's lock. */
final class Slot {

    /**
     * Tells whether a file changed.
     *
     * @param key the file's identity, for a file replaced by another of the same size and time
     */
    record Stamp(long size, FileTime modified, String key) {}

    private final Path file;
    private final Stamp stamp;
    private final Clock clock;
    private PluginState state = PluginState.DISCOVERED;
    private Instant since;
    private @Nullable Reason reason;
    private @Nullable UnpackedPlugin unpacked;
    private @Nullable LoadedPlugin loaded;
    private String signature = "unsigned";
    private boolean codeFailed;

    Slot(Path file, Stamp stamp, Clock clock) {
        this.file = file;
        this.stamp = stamp;
        this.clock = clock;
        this.since = clock.instant();
    }

    Path file() {
        return file;
    }

    Stamp stamp() {
        return stamp;
    }

    PluginState state() {
        return state;
    }

    private void become(PluginState newState, @Nullable Reason newReason) {
        if (newState != state) {
            since = clock.instant();
        }
        state = newState;
        reason = newReason;
    }

    void verified(UnpackedPlugin plugin, String newSignature) {
        unpacked = plugin;
        signature = newSignature;
        become(PluginState.VERIFIED, null);
    }

    void waits() {
        if (state != PluginState.VERIFIED) {
            become(PluginState.VERIFIED, null);
        }
    }

    void disabled() {
        become(PluginState.DISABLED, null);
    }

    void started(LoadedPlugin plugin) {
        loaded = plugin;
        become(PluginState.STARTED, null);
    }

    void draining() {
        become(PluginState.DRAINING, null);
    }

    /** Gives the running plugin away, to be stopped. */
    Optional<LoadedPlugin> release() {
        LoadedPlugin running = loaded;
        loaded = null;
        return Optional.ofNullable(running);
    }

    void failed(PluginRejected rejected) {
        failed(Reason.of(rejected));
        codeFailed =
                switch (rejected.code()) {
                    case CODE_FAILED, TIMED_OUT, BAD_EXTENSION, WRONG_VERSION -> true;
                    case NOT_A_JAR,
                            DAMAGED,
                            TOO_LARGE,
                            BAD_ENTRY,
                            BUNDLED,
                            BAD_MANIFEST,
                            NOT_APPROVED,
                            DEPENDENCY,
                            DUPLICATE,
                            IO ->
                            codeFailed;
                };
    }

    void failed(Reason newReason) {
        become(PluginState.FAILED, newReason);
    }

    /** Whether its code failed before; it is not tried again until the file changes or is asked. */
    boolean hasFailedCode() {
        return codeFailed;
    }

    Optional<UnpackedPlugin> unpacked() {
        return Optional.ofNullable(unpacked);
    }

    boolean isRunning() {
        return loaded != null;
    }

    PluginManifest manifest() {
        UnpackedPlugin plugin = unpacked;
        if (plugin == null) {
            throw new IllegalStateException(file + " was not read");
        }
        return plugin.manifest();
    }

    String id() {
        UnpackedPlugin plugin = unpacked;
        return plugin == null ? fileName() : plugin.manifest().id();
    }

    String fileName() {
        return String.valueOf(file.getFileName());
    }

    PluginView view(@Nullable Reason leak) {
        UnpackedPlugin plugin = unpacked;
        return new PluginView(
                id(),
                fileName(),
                plugin == null ? "" : plugin.manifest().version().toString(),
                state,
                reason == null ? leak : reason,
                since,
                plugin == null
                        ? List.of()
                        : plugin.manifest().kinds().stream().map(Kind::id).sorted().toList(),
                plugin == null ? "" : plugin.sha256(),
                signature);
    }
}
