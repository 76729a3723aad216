package coop.minga.platform.ledger;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

/** Frees expired holds and cuts a checkpoint; run every minute. */
public final class CheckpointJob implements JobHandler<CheckpointJob.Nothing> {

    private static final JobType<Nothing> TYPE = new JobType<>("ledger.checkpoint", Nothing.class);
    private static final int HOLDS = 500;

    /** No payload. */
    public record Nothing() {}

    private final Books books;
    private final Db db;

    public CheckpointJob(Books books, Db db) {
        this.books = books;
        this.db = db;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing nothing) {
        db.useTransaction(handle -> {
            run.fence(handle);
            books.expireHolds(handle, HOLDS);
        });
        // A transaction of its own: what it writes must not hold back its own cut.
        db.useTransaction(handle -> {
            run.fence(handle);
            books.cutCheckpoint(handle);
        });
        return JobOutcome.done();
    }
}
