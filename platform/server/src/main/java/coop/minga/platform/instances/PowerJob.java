package coop.minga.platform.instances;

import coop.minga.platform.CrashPoint;
import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobPolicy;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.PowerAction;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Starts, stops and restarts machines, and waits until the backend sees it done. */
final class PowerJob implements JobHandler<InstanceJob> {

    private static final Duration FIRST_LOOK = Duration.ofMillis(25);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(400);
    private static final Duration IN_ONE_RUN = Duration.ofSeconds(4);

    private final Db db;
    private final Instances instances;
    private final Actions actions;
    private final Backends backends;
    private final Hints hints;
    private final InstancesConfig config;
    private final CrashPoint crash;
    private final Clock clock;

    PowerJob(
            Db db,
            Instances instances,
            Actions actions,
            Backends backends,
            Hints hints,
            InstancesConfig config,
            CrashPoint crash,
            Clock clock) {
        this.db = db;
        this.instances = instances;
        this.actions = actions;
        this.backends = backends;
        this.hints = hints;
        this.config = config;
        this.crash = crash;
        this.clock = clock;
    }

    @Override
    public JobType<InstanceJob> type() {
        return Actions.POWER;
    }

    @Override
    public JobPolicy policy() {
        return JobPolicy.standard().withMaxAttempts(100);
    }

    private record Task(Instance instance, Placement placement, PowerAction action, String key) {}

    @Override
    public JobOutcome run(JobRun run, InstanceJob payload) throws InterruptedException {
        Optional<Task> found = task(payload);
        if (found.isEmpty()) {
            return JobOutcome.done();
        }
        Task task = found.get();
        Instant begun = clock.instant();
        String provider = task.placement().provider();
        try (Hints.Watch watch = hints.watch(task.placement().key())) {
            crash.at("power.before-call");
            Outcome<Boolean> done =
                    backends.call(
                            provider,
                            "power",
                            new IdempotencyKey(task.key()),
                            config.callWithin(),
                            (backend, call) -> {
                                backend.power(
                                        call, task.placement().instanceHandle(), task.action());
                                return true;
                            });
            crash.at("power.after-call");
            if (done instanceof Outcome.Refused<Boolean>(ProviderException failure)
                    && failure.code() == ProviderException.Code.NOT_FOUND) {
                commit(run, task, lost(task));
                return JobOutcome.done();
            }
            Duration pause = FIRST_LOOK;
            while (true) {
                Outcome<Observation> seen = observe(task);
                if (seen instanceof Outcome.Answered<Observation>(Observation observation)) {
                    JobOutcome end = judge(run, task, observation, done, begun);
                    if (end != null) {
                        crash.at("power.after-commit");
                        return end;
                    }
                }
                boolean accepted = done instanceof Outcome.Answered<Boolean>;
                if (!accepted
                        || Duration.between(begun, clock.instant()).compareTo(IN_ONE_RUN) > 0) {
                    return again(task, done);
                }
                watch.await(pause);
                pause = pause.multipliedBy(2);
                if (pause.compareTo(LONGEST_LOOK) > 0) {
                    pause = LONGEST_LOOK;
                }
            }
        }
    }

    private Optional<Task> task(InstanceJob payload) {
        return db.read(handle -> {
            Instance instance = instances.find(handle, payload.instance()).orElse(null);
            if (instance == null
                    || instance.action() == null
                    || instance.actionKey() == null
                    || instance.state().isOver()
                    || instance.state() == InstanceState.TERMINATING) {
                return Optional.empty();
            }
            List<Placement> placements = instances.placements(handle, instance.id());
            PowerAction action =
                    switch (instance.action()) {
                        case "start" -> PowerAction.START;
                        case "stop" -> PowerAction.STOP;
                        default -> PowerAction.RESTART;
                    };
            return Optional.of(
                    new Task(instance, placements.getFirst(), action, instance.actionKey()));
        });
    }

    private Outcome<Observation> observe(Task task) {
        return backends.call(
                task.placement().provider(),
                "observe",
                task.placement().idempotencyKey(),
                config.callWithin(),
                (backend, call) -> backend.observe(call, task.placement().instanceHandle()));
    }

    private @Nullable JobOutcome judge(
            JobRun run, Task task, Observation seen, Outcome<Boolean> done, Instant begun) {
        boolean accepted = done instanceof Outcome.Answered<Boolean>;
        if (task.action() == PowerAction.STOP) {
            switch (seen.state()) {
                case STOPPED, FAILED -> {
                    commit(
                            run,
                            task,
                            (handle, row) -> {
                                boolean suspend = "suspended".equals(row.actionTarget());
                                Reason reason =
                                        row.reasonCode().equals(Reason.stopping().code())
                                                ? Reason.stoppedByOwner()
                                                : row.reason();
                                actions.down(
                                        handle,
                                        row,
                                        suspend ? InstanceState.SUSPENDED : InstanceState.STOPPED,
                                        reason);
                            });
                    return JobOutcome.done();
                }
                case GONE -> {
                    return missing(run, task, begun);
                }
                case CREATING, STARTING, RUNNING -> {
                    return null;
                }
            }
        }
        switch (seen.state()) {
            case RUNNING -> {
                if (!accepted && task.action() == PowerAction.RESTART) {
                    // It may be the old run that is still up: only an answered restart counts.
                    return null;
                }
                commit(run, task, (handle, row) -> actions.up(handle, row, seen));
                return JobOutcome.done();
            }
            case GONE -> {
                return missing(run, task, begun);
            }
            case FAILED, STOPPED -> {
                boolean given =
                        accepted
                                && (seen.state() == Observation.State.FAILED
                                        || Duration.between(begun, clock.instant())
                                                        .compareTo(Duration.ofSeconds(2))
                                                > 0);
                if (given || overdue(task)) {
                    commit(
                            run,
                            task,
                            (handle, row) ->
                                    actions.down(
                                            handle,
                                            row,
                                            InstanceState.STOPPED,
                                            Reason.cannotStart()));
                    return JobOutcome.done();
                }
                return null;
            }
            case CREATING, STARTING -> {
                return null;
            }
        }
        return null;
    }

    /** Gone may be a backend's short absence of mind; it has to say so for a while. */
    private @Nullable JobOutcome missing(JobRun run, Task task, Instant begun) {
        if (Duration.between(begun, clock.instant()).compareTo(Duration.ofSeconds(2)) < 0) {
            return null;
        }
        commit(run, task, lost(task));
        return JobOutcome.done();
    }

    private BiConsumer<Handle, Instance> lost(Task task) {
        return (handle, row) -> actions.lost(handle, row, task.placement());
    }

    private boolean overdue(Task task) {
        Instant at = task.instance().actionAt();
        return at != null && at.plus(config.startWithin()).isBefore(clock.instant());
    }

    private JobOutcome again(Task task, Outcome<Boolean> done) {
        Instant at = task.instance().actionAt();
        Duration age = Duration.between(at == null ? clock.instant() : at, clock.instant());
        long wait = Math.min(30_000, Math.max(500, age.toMillis() / 4));
        return done instanceof Outcome.Absent<Boolean>(String reason)
                ? JobOutcome.waiting(reason, Duration.ofMillis(wait))
                : JobOutcome.again(Duration.ofMillis(wait));
    }

    private void commit(JobRun run, Task task, BiConsumer<Handle, Instance> change) {
        db.useTransaction(handle -> {
            run.fence(handle);
            Instance row = instances.lock(handle, task.instance().id());
            // Another action, or a deletion, may have come in between: it has its own run.
            if (task.key().equals(row.actionKey())
                    && row.state() != InstanceState.TERMINATING
                    && !row.state().isOver()) {
                change.accept(handle, row);
            }
        });
    }
}
