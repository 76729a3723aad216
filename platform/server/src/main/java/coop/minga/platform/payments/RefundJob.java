package coop.minga.platform.payments;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.platform.providers.Ask;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.Refund;
import coop.minga.plugin.api.payment.RefundReason;
import coop.minga.plugin.api.payment.RefundRequest;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Makes a refund at its provider and asks how it stands. Never makes it twice: what may have been
 * made is looked for by its key first.
 */
public final class RefundJob implements JobHandler<RefundJob.Give> {

    static final JobType<Give> TYPE = new JobType<>("payments.refund", Give.class);

    private static final Duration WAIT = Duration.ofMinutes(1);

    /** Which refund. */
    public record Give(RefundId refund) {}

    private final PaymentStore payments;
    private final RefundStore store;
    private final Refunds refunds;
    private final Vendors vendors;
    private final Db db;
    private final Clock clock;

    RefundJob(
            PaymentStore payments,
            RefundStore store,
            Refunds refunds,
            Vendors vendors,
            Db db,
            Clock clock) {
        this.payments = payments;
        this.store = store;
        this.refunds = refunds;
        this.vendors = vendors;
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
        if (vendors.find(payment.provider()).filter(Vendors.Vendor::takesWork).isEmpty()) {
            return JobOutcome.waiting(vendors.absence(payment.provider()), WAIT);
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
        return db.inTransaction(handle -> {
            run.fence(handle);
            return store.move(
                    handle,
                    refund.id(),
                    RefundState.CREATED,
                    RefundState.STARTING,
                    clock.instant());
        });
    }

    private void look(JobRun run, StoredPayment payment, StoredRefund refund) {
        Outcome<Optional<Refund>> found =
                call(
                        run,
                        payment,
                        refund,
                        "find-refund",
                        (provider, call) ->
                                refund.known().isPresent()
                                        ? Optional.of(
                                                provider.observeRefund(call, refund.known().get()))
                                        : provider.findRefund(call, refund.key()));
        switch (found) {
            case Outcome.Done<Optional<Refund>>(Optional<Refund> there) -> {
                if (there.isPresent()) {
                    change(run, handle -> refunds.apply(handle, refund.id(), there.get()));
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
                call(
                        run,
                        payment,
                        refund,
                        "refund",
                        (provider, call) -> provider.refund(call, request));
        RefundId id = refund.id();
        switch (given) {
            case Outcome.Done<Refund>(Refund seen) ->
                    change(run, handle -> refunds.apply(handle, id, seen));
            case Outcome.Unknown<Refund> _ -> change(run, handle -> refunds.lose(handle, id));
            case Outcome.Failed<Refund> failed -> {
                switch (failed.code()) {
                    case INVALID_REQUEST, UNSUPPORTED ->
                            change(
                                    run,
                                    handle -> refunds.refuse(handle, id, "refused_by_provider"));
                    case UNAUTHENTICATED, MISCONFIGURED ->
                            change(run, handle -> refunds.refuse(handle, id, Words.NOT_CONFIGURED));
                    case IDEMPOTENCY_MISMATCH ->
                            change(run, handle -> refunds.hold(handle, id, Alert.KEY_REUSED));
                    case NOT_FOUND ->
                            change(run, handle -> refunds.hold(handle, id, Alert.LOST_BY_PROVIDER));
                    case CONFLICT, LIMIT, UNAVAILABLE, CAPACITY, INTERNAL -> {
                        if (given.mayHaveHappened()) {
                            change(run, handle -> refunds.lose(handle, id));
                        }
                    }
                }
            }
        }
    }

    private StoredRefund change(JobRun run, Function<Handle, StoredRefund> change) {
        return db.inTransaction(handle -> {
            run.fence(handle);
            return change.apply(handle);
        });
    }

    private <T> Outcome<T> call(
            JobRun run,
            StoredPayment payment,
            StoredRefund refund,
            String operation,
            BiFunction<PaymentProvider, Call, T> work) {
        return vendors.call(
                payment.provider(),
                Ask.effect(operation, refund.key()).traced(run.traceId()),
                work);
    }
}
