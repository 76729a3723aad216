package coop.minga.platform.plugins;

import java.util.Locale;

/** What a plugin is doing. */
public enum PluginState {
    /** The file is there. */
    DISCOVERED,
    /** Its bytes and its manifest are in order. */
    VERIFIED,
    /** It waits until an operator lets it run. */
    CONSENT,
    /** Its code runs. */
    STARTED,
    /** It cannot be used; the reason says why. */
    FAILED,
    /** An operator switched it off. */
    DISABLED,
    /** It is being let go of: no new work, what runs may end. */
    DRAINING,
    /** It is gone, but something of it stays in memory until the host restarts. */
    CLOSED;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
