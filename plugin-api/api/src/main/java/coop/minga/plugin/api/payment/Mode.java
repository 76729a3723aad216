package coop.minga.plugin.api.payment;

/** Whether money is real. A configured provider is one or the other for its whole life. */
public enum Mode {
    /** Nobody pays anything: test keys, a vendor's sandbox. */
    TEST,
    /** Real money. */
    LIVE
}
