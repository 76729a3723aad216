package coop.minga.platform.orders;

import coop.minga.platform.OrderId;
import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Wakes orders that nobody has worked on for a while, should their job have been lost. */
public final class SweepJob implements JobHandler<SweepJob.Nothing> {

    /** No payload. */
    public record Nothing() {}

    public static final JobType<Nothing> TYPE = new JobType<>("orders.sweep", Nothing.class);

    private static final Duration FORGOTTEN = Duration.ofMinutes(2);
    private static final Duration KEEP_QUOTES = Duration.ofDays(7);

    private final Db db;
    private final Orders orders;
    private final Clock clock;
    private final OrderStore store = new OrderStore();

    public SweepJob(Db db, Orders orders, Clock clock) {
        this.db = db;
        this.orders = orders;
        this.clock = clock;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing payload) {
        Instant now = clock.instant();
        for (OrderId id : db.read(handle -> store.forgotten(handle, now.minus(FORGOTTEN)))) {
            db.useTransaction(handle -> orders.wake(handle, id));
        }
        db.useTransaction(handle -> store.sweepQuotes(handle, now.minus(KEEP_QUOTES)));
        return JobOutcome.done();
    }
}
