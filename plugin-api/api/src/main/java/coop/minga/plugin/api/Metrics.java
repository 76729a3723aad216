package coop.minga.plugin.api;

import java.time.Duration;

/** Counters and timers under the plugin's own prefix ({@code minga_plugin_}). */
public interface Metrics {

    /**
     * Adds to a counter. Names match {@code [a-z][a-z0-9_]{0,40}}; at most 100 different ones are
     * kept per plugin.
     */
    void count(String name, long amount);

    /** Records how long something took. */
    void time(String name, Duration duration);
}
