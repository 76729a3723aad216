package coop.minga.platform.config;

/**
 * The host cannot start, or a command cannot do its work, until the operator changes something. The
 * message is one sentence for the operator that says what to do.
 */
public final class CannotStart extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CannotStart(String sentence) {
        super(sentence);
    }

    public CannotStart(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
