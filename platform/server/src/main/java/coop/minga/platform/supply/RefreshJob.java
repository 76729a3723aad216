package coop.minga.platform.supply;

import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

/** Keeps the nodes' capacity as the backends report it. */
public final class RefreshJob implements JobHandler<RefreshJob.Nothing> {

    /** No payload. */
    public record Nothing() {}

    public static final JobType<Nothing> TYPE = new JobType<>("supply.refresh", Nothing.class);

    private final Supply supply;

    public RefreshJob(Supply supply) {
        this.supply = supply;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing payload) {
        supply.refresh();
        return JobOutcome.done();
    }
}
