package coop.minga.platform.plugins;

import java.util.Locale;

/** Who vouches for a jar. */
public enum SignatureState {
    /** It came with this host and is as it came. */
    CORE,
    /** A publisher the operator knows signed all of it. */
    SIGNED,
    /** Nobody the operator knows. */
    UNSIGNED,
    /** Somebody did, for other content. */
    MODIFIED,
    /** Its signature is broken. */
    INVALID;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
