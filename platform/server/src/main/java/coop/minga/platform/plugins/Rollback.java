package coop.minga.platform.plugins;

import coop.minga.plugin.loader.PluginRejected;
import coop.minga.plugin.loader.UnpackedPlugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;

/**
 * Puts the version of a plugin that ran before in the place of its file, so that every later look
 * at the directory, by any host, finds what the operator decided.
 */
final class Rollback {

    private final PluginsConfig config;
    private final PluginTrust trust;
    private final Previous previous;

    Rollback(PluginsConfig config, PluginTrust trust, Previous previous) {
        this.config = config;
        this.trust = trust;
        this.previous = previous;
    }

    /**
     * Replaces a file by an earlier version from its private copy.
     *
     * @param slot the file
     * @param all every file
     * @param decided done once nothing speaks against it, before the file changes
     * @return what runs at the next look
     * @throws PluginRejected when it may not run any more; then the file stays
     * @throws IOException when the directory cannot be written; then the file stays
     */
    UnpackedPlugin run(Slot slot, Collection<Slot> all, LastGood.Kept earlier, Runnable decided)
            throws IOException {
        UnpackedPlugin plugin = previous.unpack(earlier);
        trust.readmit(earlier.file(), plugin);
        decided.run();
        Path target = target(slot, earlier);
        boolean isThere =
                all.stream()
                        .anyMatch(
                                other -> other != slot && other.sha256().equals(earlier.sha256()));
        if (!isThere) {
            Path draft = config.directory().resolve("." + target.getFileName() + ".rollback");
            try {
                Files.copy(plugin.jar(), draft, StandardCopyOption.REPLACE_EXISTING);
                Files.move(
                        draft,
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        }
        if (isThere || !target.equals(slot.file())) {
            Files.deleteIfExists(slot.file());
        }
        return plugin;
    }

    /** Under the name it had, unless that is another file's by now. */
    private Path target(Slot slot, LastGood.Kept earlier) {
        Path before = config.directory().resolve(earlier.file());
        return Files.exists(before) ? slot.file() : before;
    }
}
