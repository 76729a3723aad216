package coop.minga.platform.payments;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.platform.providers.Outcome;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.payment.MethodHandle;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.PaymentProvider;
import coop.minga.plugin.api.payment.SavedMethods;
import coop.minga.plugin.api.payment.SetupRequest;

import java.time.Clock;
import java.util.Optional;

/**
 * Saves a method at its provider, asks how that stands, and has it forgotten. Never begins twice:
 * what may have been begun is looked for by its key first.
 */
public final class SetupJob implements JobHandler<SetupJob.Save> {

    static final JobType<Save> TYPE = new JobType<>("payments.method", Save.class);

    /** Which method. */
    public record Save(MethodId method) {}

    private final MethodStore store;
    private final Methods methods;
    private final Errands errands;
    private final Intents intents;
    private final Db db;
    private final Clock clock;

    SetupJob(
            MethodStore store,
            Methods methods,
            Errands errands,
            Intents intents,
            Db db,
            Clock clock) {
        this.store = store;
        this.methods = methods;
        this.errands = errands;
        this.intents = intents;
        this.db = db;
        this.clock = clock;
    }

    @Override
    public JobType<Save> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Save payload) {
        StoredMethod method = db.read(handle -> store.find(handle, payload.method())).orElse(null);
        if (method == null || !method.state().isOpen()) {
            return JobOutcome.done();
        }
        Optional<JobOutcome> absence = errands.absence(method.provider());
        if (absence.isPresent()) {
            return absence.get();
        }
        switch (method.state()) {
            case CREATED -> {
                if (begin(run, method)) {
                    start(run, method);
                }
            }
            case STARTING, UNKNOWN, REQUIRES_ACTION, PENDING -> look(run, method);
            case REMOVING -> forget(run, method);
            case SAVED, DECLINED, HELD, REMOVED -> {}
        }
        return JobOutcome.done();
    }

    private boolean begin(JobRun run, StoredMethod method) {
        return errands.write(
                run,
                "setup-begin",
                handle ->
                        store.move(
                                handle,
                                method.id(),
                                MethodState.CREATED,
                                MethodState.STARTING,
                                clock.instant()));
    }

    private Outcome<Optional<MethodSetup>> found(JobRun run, StoredMethod method) {
        return errands.ask(
                run,
                method.provider(),
                "find-setup",
                method.key(),
                (provider, call) ->
                        method.setup().isPresent()
                                ? Optional.of(
                                        keeper(provider).observeSetup(call, method.setup().get()))
                                : keeper(provider).findSetup(call, method.key()));
    }

    private void look(JobRun run, StoredMethod method) {
        switch (found(run, method)) {
            case Outcome.Done<Optional<MethodSetup>>(Optional<MethodSetup> there) -> {
                if (there.isPresent()) {
                    learn(run, method, there.get());
                } else {
                    start(run, method);
                }
            }
            case Outcome.Failed<Optional<MethodSetup>> _,
                    Outcome.Unknown<Optional<MethodSetup>> _ -> {
                // Asked again at the next round.
            }
        }
    }

    private void start(JobRun run, StoredMethod method) {
        SetupRequest request = db.read(handle -> intents.of(handle, method));
        Outcome<MethodSetup> begun =
                errands.ask(
                        run,
                        method.provider(),
                        "setup",
                        method.key(),
                        (provider, call) -> keeper(provider).setup(call, request));
        MethodId id = method.id();
        switch (begun) {
            case Outcome.Done<MethodSetup>(MethodSetup seen) -> learn(run, method, seen);
            case Outcome.Unknown<MethodSetup> _ ->
                    errands.write(run, "setup-learn", handle -> methods.lose(handle, id));
            case Outcome.Failed<MethodSetup> failed -> {
                switch (failed.code()) {
                    case INVALID_REQUEST, UNSUPPORTED ->
                            errands.write(
                                    run,
                                    "setup-learn",
                                    handle -> methods.refuse(handle, id, "not_supported"));
                    case UNAUTHENTICATED, MISCONFIGURED ->
                            errands.write(
                                    run,
                                    "setup-learn",
                                    handle -> methods.refuse(handle, id, Words.NOT_CONFIGURED));
                    case IDEMPOTENCY_MISMATCH ->
                            errands.write(
                                    run,
                                    "setup-learn",
                                    handle -> methods.hold(handle, method, Alert.KEY_REUSED));
                    case NOT_FOUND, CONFLICT, LIMIT, UNAVAILABLE, CAPACITY, INTERNAL -> {
                        if (begun.mayHaveHappened()) {
                            errands.write(run, "setup-learn", handle -> methods.lose(handle, id));
                        }
                    }
                }
            }
        }
    }

    private void learn(JobRun run, StoredMethod method, MethodSetup seen) {
        errands.write(run, "setup-learn", handle -> methods.apply(handle, method.id(), seen));
    }

    /** What was being saved when it was given up may be saved by now: then that is forgotten. */
    private void forget(JobRun run, StoredMethod method) {
        Optional<MethodHandle> known = method.handle();
        if (known.isEmpty()) {
            switch (found(run, method)) {
                case Outcome.Done<Optional<MethodSetup>>(Optional<MethodSetup> there) ->
                        known =
                                there.map(MethodSetup::outcome)
                                        .filter(MethodSetup.Outcome.Saved.class::isInstance)
                                        .map(MethodSetup.Outcome.Saved.class::cast)
                                        .map(saved -> saved.method().handle());
                case Outcome.Failed<Optional<MethodSetup>> _,
                        Outcome.Unknown<Optional<MethodSetup>> _ -> {
                    return;
                }
            }
        }
        if (known.isEmpty() || removed(run, method, known.get())) {
            errands.write(run, "setup-learn", handle -> methods.removed(handle, method.id()));
        }
    }

    private boolean removed(JobRun run, StoredMethod method, MethodHandle known) {
        return switch (errands.ask(
                run,
                method.provider(),
                "remove-method",
                Intents.removeKey(method.id()),
                (provider, call) -> {
                    keeper(provider).remove(call, known);
                    return known;
                })) {
            case Outcome.Done<MethodHandle> _ -> true;
            case Outcome.Failed<MethodHandle> failed ->
                    failed.code() == ProviderException.Code.NOT_FOUND;
            case Outcome.Unknown<MethodHandle> _ -> false;
        };
    }

    static SavedMethods keeper(PaymentProvider provider) {
        if (provider instanceof SavedMethods keeper) {
            return keeper;
        }
        throw new ProviderException(ProviderException.Code.UNSUPPORTED, "It does not save methods");
    }
}
