package coop.minga.platform.plugins;

import coop.minga.plugin.loader.PluginRejected;

/** Whether a jar whose bytes are in order may run. */
sealed interface Verdict {

    Standing standing();

    /**
     * It may.
     *
     * @param grant what it may serve and where it may connect
     */
    record Admitted(Standing standing, Grant grant) implements Verdict {}

    /** An operator has to consent first; the standing says to what. */
    record Waiting(Standing standing, Reason reason) implements Verdict {}

    /**
     * It may not.
     *
     * @param remedy what an operator can do about it
     */
    record Refused(Standing standing, PluginRejected rejected, Remedy remedy) implements Verdict {}

    /** How a refused jar gets to run. */
    enum Remedy {
        /** Another file is needed. */
        NONE,
        /** By approving it. */
        APPROVE,
        /** By approving it in spite of what is wrong with it. */
        APPROVE_ANYWAY
    }

    /** Whether what follows for the plugin is the same, whatever else is said about it. */
    default boolean agreesWith(Verdict other) {
        return switch (this) {
            case Admitted admitted ->
                    other instanceof Admitted that && admitted.grant.equals(that.grant);
            case Waiting waiting -> waiting.equals(other);
            case Refused refused ->
                    other instanceof Refused that
                            && refused.standing.equals(that.standing)
                            && refused.rejected.code() == that.rejected.code();
        };
    }
}
