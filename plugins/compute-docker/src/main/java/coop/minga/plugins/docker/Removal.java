package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.InstanceHandle;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** Removes what was made under a key, and nothing that is somebody else's. */
final class Removal {
    private final Engine engine;
    private final Tag tag;
    private final Containers containers;
    private final Creations creations;
    private final Readiness readiness;
    private final Clock clock;

    Removal(
            Engine engine,
            Tag tag,
            Containers containers,
            Creations creations,
            Readiness readiness,
            Clock clock) {
        this.engine = engine;
        this.tag = tag;
        this.containers = containers;
        this.creations = creations;
        this.readiness = readiness;
        this.clock = clock;
    }

    /** Ends the making, if it goes on, and removes the container and its volumes. */
    void destroy(Call call, InstanceHandle handle) {
        Optional<IdempotencyKey> key = tag.key(handle);
        if (key.isEmpty()) {
            return;
        }
        creations.cancel(key.get(), containers.limit(call));
        creations.release(key.get());
        String path = "/containers/" + handle.value();
        Optional<JsonNode> there = containers.inspect(call, handle.value());
        if (there.filter(inspected -> tag.isOurs(Sight.labels(inspected), key.get())).isPresent()) {
            Answer answer =
                    engine.delete(containers.limit(call), path, Map.of("force", "1", "v", "1"));
            if (answer.status() == 409) {
                awaitRemoved(call, handle);
            } else {
                answer.expect(204, 404);
            }
        } else if (there.isPresent()) {
            // That name is somebody else's; ours is gone.
            return;
        }
        JsonNode volumes =
                engine.get(
                                containers.limit(call),
                                "/volumes",
                                Map.of("filters", tag.keyFilter(key.get())))
                        .expect(200)
                        .body()
                        .path("Volumes");
        for (JsonNode volume : volumes) {
            engine.delete(
                            containers.limit(call),
                            "/volumes/" + Engine.segment(volume.path("Name").asText()),
                            Map.of("force", "1"))
                    .expect(204, 404);
        }
        readiness.forget(handle.value());
    }

    /** Another call removes it at this moment. */
    private void awaitRemoved(Call call, InstanceHandle handle) {
        while (containers.inspect(call, handle.value()).isPresent()) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProviderException(
                        Code.UNAVAILABLE,
                        Text.of("Interrupted while removing", "Interrumpido mientras eliminaba"));
            }
            if (call.remaining(clock).isZero()) {
                throw new ProviderException(
                        Code.UNAVAILABLE, Text.of("Still being removed", "Aún se está eliminando"));
            }
        }
    }
}
