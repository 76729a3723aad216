package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.MingaConfig;
import coop.minga.platform.plugins.PluginsConfig;
import coop.minga.platform.plugins.TrustConfig;
import coop.minga.platform.plugins.TrustPolicy;
import coop.minga.plugin.loader.trust.Publishers;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where a host, and the commands beside it, find what concerns plugins. */
final class PluginSetup {

    private PluginSetup() {}

    /**
     * @param data the data directory
     * @param home the installation
     * @throws CannotStart when a publisher's key cannot be read
     */
    static PluginsConfig of(MingaConfig config, Path data, Path home) {
        MingaConfig.Plugins plugins = config.plugins();
        // What the installation brings, and what the operator adds elsewhere.
        List<Path> denied =
                Stream.of(home.resolve("config"), config.configDirectory())
                        .map(directory -> directory.resolve("plugins-deny.yaml"))
                        .distinct()
                        .toList();
        return PluginsConfig.of(
                plugins.directory(),
                data.resolve("plugin-cache"),
                new TrustConfig(
                        TrustPolicy.of(plugins.policy()),
                        data.resolve("plugins.lock"),
                        home.resolve("plugins.core"),
                        denied,
                        publishers(plugins),
                        plugins.upload()));
    }

    /**
     * Who may sign.
     *
     * @throws CannotStart when a publisher's key cannot be read
     */
    static Publishers publishers(MingaConfig.Plugins plugins) {
        try {
            return Publishers.of(plugins.publishers());
        } catch (IllegalArgumentException e) {
            throw new CannotStart("plugins.publishers: " + e.getMessage(), e);
        }
    }
}
