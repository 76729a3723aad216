package coop.minga.platform.billing;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

/** Looks every few minutes whose funds run low. */
public final class WatchJob implements JobHandler<WatchJob.Nothing> {

    private static final JobType<Nothing> TYPE = new JobType<>("billing.watch", Nothing.class);

    /** Nothing to say. */
    public record Nothing() {}

    private final Spending spending;
    private final Db db;

    public WatchJob(Spending spending, Db db) {
        this.spending = spending;
        this.db = db;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing payload) {
        db.useTransaction(handle -> {
            run.fence(handle);
            spending.watch(handle);
        });
        return JobOutcome.done();
    }
}
