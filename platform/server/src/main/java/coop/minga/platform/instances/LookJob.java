package coop.minga.platform.instances;

import coop.minga.platform.db.Db;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.plugin.api.compute.Observation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Looks at one machine, because its backend said something or a list did not have it. */
final class LookJob implements JobHandler<InstanceJob> {

    private final Db db;
    private final Instances instances;
    private final Actions actions;
    private final Backends backends;
    private final InstancesConfig config;

    LookJob(
            Db db,
            Instances instances,
            Actions actions,
            Backends backends,
            InstancesConfig config) {
        this.db = db;
        this.instances = instances;
        this.actions = actions;
        this.backends = backends;
        this.config = config;
    }

    @Override
    public JobType<InstanceJob> type() {
        return Actions.LOOK;
    }

    @Override
    public JobOutcome run(JobRun run, InstanceJob payload) {
        Optional<Instance> found = db.read(handle -> instances.find(handle, payload.instance()));
        if (found.isEmpty() || !found.get().activated() || found.get().state().isOver()) {
            return JobOutcome.done();
        }
        List<Placement> placements =
                db.read(handle -> instances.placements(handle, payload.instance()));
        Placement placement = placements.getFirst();
        Outcome<Observation> seen =
                backends.call(
                        placement.provider(),
                        "observe",
                        placement.idempotencyKey(),
                        config.callWithin(),
                        (backend, call) -> backend.observe(call, placement.instanceHandle()));
        if (seen instanceof Outcome.Answered<Observation>(Observation observation)) {
            db.useTransaction(handle -> {
                run.fence(handle);
                Instance row = instances.lock(handle, payload.instance());
                if (placement.key().equals(row.liveKey())) {
                    actions.reconcile(handle, row, placement, observation, true);
                }
            });
            return JobOutcome.done();
        }
        return JobOutcome.waiting(seen.problem(), Duration.ofSeconds(5));
    }
}
