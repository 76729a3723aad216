package coop.minga.platform.billing;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Charges the hour that is over, or ends the slot; comes again when the next is due. */
public final class DueJob implements JobHandler<DueJob.Due> {

    static final JobType<Due> TYPE = new JobType<>("billing.due", Due.class);

    /** What is due. */
    public record Due(SubscriptionId subscription) {}

    private final BillingService billing;
    private final Db db;
    private final Clock clock;

    public DueJob(BillingService billing, Db db, Clock clock) {
        this.billing = billing;
        this.db = db;
        this.clock = clock;
    }

    @Override
    public JobType<Due> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Due payload) {
        Optional<Instant> next =
                db.inTransaction(handle -> {
                    run.fence(handle);
                    return billing.settle(handle, payload.subscription());
                });
        if (next.isEmpty()) {
            return JobOutcome.done();
        }
        Duration wait = Duration.between(clock.instant(), next.get());
        return JobOutcome.again(wait.isNegative() ? Duration.ZERO : wait);
    }
}
