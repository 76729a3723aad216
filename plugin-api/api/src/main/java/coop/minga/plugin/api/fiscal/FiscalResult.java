package coop.minga.plugin.api.fiscal;

/** What became of a reported document. */
public sealed interface FiscalResult {

    /** The authority's or the scheme's own number of the document; empty where there is none. */
    String reference();

    /** The authority took it. */
    record Authorized(String reference, String authorization) implements FiscalResult {}

    /** The authority has not decided; the host asks again. */
    record Pending(String reference) implements FiscalResult {}

    /** The document has its reference and nothing more happens: this issuer transmits nothing. */
    record Prepared(String reference) implements FiscalResult {}

    /**
     * The authority, or its rules, refuse it.
     *
     * @param reason for operators
     */
    record Rejected(String reference, String reason) implements FiscalResult {}

    /**
     * @param authorization what proves it, for example a number
     */
    static FiscalResult authorized(String reference, String authorization) {
        return new Authorized(reference, authorization);
    }

    static FiscalResult pending(String reference) {
        return new Pending(reference);
    }

    static FiscalResult prepared(String reference) {
        return new Prepared(reference);
    }

    static FiscalResult rejected(String reference, String reason) {
        return new Rejected(reference, reason);
    }
}
