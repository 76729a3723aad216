package coop.minga.platform.wallet;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

import java.time.Clock;
import java.time.Duration;

/** Takes back coins whose time is over; run every ten minutes. */
public final class ExpireJob implements JobHandler<ExpireJob.Nothing> {

    private static final JobType<Nothing> TYPE = new JobType<>("wallet.expire", Nothing.class);
    private static final int LIMIT = 200;

    /** No payload. */
    public record Nothing() {}

    private final WalletService wallet;
    private final Db db;
    private final Clock clock;

    public ExpireJob(WalletService wallet, Db db, Clock clock) {
        this.wallet = wallet;
        this.db = db;
        this.clock = clock;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing nothing) {
        int done =
                db.inTransaction(handle -> {
                    run.fence(handle);
                    return wallet.expireCoins(handle, clock.instant(), LIMIT);
                });
        return done == LIMIT ? JobOutcome.again(Duration.ZERO) : JobOutcome.done();
    }
}
