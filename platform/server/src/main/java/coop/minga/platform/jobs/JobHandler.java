package coop.minga.platform.jobs;

/**
 * Does the work of one type of job. Thread-safe; must be idempotent, for a job may run again after
 * a crash.
 */
public interface JobHandler<P> {

    JobType<P> type();

    /** How it may be tried again and how long one run may take. */
    default JobPolicy policy() {
        return JobPolicy.standard();
    }

    /**
     * One run. Throwing counts as a failed attempt and is retried by the policy.
     *
     * @param run the run's attempt number and fence; every transaction that writes must begin with
     *     {@link JobRun#fence}
     */
    JobOutcome run(JobRun run, P payload) throws Exception;
}
