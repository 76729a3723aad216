package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Looks up containers, and the engine they are on, within what a call may still take. */
final class Containers {
    private final Engine engine;
    private final Clock clock;

    Containers(Engine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /** One container as the engine describes it. */
    Optional<JsonNode> inspect(Call call, String name) {
        Answer answer = engine.get(limit(call), "/containers/" + name + "/json");
        return answer.status() == 404 ? Optional.empty() : Optional.of(answer.expect(200).body());
    }

    /** All containers, running or not, that pass the engine's filters. */
    JsonNode list(Call call, String filters) {
        return engine.get(limit(call), "/containers/json", Map.of("all", "1", "filters", filters))
                .expect(200)
                .body();
    }

    /** The name of a container in a list. */
    static String name(JsonNode listed) {
        return listed.path("Names").path(0).asText("").replaceFirst("^/", "");
    }

    EngineInfo info(Call call) {
        return EngineInfo.of(engine.get(limit(call), "/info").expect(200).body());
    }

    /**
     * What is left of the call's deadline.
     *
     * @throws ProviderException {@code UNAVAILABLE} when nothing is
     */
    Duration limit(Call call) {
        Duration left = call.remaining(clock);
        if (left.isZero()) {
            throw new ProviderException(
                    Code.UNAVAILABLE, Text.of("The deadline has passed", "Se acabó el plazo"));
        }
        return left;
    }
}
