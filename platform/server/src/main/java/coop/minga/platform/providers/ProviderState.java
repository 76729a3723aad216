package coop.minga.platform.providers;

import java.util.Locale;

/** What a configured provider is doing. */
public enum ProviderState {
    /** Its configuration is in order; its plugin is not there or not asked yet. */
    CONFIGURED,
    /** It was opened and is being looked at. */
    PROBING,
    /** It works. */
    READY,
    /** It works with a limitation. */
    DEGRADED,
    /** What it drives is not here, and nobody asked for it. */
    NOT_SET_UP,
    /** It cannot work until somebody acts. */
    FAILED,
    /** It takes no new work; what runs may end. */
    DRAINING,
    /** It was let go of. */
    CLOSED;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether new work may be given to it. */
    public boolean takesWork() {
        return this == READY || this == DEGRADED;
    }
}
