package coop.minga.platform.plugins;

import java.util.Optional;

/** Is told what plugins do; for different plugins in parallel. */
public interface PluginObserver {

    /** A plugin runs: its factories may be used. Must not run its code on this thread. */
    void started(StartedPlugin plugin);

    /**
     * Another version of a plugin runs beside the one in use. On return either everything has moved
     * over and nothing of the old one is in use or kept, or a reason says why that cannot be, and
     * everything is as it was. Bounded by the callee.
     */
    default Optional<Reason> replacing(StartedPlugin next) {
        draining(next.id());
        started(next);
        return Optional.empty();
    }

    /**
     * A plugin is about to be stopped. On return nothing of it may be in use or kept; bounded by
     * the callee.
     */
    void draining(String pluginId);
}
