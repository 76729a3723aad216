package coop.minga.platform.payments;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.payments.Alerts.Alert;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Has everything that is not decided asked for: after 1, 5 and 15 minutes, 1 and 6 hours, and then
 * each day. What webhooks lose comes back here.
 */
public final class JanitorJob implements JobHandler<JanitorJob.Round> {

    private static final JobType<Round> TYPE = new JobType<>("payments.janitor", Round.class);

    /** The waits after the first, second, … check; the last one for ever. */
    static final List<Duration> LADDER =
            List.of(
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(15),
                    Duration.ofHours(1),
                    Duration.ofHours(6),
                    Duration.ofDays(1));

    private static final int LIMIT = 500;
    private static final Duration KEEP_HOOKS = Duration.ofDays(90);

    /** Nothing to say. */
    public record Round() {}

    private final PaymentStore payments;
    private final RefundStore refunds;
    private final MethodStore methods;
    private final HookStore hooks;
    private final Settlement settlement;
    private final Jobs jobs;
    private final Db db;
    private final Clock clock;

    JanitorJob(
            PaymentStore payments,
            RefundStore refunds,
            MethodStore methods,
            HookStore hooks,
            Settlement settlement,
            Jobs jobs,
            Db db,
            Clock clock) {
        this.payments = payments;
        this.refunds = refunds;
        this.methods = methods;
        this.hooks = hooks;
        this.settlement = settlement;
        this.jobs = jobs;
        this.db = db;
        this.clock = clock;
    }

    @Override
    public JobType<Round> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Round payload) {
        db.useTransaction(handle -> {
            run.fence(handle);
            round(handle, clock.instant());
        });
        return JobOutcome.done();
    }

    void round(Handle handle, Instant now) {
        for (PaymentId id : payments.due(handle, now, LIMIT)) {
            StoredPayment payment = payments.find(handle, id).orElseThrow();
            if (payment.checks() == LADDER.size() && payment.state() == PaymentState.UNKNOWN) {
                payment = settlement.attend(handle, payment, Alert.STILL_UNKNOWN);
            }
            payments.checked(handle, id, payment.checks() + 1, now.plus(wait(payment.checks())));
            jobs.enqueue(handle, CheckJob.TYPE, id.toString(), new CheckJob.Check(id));
        }
        for (RefundId id : refunds.due(handle, now, LIMIT)) {
            Optional<StoredRefund> refund = refunds.find(handle, id);
            int checks = refund.map(StoredRefund::checks).orElse(0);
            refunds.checked(handle, id, checks + 1, now.plus(wait(checks)));
            jobs.enqueue(handle, RefundJob.TYPE, id.toString(), new RefundJob.Give(id));
        }
        for (MethodId id : methods.due(handle, now, LIMIT)) {
            int checks = methods.find(handle, id).map(StoredMethod::checks).orElse(0);
            methods.checked(handle, id, checks + 1, now.plus(wait(checks)));
            jobs.enqueue(handle, SetupJob.TYPE, id.toString(), new SetupJob.Save(id));
        }
        hooks.forget(handle, now.minus(KEEP_HOOKS), LIMIT);
    }

    private static Duration wait(int checks) {
        return LADDER.get(Math.min(checks, LADDER.size() - 1));
    }
}
