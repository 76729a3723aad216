package coop.minga.platform.plugins;

import java.util.Locale;

/** What becomes of a jar that neither came with the host nor was approved. */
public enum TrustPolicy {
    /** It is refused. */
    LOCKED,
    /** It waits until an operator consents. */
    ASK,
    /** It runs. */
    OPEN;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws IllegalArgumentException for any other word
     */
    public static TrustPolicy of(String id) {
        return valueOf(id.toUpperCase(Locale.ROOT));
    }
}
