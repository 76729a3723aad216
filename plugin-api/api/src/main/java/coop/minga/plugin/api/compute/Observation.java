package coop.minga.plugin.api.compute;

import coop.minga.plugin.api.IdempotencyKey;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a backend sees of an instance now.
 *
 * @param handle whose
 * @param key under which it was created, where the backend still knows it
 * @param state what it is doing
 * @param message the vendor's words, for operators; empty where there is nothing to say
 * @param endpoints how its ports are reached; complete once it runs
 * @param startedAt when it last started
 * @param exitCode how the workload ended, when it did
 */
public record Observation(
        InstanceHandle handle,
        Optional<IdempotencyKey> key,
        State state,
        String message,
        List<Endpoint> endpoints,
        Optional<Instant> startedAt,
        Optional<Integer> exitCode) {

    public Observation {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * CREATING: being made, not started yet. STARTING: started, not ready. RUNNING: ready. STOPPED:
     * exists, does not run. FAILED: exists, cannot run. GONE: does not exist.
     */
    public enum State {
        CREATING,
        STARTING,
        RUNNING,
        STOPPED,
        FAILED,
        GONE
    }

    public static Observation of(InstanceHandle handle, State state, String message) {
        return new Observation(
                handle,
                Optional.empty(),
                state,
                message,
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    public static Observation gone(InstanceHandle handle) {
        return of(handle, State.GONE, "");
    }

    public Observation withKey(IdempotencyKey newKey) {
        return new Observation(
                handle, Optional.of(newKey), state, message, endpoints, startedAt, exitCode);
    }

    public Observation withEndpoints(List<Endpoint> newEndpoints) {
        return new Observation(handle, key, state, message, newEndpoints, startedAt, exitCode);
    }

    public Observation withStartedAt(Instant at) {
        return new Observation(handle, key, state, message, endpoints, Optional.of(at), exitCode);
    }

    public Observation withExitCode(int code) {
        return new Observation(
                handle, key, state, message, endpoints, startedAt, Optional.of(code));
    }
}
