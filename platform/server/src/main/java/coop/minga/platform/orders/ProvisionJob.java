package coop.minga.platform.orders;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.MingaException;
import coop.minga.platform.NodeId;
import coop.minga.platform.OrderId;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.db.Db;
import coop.minga.platform.instances.Hints;
import coop.minga.platform.instances.Instance;
import coop.minga.platform.instances.InstanceState;
import coop.minga.platform.instances.Instances;
import coop.minga.platform.instances.InstancesConfig;
import coop.minga.platform.instances.Placement;
import coop.minga.platform.instances.Reason;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobPolicy;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.platform.supply.Reservation;
import coop.minga.platform.supply.Supply;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Delivers an order, or undoes it. What is known is always in the books before the next thing is
 * done, so that any run can end anywhere and the next one goes on:
 *
 * <ul>
 *   <li>a placement's key is written before the backend is called; after a call whose outcome is
 *       not known the backend is asked for the key until it says yes or no;
 *   <li>nothing is created elsewhere, and nothing is given back, before it is certain that nothing
 *       is left behind;
 *   <li>funds are taken in the very transaction that makes the instance running.
 * </ul>
 */
public final class ProvisionJob implements JobHandler<ProvisionJob.Provision> {

    /** Names the order. */
    public record Provision(OrderId order) {}

    public static final JobType<Provision> TYPE =
            new JobType<>("orders.provision", Provision.class);

    private static final Logger log = LoggerFactory.getLogger(ProvisionJob.class);
    private static final int MAX_NODES = 3;

    /** How often a backend must know nothing of a key before it is believed. */
    private static final int BLANKS = 2;

    private static final Duration FIRST_LOOK = Duration.ofMillis(20);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(300);
    private static final Duration IN_ONE_RUN = Duration.ofSeconds(5);

    /** A backend may list what it accepted a moment later. */
    private static final Duration SHORT_SIGHT = Duration.ofSeconds(5);

    private final Parts parts;
    private final OrderStore store = new OrderStore();

    /** What it is made of. */
    public record Parts(
            Db db,
            Orders orders,
            Instances instances,
            BillingService billing,
            Supply supply,
            Backends backends,
            Hints hints,
            InstancesConfig config,
            Clock clock,
            CrashPoint crash) {}

    public ProvisionJob(Parts parts) {
        this.parts = parts;
    }

    @Override
    public JobType<Provision> type() {
        return TYPE;
    }

    /** It gives up by its own rules, never by a count of attempts that failed for other causes. */
    @Override
    public JobPolicy policy() {
        return new JobPolicy(
                1_000, Duration.ofMillis(500), Duration.ofMinutes(1), Duration.ofMinutes(5));
    }

    /** Where an order stands at one moment. */
    private record Standing(Order order, Instance instance, Placement placement) {
        boolean unwanted() {
            return instance.state() == InstanceState.TERMINATING;
        }
    }

    /** One run over one order. */
    private final class Run {
        private final JobRun job;
        private final OrderId id;
        private final Instant begun = parts.clock().instant();

        Run(JobRun job, OrderId id) {
            this.job = job;
            this.id = id;
        }

        private void write(Change change) {
            parts.db()
                    .useTransaction(handle -> {
                        job.fence(handle);
                        Order order = parts.orders().lock(handle, id);
                        if (!order.state().isOver()) {
                            Instance instance = parts.instances().lock(handle, order.instanceId());
                            change.in(handle, order, instance);
                        }
                    });
        }
    }

    /** A change of the books. */
    @FunctionalInterface
    private interface Change {
        void in(Handle handle, Order order, Instance instance);
    }

    @Override
    public JobOutcome run(JobRun job, Provision payload) throws InterruptedException {
        Run run = new Run(job, payload.order());
        while (true) {
            Optional<Standing> found = parts.db().read(handle -> standing(handle, payload.order()));
            if (found.isEmpty()) {
                return JobOutcome.done();
            }
            Standing at = found.get();
            @Nullable JobOutcome pause =
                    switch (at.placement().state()) {
                        case "new" -> at.unwanted() ? settleNothing(run, at) : create(run, at);
                        case "calling" -> find(run, at);
                        case "created" ->
                                at.unwanted() ? discard(run, at, "deleted") : watch(run, at);
                        case "discarding" -> destroy(run, at);
                        default -> at.unwanted() ? cancel(run, at) : next(run, at);
                    };
            if (pause != null) {
                return pause;
            }
        }
    }

    private Optional<Standing> standing(Handle handle, OrderId id) {
        return store.find(handle, id)
                .filter(order -> !order.state().isOver())
                .map(order -> {
                    Instance instance =
                            parts.instances().find(handle, order.instanceId()).orElseThrow();
                    Placement newest =
                            parts.instances().placements(handle, instance.id()).getFirst();
                    return new Standing(order, instance, newest);
                });
    }

    /** It was deleted before anything was asked of a backend. */
    private @Nullable JobOutcome settleNothing(Run run, Standing at) {
        run.write((handle, order, instance) ->
                parts.instances().gone(handle, at.placement(), "deleted"));
        return null;
    }

    // ------------------------------------------------------------------ create

    private @Nullable JobOutcome create(Run run, Standing at) {
        Placement placement = at.placement();
        parts.crash().at("create.before-mark");
        run.write((handle, order, instance) -> {
            parts.instances().calling(handle, placement);
            if (instance.state() == InstanceState.REQUESTED
                    || instance.state() == InstanceState.UNKNOWN) {
                instance =
                        parts.instances()
                                .become(
                                        handle,
                                        instance,
                                        InstanceState.PROVISIONING,
                                        Reason.creating());
            }
            parts.orders()
                    .become(handle, order, instance, OrderState.PROVISIONING, Reason.creating());
            parts.orders().step(handle, order, instance, "running", Step.CREATE);
        });
        parts.crash().at("create.before-call");
        CreateInstance request = parts.instances().request(at.instance());
        Outcome<CreateResult> outcome =
                parts.backends()
                        .call(
                                placement.provider(),
                                "create",
                                placement.idempotencyKey(),
                                parts.config().callWithin(),
                                (backend, call) -> backend.create(call, request));
        parts.crash().at("create.after-call");
        return switch (outcome) {
            case Outcome.Answered<CreateResult>(CreateResult result) ->
                    switch (result) {
                        case CreateResult.Accepted(InstanceHandle handle) -> made(run, at, handle);
                        case CreateResult.NoCapacity(String reason) ->
                                refused(run, at, "no capacity: " + reason);
                        case CreateResult.Rejected(String reason) ->
                                refused(run, at, "rejected: " + reason);
                    };
            case Outcome.Refused<CreateResult>(ProviderException failure) ->
                    refused(run, at, failure);
            case Outcome.Unknown<CreateResult>(String reason) -> unresolved(run, at, reason);
            case Outcome.Absent<CreateResult>(String reason) -> absent(run, at, reason);
        };
    }

    /** Fast backends have it up by now: then one commit tells it all. */
    private @Nullable JobOutcome made(Run run, Standing at, InstanceHandle machine) {
        Outcome<Observation> seen = observe(at.placement(), machine);
        return seen instanceof Outcome.Answered<Observation>(Observation observation)
                        && observation.state() == Observation.State.RUNNING
                ? activate(run, at, machine, observation)
                : accepted(run, at, machine);
    }

    private Outcome<Observation> observe(Placement placement, InstanceHandle machine) {
        return parts.backends()
                .call(
                        placement.provider(),
                        "observe",
                        placement.idempotencyKey(),
                        parts.config().callWithin(),
                        (backend, call) -> backend.observe(call, machine));
    }

    private @Nullable JobOutcome accepted(Run run, Standing at, InstanceHandle machine) {
        run.write((handle, order, instance) -> {
            parts.instances().created(handle, at.placement(), machine);
            if (instance.state() == InstanceState.UNKNOWN) {
                instance =
                        parts.instances()
                                .become(
                                        handle,
                                        instance,
                                        InstanceState.PROVISIONING,
                                        Reason.creating());
            }
            parts.orders()
                    .become(handle, order, instance, OrderState.PROVISIONING, Reason.creating());
            parts.orders().step(handle, order, instance, "done", Step.CREATE);
            parts.orders().step(handle, order, instance, "running", Step.START);
        });
        parts.crash().at("create.after-commit");
        return null;
    }

    /** The backend certainly made nothing: elsewhere, perhaps. */
    private @Nullable JobOutcome refused(Run run, Standing at, String reason) {
        log.info(
                "Backend {} did not take {}: {}",
                at.placement().provider(),
                at.instance().id(),
                reason);
        run.write((handle, order, instance) ->
                parts.instances().gone(handle, at.placement(), reason));
        return null;
    }

    private @Nullable JobOutcome refused(Run run, Standing at, ProviderException failure) {
        String reason = failure.code() + ": " + failure.getMessage();
        return switch (failure.code()) {
            case INVALID_REQUEST ->
                    refused(run, at, "rejected: " + String.valueOf(failure.getMessage()));
            case UNAUTHENTICATED, MISCONFIGURED, NOT_FOUND, CAPACITY, UNSUPPORTED ->
                    refused(run, at, reason);
            case LIMIT -> {
                // Certainly nothing was done; the same key may be asked for again.
                run.write((handle, order, instance) ->
                        parts.instances().callAgain(handle, at.placement()));
                Duration wait = failure.retryAfter().orElse(Duration.ofSeconds(1));
                yield old(at) ? refused(run, at, reason) : JobOutcome.again(capped(wait));
            }
            case CONFLICT, IDEMPOTENCY_MISMATCH, UNAVAILABLE, INTERNAL ->
                    unresolved(run, at, reason);
        };
    }

    private @Nullable JobOutcome absent(Run run, Standing at, String reason) {
        run.write((handle, order, instance) -> parts.instances().callAgain(handle, at.placement()));
        return old(at)
                ? refused(run, at, reason)
                : JobOutcome.waiting(reason, Duration.ofSeconds(1));
    }

    private boolean old(Standing at) {
        return at.placement()
                .createdAt()
                .plus(Duration.ofMinutes(1))
                .isBefore(parts.clock().instant());
    }

    private static Duration capped(Duration wait) {
        return wait.compareTo(Duration.ofSeconds(30)) > 0 ? Duration.ofSeconds(30) : wait;
    }

    // ------------------------------------------------------------------ the unknown

    /** Nobody knows what became of a call: say so, and ask for its key until somebody does. */
    private JobOutcome unresolved(Run run, Standing at, String reason) {
        log.warn(
                "The outcome of {} on {} is unknown: {}",
                at.instance().id(),
                at.placement().provider(),
                reason);
        run.write((handle, order, instance) -> {
            if (instance.state() == InstanceState.PROVISIONING) {
                parts.instances()
                        .become(handle, instance, InstanceState.UNKNOWN, Reason.unresolved());
            }
            parts.orders()
                    .become(handle, order, instance, OrderState.UNRESOLVED, Reason.unresolved());
        });
        parts.crash().at("unresolved.after-commit");
        return JobOutcome.again(patience(at));
    }

    private Duration patience(Standing at) {
        Instant called = at.placement().calledAt();
        long age =
                called == null ? 0 : Duration.between(called, parts.clock().instant()).toMillis();
        return Duration.ofMillis(Math.min(30_000, Math.max(250, age / 4)));
    }

    private @Nullable JobOutcome find(Run run, Standing at) {
        Placement placement = at.placement();
        Outcome<Optional<InstanceHandle>> outcome =
                parts.backends()
                        .call(
                                placement.provider(),
                                "find",
                                placement.idempotencyKey(),
                                parts.config().callWithin(),
                                (backend, call) -> backend.find(call, placement.idempotencyKey()));
        if (!(outcome
                instanceof
                Outcome.Answered<Optional<InstanceHandle>>(Optional<InstanceHandle> machine))) {
            return unresolved(run, at, outcome.problem());
        }
        if (machine.isPresent()) {
            log.info("Found {} under its key: adopting it", at.instance().id());
            return accepted(run, at, machine.get());
        }
        Instant called = placement.calledAt();
        boolean settled =
                called == null
                        || called.plus(parts.config().settle()).isBefore(parts.clock().instant());
        if (placement.blanks() + 1 < BLANKS || !settled) {
            run.write((handle, order, instance) -> parts.instances().blank(handle, placement));
            return JobOutcome.again(patience(at));
        }
        if (at.unwanted()) {
            return settleNothing(run, at);
        }
        // Certainly nothing came of the call: the same key is asked for again, so that even a
        // call that is still on its way could not make a second machine.
        log.info("Nothing is known under the key of {}: asking again", at.instance().id());
        run.write((handle, order, instance) -> parts.instances().callAgain(handle, placement));
        return create(run, at);
    }

    // ------------------------------------------------------------------ until it runs

    private @Nullable JobOutcome watch(Run run, Standing at) throws InterruptedException {
        Placement placement = at.placement();
        Duration pause = FIRST_LOOK;
        try (Hints.Watch watch = parts.hints().watch(placement.key())) {
            while (true) {
                Outcome<Observation> outcome = observe(placement, placement.instanceHandle());
                if (!(outcome instanceof Outcome.Answered<Observation>(Observation seen))) {
                    return unresolved(run, at, outcome.problem());
                }
                switch (seen.state()) {
                    case RUNNING -> {
                        return activate(run, at, placement.instanceHandle(), seen);
                    }
                    case STOPPED, FAILED -> {
                        return discard(
                                run,
                                at,
                                "it ended while starting"
                                        + (seen.message().isEmpty() ? "" : ": " + seen.message()));
                    }
                    case GONE -> {
                        if (since(placement.acceptedAt()).compareTo(SHORT_SIGHT) > 0) {
                            return discard(run, at, "it disappeared while starting");
                        }
                    }
                    case CREATING, STARTING -> {
                        if (since(placement.acceptedAt()).compareTo(parts.config().startWithin())
                                > 0) {
                            return discard(run, at, "it did not come up in time");
                        }
                    }
                }
                if (since(run.begun).compareTo(IN_ONE_RUN) > 0) {
                    return JobOutcome.again(Duration.ofMillis(500));
                }
                watch.await(pause);
                pause = pause.multipliedBy(2);
                if (pause.compareTo(LONGEST_LOOK) > 0) {
                    pause = LONGEST_LOOK;
                }
                if (deleted(at)) {
                    return null;
                }
            }
        }
    }

    private boolean deleted(Standing at) {
        return parts.db()
                .read(handle -> parts.instances().find(handle, at.instance().id()))
                .filter(instance -> instance.state() == InstanceState.TERMINATING)
                .isPresent();
    }

    private Duration since(@Nullable Instant moment) {
        return moment == null ? Duration.ZERO : Duration.between(moment, parts.clock().instant());
    }

    private @Nullable JobOutcome activate(
            Run run, Standing at, InstanceHandle machine, Observation seen) {
        parts.crash().at("activate.before-commit");
        AtomicBoolean done = new AtomicBoolean();
        run.write((handle, order, instance) -> {
            parts.instances().created(handle, at.placement(), machine);
            if (instance.state() == InstanceState.TERMINATING) {
                // Deleted in the same moment: the next turn undoes it, nothing was taken.
                return;
            }
            if (instance.state() == InstanceState.REQUESTED) {
                instance =
                        parts.instances()
                                .become(
                                        handle,
                                        instance,
                                        InstanceState.PROVISIONING,
                                        Reason.creating());
            }
            parts.billing().activate(handle, order.subscriptionId(), parts.clock().instant());
            Instance running = parts.instances().activate(handle, instance, at.placement(), seen);
            parts.orders()
                    .step(handle, order, running, "done", Step.CREATE, Step.START, Step.READY);
            parts.orders().become(handle, order, instance, OrderState.FULFILLED, Reason.running());
            done.set(true);
        });
        parts.crash().at("activate.after-commit");
        return done.get() ? JobOutcome.done() : null;
    }

    // ------------------------------------------------------------------ undoing

    private @Nullable JobOutcome discard(Run run, Standing at, String reason) {
        log.info("Discarding an attempt at {}: {}", at.instance().id(), reason);
        run.write((handle, order, instance) ->
                parts.instances().discard(handle, at.placement(), reason));
        return null;
    }

    private @Nullable JobOutcome destroy(Run run, Standing at) {
        Placement placement = at.placement();
        parts.crash().at("discard.before-call");
        Outcome<Boolean> outcome =
                parts.backends()
                        .call(
                                placement.provider(),
                                "destroy",
                                placement.idempotencyKey(),
                                parts.config().callWithin(),
                                (backend, call) -> {
                                    backend.destroy(call, placement.instanceHandle());
                                    return true;
                                });
        parts.crash().at("discard.after-call");
        if (!(outcome instanceof Outcome.Answered<Boolean>)) {
            return unresolved(run, at, outcome.problem());
        }
        run.write((handle, order, instance) -> parts.instances().gone(handle, placement, ""));
        return null;
    }

    /** Its owner wants it gone, and nothing is left of it anywhere. */
    private @Nullable JobOutcome cancel(Run run, Standing at) {
        run.write((handle, order, instance) -> {
            parts.instances().become(handle, instance, InstanceState.TERMINATED, Reason.deleted());
            parts.billing().abandon(handle, order.subscriptionId(), "cancelled");
            finishSteps(handle, order, instance, "skipped");
            parts.orders().become(handle, order, instance, OrderState.CANCELLED, Reason.deleted());
            parts.supply().free(handle, instance.id());
        });
        parts.crash().at("cancel.after-commit");
        return JobOutcome.done();
    }

    /** Nothing is left of the last attempt: another node, or the end. */
    private @Nullable JobOutcome next(Run run, Standing at) {
        parts.crash().at("next.before-commit");
        run.write((handle, order, instance) -> {
            parts.supply().free(handle, instance.id());
            List<Placement> tried = parts.instances().placements(handle, instance.id());
            Optional<Reservation> room = Optional.empty();
            if (tried.size() < MAX_NODES) {
                List<NodeId> nodes = tried.stream().map(Placement::nodeId).distinct().toList();
                try {
                    room =
                            Optional.of(
                                    parts.supply()
                                            .reserve(
                                                    handle,
                                                    java.util.Set.copyOf(instance.needs()),
                                                    instance.size(),
                                                    instance.id(),
                                                    nodes));
                } catch (MingaException e) {
                    if (!e.code().equals(Supply.EXHAUSTED)) {
                        throw e;
                    }
                }
            }
            if (room.isPresent()) {
                parts.instances().place(handle, instance.id(), tried.size() + 1, room.get());
                parts.orders().step(handle, order, instance, "pending", Step.START);
                parts.orders().restart(handle, order, instance, Step.CREATE);
            } else {
                fail(handle, order, instance, tried.getFirst());
            }
        });
        parts.crash().at("next.after-commit");
        return null;
    }

    private void fail(Handle handle, Order order, Instance instance, Placement last) {
        Reason reason = because(last.reason());
        parts.billing().abandon(handle, order.subscriptionId(), reason.code());
        finishSteps(handle, order, instance, "failed");
        Instance now = parts.instances().lock(handle, instance.id());
        parts.instances().become(handle, now, InstanceState.FAILED, reason);
        parts.orders().become(handle, order, instance, OrderState.FAILED, reason);
    }

    private void finishSteps(Handle handle, Order order, Instance instance, String outcome) {
        boolean told = false;
        for (OrderStore.StepRow row : store.steps(handle, List.of(order.id()))) {
            if (row.state().equals("pending") || row.state().equals("running")) {
                Step step = Step.ALL.get(row.position() - 1);
                boolean first = !told && outcome.equals("failed");
                parts.orders().step(handle, order, instance, first ? "failed" : "skipped", step);
                told = true;
            }
        }
    }

    /** What the customer is told; a backend's rejection is meant for them, the rest is not. */
    private static Reason because(String reason) {
        if (reason.startsWith("rejected: ")) {
            String why = reason.substring("rejected: ".length());
            return new Reason(
                    "rejected",
                    Text.of(
                            "The machine could not be made: " + why + " Nothing was charged.",
                            "No se pudo crear la máquina: " + why + " No se cobró nada."));
        }
        if (reason.startsWith("no capacity: ")) {
            return Reason.of(
                    "no-capacity",
                    "There was no room for the machine after all. Nothing was charged.",
                    "Al final no hubo lugar para la máquina. No se cobró nada.");
        }
        if (reason.startsWith("it ")) {
            return new Reason(
                    "start-failed",
                    Text.of(
                            "The machine was made but did not come up. Nothing was charged.",
                            "La máquina se creó pero no arrancó. No se cobró nada."));
        }
        return Reason.of(
                "backend-failed",
                "The machine could not be made. Nothing was charged.",
                "No se pudo crear la máquina. No se cobró nada.");
    }
}
