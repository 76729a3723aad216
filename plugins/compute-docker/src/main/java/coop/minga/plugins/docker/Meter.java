package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.UsageMeter.Usage;

import java.time.Clock;
import java.util.Map;

/** Reads what a container uses. */
final class Meter {
    private final Engine engine;
    private final Containers containers;
    private final Clock clock;

    Meter(Engine engine, Containers containers, Clock clock) {
        this.engine = engine;
        this.containers = containers;
        this.clock = clock;
    }

    /** Of an instance that has no container yet. */
    Usage nothing() {
        return new Usage(clock.instant(), 0, 0, 0, 0, 0);
    }

    /** What was used since the container's last start. */
    Usage read(Call call, InstanceHandle handle) {
        String path = "/containers/" + handle.value();
        JsonNode stats =
                engine.get(
                                containers.limit(call),
                                path + "/stats",
                                Map.of("stream", "0", "one-shot", "1"))
                        .expect(200)
                        .body();
        JsonNode inspected =
                engine.get(containers.limit(call), path + "/json", Map.of("size", "1"))
                        .expect(200)
                        .body();
        JsonNode memory = stats.path("memory_stats");
        // Page cache counts as used by the kernel but is given back on demand.
        long cache =
                memory.path("stats")
                        .path("inactive_file")
                        .asLong(memory.path("stats").path("total_inactive_file").asLong());
        long received = 0;
        long sent = 0;
        for (JsonNode network : stats.path("networks")) {
            received += network.path("rx_bytes").asLong();
            sent += network.path("tx_bytes").asLong();
        }
        return new Usage(
                clock.instant(),
                stats.path("cpu_stats").path("cpu_usage").path("total_usage").asLong() / 1_000_000,
                Math.max(0, memory.path("usage").asLong() - cache),
                Math.max(0, inspected.path("SizeRw").asLong()),
                received,
                sent);
    }
}
