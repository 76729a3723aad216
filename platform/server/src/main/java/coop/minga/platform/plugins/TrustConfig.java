package coop.minga.platform.plugins;

import coop.minga.plugin.loader.trust.Publishers;

import java.nio.file.Path;
import java.util.List;

/**
 * Who may run code in this host.
 *
 * @param policy for jars nobody decided about
 * @param lockFile the plugins the operator approved; see {@link PluginLock}
 * @param coreFile the hashes that came with the distribution, as {@code sha256sum} writes them
 * @param denyFiles known-bad versions; see {@link DenyList}; those that are not there are empty
 * @param publishers whose signatures count
 * @param upload whether operators may install jars over HTTP
 */
public record TrustConfig(
        TrustPolicy policy,
        Path lockFile,
        Path coreFile,
        List<Path> denyFiles,
        Publishers publishers,
        boolean upload) {

    public TrustConfig {
        denyFiles = List.copyOf(denyFiles);
    }
}
