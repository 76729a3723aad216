package coop.minga.plugins.docker;

/** The words of a failure that will not go away by trying again. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String words) {
        super(words, null, false, false);
    }
}
