package coop.minga.platform.plugins;

import coop.minga.plugin.loader.LoadedPlugin;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.UnpackedPlugin;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * One version of one file in the plugins directory and what became of it. Confined to the service's
 * lock.
 */
final class Slot {

    /**
     * Tells whether a file changed.
     *
     * @param key the file's identity, for a file replaced by another of the same size and time
     */
    record Stamp(long size, FileTime modified, String key) {}

    private final Path file;
    private final Stamp stamp;
    private final boolean anew;
    private final Clock clock;
    private PluginState state = PluginState.DISCOVERED;
    private Instant since;
    private @Nullable Reason reason;
    private @Nullable UnpackedPlugin unpacked;
    private @Nullable LoadedPlugin loaded;
    private @Nullable Verdict verdict;
    private boolean codeFailed;
    private boolean passedOver;
    private boolean stale;

    /**
     * @param anew whether an operator asked for it to be started again, although it is the same
     */
    Slot(Path file, Stamp stamp, boolean anew, Clock clock) {
        this.file = file;
        this.stamp = stamp;
        this.anew = anew;
        this.clock = clock;
        this.since = clock.instant();
    }

    Path file() {
        return file;
    }

    Stamp stamp() {
        return stamp;
    }

    boolean isAnew() {
        return anew;
    }

    PluginState state() {
        return state;
    }

    Instant since() {
        return since;
    }

    @Nullable Reason reason() {
        return reason;
    }

    private void become(PluginState newState, @Nullable Reason newReason) {
        if (newState != state) {
            since = clock.instant();
        }
        state = newState;
        reason = newReason;
    }

    /** Its bytes are in order, and it was decided whether it may run. */
    void judged(UnpackedPlugin plugin, Verdict newVerdict) {
        unpacked = plugin;
        verdict = newVerdict;
        switch (newVerdict) {
            case Verdict.Admitted _ -> become(PluginState.VERIFIED, null);
            case Verdict.Waiting waiting -> become(PluginState.CONSENT, waiting.reason());
            case Verdict.Refused refused -> failed(refused.rejected());
        }
    }

    /** Whether what was decided still stands; takes in what else is said about it now. */
    boolean standsBefore(Function<UnpackedPlugin, Verdict> judge) {
        UnpackedPlugin plugin = unpacked;
        Verdict before = verdict;
        if (plugin == null || before == null) {
            return true;
        }
        Verdict now = judge.apply(plugin);
        if (!now.agreesWith(before)) {
            return false;
        }
        verdict = now;
        return true;
    }

    Standing standing() {
        Verdict decided = verdict;
        return decided == null ? Standing.unsigned() : decided.standing();
    }

    /** What its code may do with the host's help. */
    Grant grant() {
        if (verdict instanceof Verdict.Admitted admitted) {
            return admitted.grant();
        }
        throw new IllegalStateException(file + " may not run");
    }

    void waits() {
        become(PluginState.VERIFIED, null);
    }

    void disabled() {
        become(PluginState.DISABLED, null);
    }

    void started(LoadedPlugin plugin) {
        loaded = plugin;
        become(PluginState.STARTED, null);
    }

    /** Takes over what runs from a slot of the same bytes. */
    void adopt(Slot other) {
        loaded = other.loaded;
        other.loaded = null;
        become(PluginState.STARTED, null);
        since = other.since;
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
                    case CODE_FAILED, TIMED_OUT, BAD_EXTENSION -> true;
                    case NOT_A_JAR,
                            DAMAGED,
                            TOO_LARGE,
                            BAD_ENTRY,
                            BUNDLED,
                            BAD_MANIFEST,
                            NOT_APPROVED,
                            DENIED,
                            MODIFIED,
                            INVALID_SIGNATURE,
                            SIGNATURE_MISSING,
                            HASH_DIFFERS,
                            DOWNGRADE,
                            WRONG_VERSION,
                            DEPENDENCY,
                            DUPLICATE,
                            IO ->
                            codeFailed;
                };
    }

    void failed(Reason newReason) {
        become(PluginState.FAILED, newReason);
    }

    /** Its code ran, but it could not take over from the version before. */
    void couldNotTakeOver(Reason why) {
        codeFailed = true;
        failed(why);
    }

    /** Whether it may be started: it could be read, and its code has not failed before. */
    boolean isFit() {
        return unpacked().isPresent() && !codeFailed && !passedOver;
    }

    /** Whether its code failed; it is not tried again until the file changes or somebody asks. */
    boolean hasFailedCode() {
        return codeFailed;
    }

    /** Lets the version before go on, for as long as this one lacks something. */
    void passOver() {
        passedOver = true;
    }

    void reconsider() {
        passedOver = false;
    }

    /** Wants its file to be read as if it were new. */
    void outdate() {
        stale = true;
    }

    boolean isStale() {
        return stale;
    }

    /** Whether its bytes are in order and its manifest could be read. */
    boolean isReadable() {
        return unpacked != null;
    }

    /** What may be started; nothing of a plugin that may not. */
    Optional<UnpackedPlugin> unpacked() {
        return verdict instanceof Verdict.Admitted
                ? Optional.ofNullable(unpacked)
                : Optional.empty();
    }

    /** The file, if it can be read and is the one with this hash, whether it may run or not. */
    Optional<UnpackedPlugin> readable(String sha256) {
        return Optional.ofNullable(unpacked).filter(plugin -> plugin.sha256().equals(sha256));
    }

    boolean isRunning() {
        return loaded != null;
    }

    PluginManifest manifest() {
        return verified().manifest();
    }

    UnpackedPlugin verified() {
        UnpackedPlugin plugin = unpacked;
        if (plugin == null) {
            throw new IllegalStateException(file + " was not read");
        }
        return plugin;
    }

    String id() {
        UnpackedPlugin plugin = unpacked;
        return plugin == null ? fileName() : plugin.manifest().id();
    }

    String version() {
        UnpackedPlugin plugin = unpacked;
        return plugin == null ? "" : plugin.manifest().version().toString();
    }

    String sha256() {
        UnpackedPlugin plugin = unpacked;
        return plugin == null ? "" : plugin.sha256();
    }

    String fileName() {
        return String.valueOf(file.getFileName());
    }
}
