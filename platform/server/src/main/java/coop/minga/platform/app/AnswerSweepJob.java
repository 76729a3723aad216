package coop.minga.platform.app;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.AnswerRetention;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

import java.time.Clock;
import java.time.Duration;

/** Forgets the answers to requests that nobody repeats any more. */
final class AnswerSweepJob implements JobHandler<AnswerSweepJob.Nothing> {

    static final Duration INTERVAL = Duration.ofHours(1);

    private static final JobType<Nothing> TYPE = new JobType<>("http.sweep", Nothing.class);

    /** At least a day is promised; three cover a weekend. */
    private static final Duration KEPT = Duration.ofDays(3);

    private final Db db;
    private final Clock clock;

    AnswerSweepJob(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /** Needs to be told nothing. */
    record Nothing() {}

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing nothing) {
        db.useTransaction(handle -> {
            run.fence(handle);
            AnswerRetention.sweep(handle, clock.instant().minus(KEPT));
        });
        return JobOutcome.done();
    }
}
