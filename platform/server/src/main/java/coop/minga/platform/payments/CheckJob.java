package coop.minga.platform.payments;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.payment.DeclineReason;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.Payment;
import coop.minga.plugin.api.payment.PaymentHandle;
import coop.minga.plugin.api.payment.PaymentIntent;
import coop.minga.plugin.api.payment.PaymentOutcome;
import coop.minga.plugin.api.payment.PaymentProvider;

import java.time.Clock;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Begins a payment at its provider, asks how it stands, and takes what the payer agreed to. Never
 * begins twice: what may have been begun is looked for by its key first.
 */
public final class CheckJob implements JobHandler<CheckJob.Check> {

    static final JobType<Check> TYPE = new JobType<>("payments.check", Check.class);

    /** Which payment. */
    public record Check(PaymentId payment) {}

    private final PaymentStore store;
    private final Settlement settlement;
    private final Methods methods;
    private final Errands errands;
    private final Intents intents;
    private final Db db;
    private final Clock clock;

    CheckJob(
            PaymentStore store,
            Settlement settlement,
            Methods methods,
            Errands errands,
            Intents intents,
            Db db,
            Clock clock) {
        this.store = store;
        this.settlement = settlement;
        this.methods = methods;
        this.errands = errands;
        this.intents = intents;
        this.db = db;
        this.clock = clock;
    }

    @Override
    public JobType<Check> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Check payload) {
        PaymentId id = payload.payment();
        StoredPayment payment = db.read(handle -> store.find(handle, id)).orElse(null);
        if (payment == null || payment.state() == PaymentState.HELD) {
            return JobOutcome.done();
        }
        Optional<JobOutcome> absence = errands.absence(payment.provider());
        if (absence.isPresent()) {
            return absence.get();
        }
        StoredPayment after = look(run, payment);
        if (after.state() == PaymentState.AUTHORIZED) {
            capture(run, after);
        }
        return JobOutcome.done();
    }

    private StoredPayment look(JobRun run, StoredPayment payment) {
        Optional<PaymentHandle> handle = payment.known();
        if (handle.isPresent()) {
            return observed(
                    run,
                    payment,
                    call(
                            run,
                            payment,
                            "observe",
                            (provider, call) -> provider.observe(call, handle.get())));
        }
        return switch (payment.state()) {
            case CREATED -> begin(run, payment) ? start(run, payment) : payment;
            case STARTING, UNKNOWN -> find(run, payment);
            case REQUIRES_ACTION, AUTHORIZED, PENDING, SUCCEEDED, DECLINED, HELD -> payment;
        };
    }

    /** The key is in the database; from here on the provider may know of the payment. */
    private boolean begin(JobRun run, StoredPayment payment) {
        return errands.write(
                run,
                "begin",
                handle ->
                        store.move(
                                handle,
                                payment.id(),
                                PaymentState.CREATED,
                                PaymentState.STARTING,
                                clock.instant()));
    }

    private StoredPayment find(JobRun run, StoredPayment payment) {
        Outcome<Optional<Payment>> found =
                call(run, payment, "find", (provider, call) -> provider.find(call, payment.key()));
        return switch (found) {
            case Outcome.Done<Optional<Payment>>(Optional<Payment> there) ->
                    there.isPresent() ? apply(run, payment.id(), there.get()) : start(run, payment);
            case Outcome.Failed<Optional<Payment>> _, Outcome.Unknown<Optional<Payment>> _ ->
                    payment;
        };
    }

    private StoredPayment start(JobRun run, StoredPayment payment) {
        MethodId method = payment.method();
        Optional<MethodHandle> saved =
                method == null
                        ? Optional.empty()
                        : db.read(handle -> methods.chargeable(handle, payment.team(), method))
                                .flatMap(StoredMethod::handle);
        if (method != null && saved.isEmpty()) {
            return errands.write(
                    run,
                    "learn",
                    handle ->
                            settlement.refuse(
                                    handle, payment.id(), Words.code(DeclineReason.METHOD_GONE)));
        }
        PaymentIntent intent = db.read(handle -> intents.of(handle, payment));
        Outcome<Payment> started =
                saved.isPresent()
                        ? call(
                                run,
                                payment,
                                "charge",
                                (provider, call) ->
                                        SetupJob.keeper(provider).charge(call, intent, saved.get()))
                        : call(
                                run,
                                payment,
                                "start",
                                (provider, call) -> provider.start(call, intent));
        PaymentId id = payment.id();
        return switch (started) {
            case Outcome.Done<Payment>(Payment seen) -> apply(run, id, seen);
            case Outcome.Unknown<Payment> _ ->
                    errands.write(run, "learn", handle -> settlement.lose(handle, id));
            case Outcome.Failed<Payment> failed ->
                    switch (failed.code()) {
                        case INVALID_REQUEST, UNSUPPORTED ->
                                errands.write(
                                        run,
                                        "learn",
                                        handle -> settlement.refuse(handle, id, "not_supported"));
                        case UNAUTHENTICATED, MISCONFIGURED ->
                                errands.write(
                                        run,
                                        "learn",
                                        handle ->
                                                settlement.attend(
                                                        handle,
                                                        settlement.refuse(
                                                                handle, id, Words.NOT_CONFIGURED),
                                                        Alert.NOT_CONFIGURED));
                        case IDEMPOTENCY_MISMATCH ->
                                errands.write(
                                        run,
                                        "learn",
                                        handle -> settlement.hold(handle, id, Alert.KEY_REUSED));
                        case NOT_FOUND, CONFLICT, LIMIT, UNAVAILABLE, CAPACITY, INTERNAL ->
                                started.mayHaveHappened()
                                        ? errands.write(
                                                run, "learn", handle -> settlement.lose(handle, id))
                                        : payment;
                    };
        };
    }

    private void capture(JobRun run, StoredPayment payment) {
        Outcome<Payment> captured =
                errands.ask(
                        run,
                        payment.provider(),
                        "capture",
                        Intents.captureKey(payment.id()),
                        (provider, call) ->
                                provider.capture(
                                        call, payment.known().orElseThrow(), payment.amount()));
        observed(run, payment, captured);
    }

    private StoredPayment observed(JobRun run, StoredPayment payment, Outcome<Payment> outcome) {
        return switch (outcome) {
            case Outcome.Done<Payment>(Payment seen) -> apply(run, payment.id(), seen);
            case Outcome.Failed<Payment> failed ->
                    switch (failed.code()) {
                        case NOT_FOUND ->
                                errands.write(
                                        run,
                                        "learn",
                                        handle ->
                                                settlement.hold(
                                                        handle,
                                                        payment.id(),
                                                        Alert.LOST_BY_PROVIDER));
                        case INVALID_REQUEST,
                                UNAUTHENTICATED,
                                MISCONFIGURED,
                                CONFLICT,
                                IDEMPOTENCY_MISMATCH,
                                LIMIT,
                                UNAVAILABLE,
                                CAPACITY,
                                UNSUPPORTED,
                                INTERNAL ->
                                payment;
                    };
            case Outcome.Unknown<Payment> _ -> payment;
        };
    }

    private StoredPayment apply(JobRun run, PaymentId id, Payment seen) {
        return errands.write(
                run,
                "learn",
                handle -> {
                    StoredPayment after = settlement.apply(handle, id, seen);
                    MethodId method = after.method();
                    if (method != null
                            && seen.outcome()
                                    instanceof PaymentOutcome.Declined(DeclineReason reason)
                            && reason == DeclineReason.METHOD_GONE) {
                        methods.gone(handle, method);
                    }
                    return after;
                });
    }

    private <T> Outcome<T> call(
            JobRun run,
            StoredPayment payment,
            String operation,
            BiFunction<PaymentProvider, Call, T> work) {
        return errands.ask(run, payment.provider(), operation, payment.key(), work);
    }
}
