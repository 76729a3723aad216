package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns what the engine says of a container into an observation. */
final class Sight {
    /** Restarts after which a workload that keeps ending is called broken. */
    private static final int CRASH_LOOP = 4;

    private final DockerConfig config;
    private final Readiness readiness;
    private final Clock clock;

    Sight(DockerConfig config, Readiness readiness, Clock clock) {
        this.config = config;
        this.readiness = readiness;
        this.clock = clock;
    }

    /**
     * @param inspected body of {@code GET /containers/{name}/json}
     * @param making what the work of creating it says, while it goes on or when it failed
     */
    Observation of(
            InstanceHandle handle,
            IdempotencyKey key,
            JsonNode inspected,
            Optional<Observation> making) {
        JsonNode state = inspected.path("State");
        Observation seen =
                switch (state.path("Status").asText()) {
                    case "created" ->
                            making.orElseGet(() ->
                                    state.path("Error").asText("").isEmpty()
                                            ? Observation.of(handle, State.STOPPED, "")
                                            : Observation.of(
                                                    handle,
                                                    State.FAILED,
                                                    state.path("Error").asText()));
                    case "running" -> running(handle, inspected, state);
                    case "restarting" -> restarting(handle, inspected, state);
                    case "paused" -> Observation.of(handle, State.STOPPED, "paused");
                    case "removing" -> Observation.of(handle, State.STOPPED, "being removed");
                    case "dead" -> Observation.of(handle, State.FAILED, words(state, "dead"));
                    default -> exited(handle, state);
                };
        Optional<Instant> startedAt = instant(state.path("StartedAt").asText());
        if (startedAt.isPresent()) {
            seen = seen.withStartedAt(startedAt.get());
        }
        return seen.withKey(key);
    }

    private Observation running(InstanceHandle handle, JsonNode inspected, JsonNode state) {
        List<Endpoint> endpoints = endpoints(inspected);
        Instant startedAt = instant(state.path("StartedAt").asText()).orElse(Instant.EPOCH);
        Optional<Readiness.Health> health =
                Readiness.Health.parse(labels(inspected).path(Tag.HEALTH).asText(""));
        JsonNode imageHealth = state.path("Health");
        String healthStatus = imageHealth.path("Status").asText("none");
        if (healthStatus.equals("starting")) {
            return Observation.of(handle, State.STARTING, "health check of the image: starting")
                    .withEndpoints(endpoints);
        }
        if (healthStatus.equals("unhealthy")) {
            JsonNode log = imageHealth.path("Log");
            String output = log.path(log.size() - 1).path("Output").asText("").strip();
            return Observation.of(
                            handle,
                            State.STARTING,
                            shortened("health check of the image: unhealthy. " + output))
                    .withEndpoints(endpoints);
        }
        if (endpoints.size() == portLabels(inspected).size()
                && readiness.isReady(handle.value(), startedAt, endpoints, health)) {
            return Observation.of(handle, State.RUNNING, "").withEndpoints(endpoints);
        }
        if (health.isPresent()
                && Duration.between(startedAt, clock.instant()).toSeconds()
                        > health.get().seconds()) {
            return Observation.of(
                            handle,
                            State.FAILED,
                            "Not ready within "
                                    + health.get().seconds()
                                    + " s: "
                                    + health.get().path()
                                    + " does not answer 2xx or 3xx")
                    .withEndpoints(endpoints);
        }
        return Observation.of(handle, State.STARTING, "waiting for its ports to take connections")
                .withEndpoints(endpoints);
    }

    private static Observation restarting(
            InstanceHandle handle, JsonNode inspected, JsonNode state) {
        int restarts = inspected.path("RestartCount").asInt();
        int exitCode = state.path("ExitCode").asInt();
        String words = words(state, "ended with code " + exitCode);
        return restarts >= CRASH_LOOP
                ? Observation.of(
                                handle,
                                State.FAILED,
                                "Ends as often as it is started (" + restarts + " times): " + words)
                        .withExitCode(exitCode)
                : Observation.of(handle, State.STARTING, "restarting: " + words)
                        .withExitCode(exitCode);
    }

    private static Observation exited(InstanceHandle handle, JsonNode state) {
        int exitCode = state.path("ExitCode").asInt();
        String error = state.path("Error").asText("");
        return Observation.of(
                        handle,
                        error.isEmpty() ? State.STOPPED : State.FAILED,
                        words(state, "ended with code " + exitCode))
                .withExitCode(exitCode);
    }

    private static String words(JsonNode state, String otherwise) {
        String error = state.path("Error").asText("");
        if (!error.isEmpty()) {
            return shortened(error);
        }
        return state.path("OOMKilled").asBoolean()
                ? "out of memory: the kernel ended it at its limit"
                : otherwise;
    }

    /** Where the host reaches the ports the workload named, as far as they have an address now. */
    List<Endpoint> endpoints(JsonNode inspected) {
        JsonNode settings = inspected.path("NetworkSettings");
        List<Endpoint> endpoints = new ArrayList<>();
        for (String[] port : portLabels(inspected)) {
            int number = Integer.parseInt(port[1]);
            JsonNode bindings = settings.path("Ports").path(number + "/tcp");
            for (JsonNode binding : bindings) {
                int published = binding.path("HostPort").asInt();
                if (published > 0) {
                    endpoints.add(
                            new Endpoint(
                                    port[0],
                                    number,
                                    new Endpoint.Tcp(config.publishAddress(), published, false)));
                    break;
                }
            }
            boolean publishes =
                    inspected.path("HostConfig").path("PortBindings").has(number + "/tcp");
            if (!publishes) {
                for (JsonNode network : settings.path("Networks")) {
                    String address = network.path("IPAddress").asText("");
                    if (!address.isEmpty()) {
                        endpoints.add(
                                new Endpoint(
                                        port[0], number, new Endpoint.Tcp(address, number, false)));
                        break;
                    }
                }
            }
        }
        return endpoints;
    }

    private static List<String[]> portLabels(JsonNode inspected) {
        List<String[]> ports = new ArrayList<>();
        for (String port : labels(inspected).path(Tag.PORTS).asText("").split(",")) {
            String[] parts = port.split(":");
            if (parts.length == 2 && parts[1].matches("[0-9]{1,5}")) {
                ports.add(parts);
            }
        }
        return ports;
    }

    static JsonNode labels(JsonNode inspected) {
        return inspected.path("Config").path("Labels");
    }

    /** Whether a container was made and not started yet. */
    static boolean isCreated(JsonNode inspected) {
        return inspected.path("State").path("Status").asText().equals("created");
    }

    private static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty() || text.startsWith("0001-")
                    ? Optional.empty()
                    : Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static String shortened(String text) {
        String line = text.strip();
        return line.length() <= 500 ? line : line.substring(0, 499) + "…";
    }
}
