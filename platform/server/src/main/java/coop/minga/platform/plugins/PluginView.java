package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * A plugin as operators see it.
 *
 * @param id from its manifest, or the file's name when that cannot be read
 * @param file the file's name in the plugins directory
 * @param version of what runs, else of what the file holds; empty when unknown
 * @param wanted whether it should run
 * @param state what it does
 * @param reason why, where it is not as it should be
 * @param conditions everything that was looked at
 * @param since when the state began
 * @param kinds the extension points it serves
 * @param sha256 64 hex digits, empty when it could not be read
 * @param standing who stands behind it
 * @param earlier what it can be rolled back to; null when nothing is kept
 */
public record PluginView(
        String id,
        String file,
        String version,
        boolean wanted,
        PluginState state,
        @Nullable Reason reason,
        List<Condition> conditions,
        Instant since,
        List<String> kinds,
        String sha256,
        Standing standing,
        @Nullable Earlier earlier) {

    public PluginView {
        conditions = List.copyOf(conditions);
        kinds = List.copyOf(kinds);
    }
}
