package coop.minga.platform.providers;

import java.util.Locale;

/** Where a provider's configuration comes from. */
public enum Source {
    /** A file below {@code config/providers}; wins, and is read-only in the browser. */
    FILE,
    /** The database; edited in the browser. */
    DATABASE,
    /** The factory needs no value: opened by itself under its own id. */
    PLUGIN;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
