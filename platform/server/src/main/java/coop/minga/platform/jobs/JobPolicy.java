package coop.minga.platform.jobs;

import java.time.Duration;

/**
 * How a job is retried.
 *
 * @param maxAttempts failed attempts before it is put aside (dead letter)
 * @param firstDelay before the second attempt; doubles each time with jitter
 * @param maxDelay the longest delay
 * @param timeout how long one run may take before its thread is interrupted
 */
public record JobPolicy(int maxAttempts, Duration firstDelay, Duration maxDelay, Duration timeout) {

    /** Ten attempts from one second up to ten minutes apart, two minutes each. */
    public static JobPolicy standard() {
        return new JobPolicy(
                10, Duration.ofSeconds(1), Duration.ofMinutes(10), Duration.ofMinutes(2));
    }

    public JobPolicy withTimeout(Duration newTimeout) {
        return new JobPolicy(maxAttempts, firstDelay, maxDelay, newTimeout);
    }

    public JobPolicy withMaxAttempts(int attempts) {
        return new JobPolicy(attempts, firstDelay, maxDelay, timeout);
    }
}
