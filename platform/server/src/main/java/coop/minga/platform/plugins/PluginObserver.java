package coop.minga.platform.plugins;

/** Is told what plugins do; for different plugins in parallel. */
public interface PluginObserver {

    /** A plugin runs: its factories may be used. Must not run its code on this thread. */
    void started(StartedPlugin plugin);

    /**
     * A plugin is about to be stopped. On return nothing of it may be in use or kept; bounded by
     * the callee.
     */
    void draining(String pluginId);
}
