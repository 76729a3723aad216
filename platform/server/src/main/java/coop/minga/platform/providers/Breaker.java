package coop.minga.platform.providers;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Stops calling a provider that does not answer, so that callers fail at once instead of waiting.
 * After five failures in a row it opens for a second, doubling up to a minute; then one call is let
 * through to see.
 */
final class Breaker {

    private static final int FAILURES = 5;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Clock clock;
    private int failures;
    private Duration pause = FIRST;
    private Instant closedUntil = Instant.MIN;
    private boolean trying;

    Breaker(Clock clock) {
        this.clock = clock;
    }

    /** How long to wait before asking again; empty when the call may go through. */
    synchronized Optional<Duration> refusal() {
        if (failures < FAILURES) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        if (now.isBefore(closedUntil)) {
            return Optional.of(Duration.between(now, closedUntil));
        }
        if (trying) {
            return Optional.of(FIRST);
        }
        trying = true;
        return Optional.empty();
    }

    synchronized void succeeded() {
        failures = 0;
        pause = FIRST;
        trying = false;
    }

    synchronized void failed() {
        failures++;
        if (failures >= FAILURES) {
            closedUntil = clock.instant().plus(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : pause.multipliedBy(2);
        }
        trying = false;
    }

    /** The call ended in a way that says nothing of the vendor's health. */
    synchronized void undecided() {
        trying = false;
    }
}
