package coop.minga.platform.billing;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

/** Every minute looks for subscriptions whose own job was lost. */
public final class SweepJob implements JobHandler<SweepJob.Sweep> {

    private static final JobType<Sweep> TYPE = new JobType<>("billing.sweep", Sweep.class);
    private static final int LIMIT = 1_000;

    /** Nothing to say. */
    public record Sweep() {}

    private final BillingService billing;
    private final Db db;

    public SweepJob(BillingService billing, Db db) {
        this.billing = billing;
        this.db = db;
    }

    @Override
    public JobType<Sweep> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Sweep payload) {
        db.useTransaction(handle -> {
            run.fence(handle);
            billing.sweep(handle, LIMIT);
        });
        return JobOutcome.done();
    }
}
