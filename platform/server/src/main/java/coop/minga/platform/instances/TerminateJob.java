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

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Destroys machines that ran: asks the backend until it says that nothing is there, then frees and
 * settles everything in one transaction.
 */
final class TerminateJob implements JobHandler<InstanceJob> {

    private final Db db;
    private final Instances instances;
    private final Actions actions;
    private final Ordering ordering;
    private final Backends backends;
    private final InstancesConfig config;
    private final CrashPoint crash;
    private final Clock clock;

    TerminateJob(
            Db db,
            Instances instances,
            Actions actions,
            Ordering ordering,
            Backends backends,
            InstancesConfig config,
            CrashPoint crash,
            Clock clock) {
        this.db = db;
        this.instances = instances;
        this.actions = actions;
        this.ordering = ordering;
        this.backends = backends;
        this.config = config;
        this.crash = crash;
        this.clock = clock;
    }

    @Override
    public JobType<InstanceJob> type() {
        return Actions.TERMINATE;
    }

    @Override
    public JobPolicy policy() {
        return JobPolicy.standard().withMaxAttempts(100);
    }

    @Override
    public JobOutcome run(JobRun run, InstanceJob payload) {
        Optional<Instance> found = db.read(handle -> instances.find(handle, payload.instance()));
        if (found.isEmpty() || found.get().state() != InstanceState.TERMINATING) {
            return JobOutcome.done();
        }
        Instance instance = found.get();
        if (!instance.activated()) {
            db.useTransaction(handle -> {
                run.fence(handle);
                ordering.wake(handle, instance.orderId());
            });
            return JobOutcome.done();
        }
        List<Placement> placements = db.read(handle -> instances.placements(handle, instance.id()));
        for (Placement placement : placements) {
            if (placement.state().equals("gone")) {
                continue;
            }
            crash.at("destroy.before-call");
            Outcome<Boolean> destroyed =
                    backends.call(
                            placement.provider(),
                            "destroy",
                            placement.idempotencyKey(),
                            config.callWithin(),
                            (backend, call) -> {
                                backend.destroy(call, placement.instanceHandle());
                                return true;
                            });
            crash.at("destroy.after-call");
            if (!(destroyed instanceof Outcome.Answered<Boolean>)) {
                long age = Duration.between(instance.since(), clock.instant()).toMillis();
                return JobOutcome.waiting(
                        destroyed.problem(),
                        Duration.ofMillis(Math.min(60_000, Math.max(500, age / 2))));
            }
        }
        db.useTransaction(handle -> {
            run.fence(handle);
            Instance row = instances.lock(handle, instance.id());
            if (row.state() == InstanceState.TERMINATING) {
                actions.terminated(handle, row);
            }
        });
        crash.at("destroy.after-commit");
        return JobOutcome.done();
    }
}
