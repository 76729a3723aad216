package coop.minga.platform.config;

/**
 * Fixed in the data directory at the first start; a trial never turns into production by a flag.
 */
public enum Mode {
    /**
     * Everything on and marked as a test: local mail box, plain http on loopback, second factor
     * offered.
     */
    TRIAL,
    /**
     * For real customers: second factor forced for operators, TLS or a trusted proxy, no test
     * parts.
     */
    PRODUCTION;

    public String id() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
