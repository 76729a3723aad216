package coop.minga.plugin.loader;

import java.nio.file.Path;
import java.util.List;

/**
 * A checked plugin, copied to a place where nobody changes it.
 *
 * @param manifest what it says of itself
 * @param sha256 of the jar, 64 hex digits in lower case
 * @param jar the private copy
 * @param libraries the jars that were inside
 */
public record UnpackedPlugin(
        PluginManifest manifest, String sha256, Path jar, List<Path> libraries) {

    public UnpackedPlugin {
        libraries = List.copyOf(libraries);
    }
}
