package coop.minga.platform.jobs;

import java.time.Duration;

/** How a run ended. */
public sealed interface JobOutcome {

    /** Finished for good. */
    record Done() implements JobOutcome {}

    /** Not a failure: run again after a while, with the attempts counted anew. */
    record Again(Duration delay) implements JobOutcome {}

    /** A failed attempt: tried again by the policy, then put aside with the reason. */
    record Failed(String reason) implements JobOutcome {}

    /**
     * Cannot go on until something else is there (a plugin, a provider): waits visibly, does not
     * count as failed.
     */
    record Waiting(String reason, Duration delay) implements JobOutcome {}

    static JobOutcome done() {
        return new Done();
    }

    static JobOutcome again(Duration delay) {
        return new Again(delay);
    }

    static JobOutcome failed(String reason) {
        return new Failed(reason);
    }

    static JobOutcome waiting(String reason, Duration delay) {
        return new Waiting(reason, delay);
    }
}
