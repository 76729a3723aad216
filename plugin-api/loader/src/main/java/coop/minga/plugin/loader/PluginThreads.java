package coop.minga.plugin.loader;

import java.util.Optional;

/** Tells whose code a thread runs. */
public final class PluginThreads {

    private PluginThreads() {}

    /**
     * The id of the plugin whose code a thread runs or was made by, as its context class loader
     * says; empty for the host's own threads.
     */
    public static Optional<String> owner(Thread thread) {
        return thread.getContextClassLoader() instanceof PluginClassLoader loader
                ? Optional.of(loader.pluginId())
                : Optional.empty();
    }
}
