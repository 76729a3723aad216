package coop.minga.plugin.api;

import java.time.Duration;

/**
 * How hard the host may lean on a provider.
 *
 * @param maxConcurrentCalls calls in flight at once, 1 to 64; further ones wait, then fail with
 *     {@code LIMIT}
 * @param callTimeout the longest a single call may take; the host may grant less
 */
public record Limits(int maxConcurrentCalls, Duration callTimeout) {

    public Limits {
        if (maxConcurrentCalls < 1 || maxConcurrentCalls > 64) {
            throw new IllegalArgumentException(
                    "maxConcurrentCalls must be 1 to 64, not " + maxConcurrentCalls);
        }
        if (callTimeout.isNegative()
                || callTimeout.isZero()
                || callTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "callTimeout must be above 0 and at most 10 minutes, not " + callTimeout);
        }
    }

    /** Eight calls at once, thirty seconds each. */
    public static Limits standard() {
        return new Limits(8, Duration.ofSeconds(30));
    }
}
