package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * A plugin as operators see it.
 *
 * @param id from its manifest, or the file's name when that cannot be read
 * @param file the file's name in the plugins directory
 * @param version empty when unknown
 * @param state what it does
 * @param reason why, where it is not as it should be
 * @param since when that began
 * @param kinds the extension points it serves
 * @param sha256 64 hex digits, empty when it could not be read
 * @param standing who stands behind it
 */
public record PluginView(
        String id,
        String file,
        String version,
        PluginState state,
        @Nullable Reason reason,
        Instant since,
        List<String> kinds,
        String sha256,
        Standing standing) {

    public PluginView {
        kinds = List.copyOf(kinds);
    }
}
