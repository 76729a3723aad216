package coop.minga.plugin.api;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The circumstances of one call from the host.
 *
 * @param deadline when the host stops waiting and interrupts; the outcome is then unknown
 * @param traceId 32 hex digits that tie log lines and requests together
 * @param actor on whose behalf: an account's public id, or {@code system}
 * @param key names the effect wanted; made and persisted by the host before the call. The same key
 *     with the same inputs must give the same effect and the same answer; with other inputs {@link
 *     ProviderException.Code#IDEMPOTENCY_MISMATCH}
 */
public record Call(Instant deadline, String traceId, String actor, IdempotencyKey key) {

    /** The time left, never negative. */
    public Duration remaining(Clock clock) {
        Duration left = Duration.between(clock.instant(), deadline);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
