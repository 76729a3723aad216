package coop.minga.platform.jobs;

import org.jdbi.v3.core.Handle;

/** One run of a job. */
public interface JobRun {

    /** The job's id within its type. */
    String id();

    /** 1 at the first attempt. */
    int attempt();

    /** 32 hex digits, the same over all attempts. */
    String traceId();

    /**
     * Makes sure that this run still holds the job, and keeps it so until the transaction ends: a
     * process that slept past its lease cannot write. Call it first in every transaction of the
     * run.
     *
     * @throws LostLease when another host runs the job by now; let it pass
     */
    void fence(Handle handle);

    /** Somebody else runs this job by now. */
    final class LostLease extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public LostLease(String job) {
            super("The lease on job " + job + " was lost");
        }
    }
}
