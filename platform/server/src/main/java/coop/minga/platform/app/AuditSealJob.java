package coop.minga.platform.app;

import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

/** Seals the audit log; run every minute. */
public final class AuditSealJob implements JobHandler<AuditSealJob.Nothing> {

    /** No payload. */
    public record Nothing() {}

    private static final JobType<Nothing> TYPE = new JobType<>("audit.seal", Nothing.class);

    private final AuditLog audit;

    public AuditSealJob(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing nothing) {
        audit.seal();
        return JobOutcome.done();
    }
}
