package coop.minga.platform.payments;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;

import java.time.Clock;
import java.util.Optional;

/**
 * Makes a refund at its provider and asks how it stands. Never makes it twice: what may have been
 * made is looked for by its key first.
 */
public final class RefundJob implements JobHandler<RefundJob.Give> {

    static final JobType<Give> TYPE = new JobType<>("payments.refund", Give.class);

    /** Which refund. */
    public record Give(RefundId refund) {}

    private final PaymentStore payments;
    private final RefundStore store;
    private final Refunds refunds;
    private final Errands errands;
    private final Db db;
    private final Clock clock;

    RefundJob(
            PaymentStore payments,
            RefundStore store,
            Refunds refunds,
            Errands errands,
            Db db,
            Clock clock) {
        this.payments = payments;
        this.store = store;
        this.refunds = refunds;
        this.errands = errands;
        this.db = db;
        this.clock = clock;
    }

    @Override
    public JobType<Give> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Give payload) {
        StoredRefund refund = db.read(handle -> store.find(handle, payload.refund())).orElse(null);
        if (refund == null || !refund.state().isOpen()) {
            return JobOutcome.done();
        }
        StoredPayment payment =
                db.read(handle -> payments.find(handle, refund.payment())).orElseThrow();
        Optional<JobOutcome> absence = errands.absence(payment.provider());
        if (absence.isPresent()) {
            return absence.get();
        }
        switch (refund.state()) {
            case CREATED -> {
                if (begin(run, refund)) {
                    give(run, payment, refund);
                }
            }
            case STARTING, UNKNOWN, PENDING -> look(run, payment, refund);
            case SUCCEEDED, DECLINED, HELD -> {}
        }
        return JobOutcome.done();
    }

    /** The key is in the database; from here on the provider may have done it. */
    private boolean begin(JobRun run, StoredRefund refund) {
        return errands.write(
                run,
                "refund-begin",
                handle ->
                        store.move(
                                handle,
                                refund.id(),
                                RefundState.CREATED,
                                RefundState.STARTING,
                                clock.instant()));
    }

    private void look(JobRun run, StoredPayment payment, StoredRefund refund) {
        Outcome<Optional<Refund>> found =
                errands.ask(
                        run,
                        payment.provider(),
                        "find-refund",
                        refund.key(),
                        (provider, call) ->
                                refund.known().isPresent()
                                        ? Optional.of(
                                                provider.observeRefund(call, refund.known().get()))
                                        : provider.findRefund(call, refund.key()));
        switch (found) {
            case Outcome.Done<Optional<Refund>>(Optional<Refund> there) -> {
                if (there.isPresent()) {
                    errands.write(
                            run,
                            "refund-learn",
                            handle -> refunds.apply(handle, refund.id(), there.get()));
                } else {
                    give(run, payment, refund);
                }
            }
            case Outcome.Failed<Optional<Refund>> _, Outcome.Unknown<Optional<Refund>> _ -> {
                // Asked again at the next round.
            }
        }
    }

    private void give(JobRun run, StoredPayment payment, StoredRefund refund) {
        RefundRequest request =
                new RefundRequest(
                        payment.known().orElseThrow(),
                        refund.id().toString(),
                        refund.amount(),
                        RefundReason.REQUESTED_BY_CUSTOMER);
        Outcome<Refund> given =
                errands.ask(
                        run,
                        payment.provider(),
                        "refund",
                        refund.key(),
                        (provider, call) -> provider.refund(call, request));
        RefundId id = refund.id();
        switch (given) {
            case Outcome.Done<Refund>(Refund seen) ->
                    errands.write(run, "refund-learn", handle -> refunds.apply(handle, id, seen));
            case Outcome.Unknown<Refund> _ ->
                    errands.write(run, "refund-learn", handle -> refunds.lose(handle, id));
            case Outcome.Failed<Refund> failed -> {
                switch (failed.code()) {
                    case INVALID_REQUEST, UNSUPPORTED ->
                            errands.write(
                                    run,
                                    "refund-learn",
                                    handle -> refunds.refuse(handle, id, "refused_by_provider"));
                    case UNAUTHENTICATED, MISCONFIGURED ->
                            errands.write(
                                    run,
                                    "refund-learn",
                                    handle -> refunds.refuse(handle, id, Words.NOT_CONFIGURED));
                    case IDEMPOTENCY_MISMATCH ->
                            errands.write(
                                    run,
                                    "refund-learn",
                                    handle -> refunds.hold(handle, id, Alert.KEY_REUSED));
                    case NOT_FOUND ->
                            errands.write(
                                    run,
                                    "refund-learn",
                                    handle -> refunds.hold(handle, id, Alert.LOST_BY_PROVIDER));
                    case CONFLICT, LIMIT, UNAVAILABLE, CAPACITY, INTERNAL -> {
                        if (given.mayHaveHappened()) {
                            errands.write(run, "refund-learn", handle -> refunds.lose(handle, id));
                        }
                    }
                }
            }
        }
    }
}
