package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.compute.UsageMeter.Usage;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/** Reads what an instance uses: from its control group where there is one, else from /proc. */
final class Meter {

    private final Ground ground;
    private final Instances instances;
    private final Setup setup;
    private final Clock clock;

    Meter(Ground ground, Instances instances, Setup setup, Clock clock) {
        this.ground = ground;
        this.instances = instances;
        this.setup = setup;
        this.clock = clock;
    }

    /** What was used since the start, zero but for the disk while it does not run. */
    Usage read(String id) throws IOException, InterruptedException {
        ControlGroups groups = setup.prepared().groups();
        Optional<Status.Born> init =
                Status.read(ground.instance(id).resolve("status"))
                        .filter(status -> !status.ended())
                        .flatMap(Status::init)
                        .filter(Status.Born::alive);
        if (init.isEmpty()) {
            return new Usage(clock.instant(), 0, 0, instances.disk(id), 0, 0);
        }
        ProcessTree tree = ProcessTree.below(init.get().pid());
        String group = ground.group(id);
        long[] network = ProcessTree.network(init.get().pid());
        return new Usage(
                clock.instant(),
                groups.cpuMillis(group).orElseGet(tree::cpuMillis),
                groups.memoryBytes(group).orElseGet(tree::memoryBytes),
                instances.disk(id),
                network[0],
                network[1]);
    }
}
