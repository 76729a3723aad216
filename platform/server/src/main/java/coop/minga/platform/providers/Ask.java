package coop.minga.platform.providers;

import coop.minga.plugin.api.IdempotencyKey;

import java.time.Duration;

/**
 * The circumstances of one call into a provider.
 *
 * @param operation for metrics and logs, for example {@code create}
 * @param key names the effect; persisted by the caller before the call
 * @param traceId 32 hex digits
 * @param actor an account's public id, or {@code system}
 * @param timeout the longest to wait; the provider's own limit may be shorter
 */
public record Ask(
        String operation, IdempotencyKey key, String traceId, String actor, Duration timeout) {

    private static final IdempotencyKey READING = new IdempotencyKey("read");
    static final String NO_TRACE = "0".repeat(32);

    /** Reads something: no effect, no key, thirty seconds at most. */
    public static Ask reading(String operation) {
        return new Ask(operation, READING, NO_TRACE, "system", Duration.ofSeconds(30));
    }

    /** Wants an effect under a key, thirty seconds at most. */
    public static Ask effect(String operation, IdempotencyKey key) {
        return new Ask(operation, key, NO_TRACE, "system", Duration.ofSeconds(30));
    }

    public Ask within(Duration newTimeout) {
        return new Ask(operation, key, traceId, actor, newTimeout);
    }

    public Ask traced(String newTraceId) {
        return new Ask(operation, key, newTraceId, actor, timeout);
    }

    public Ask by(String newActor) {
        return new Ask(operation, key, traceId, newActor, timeout);
    }
}
