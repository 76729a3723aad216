package coop.minga.platform.events;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes a thread that waits; several signals count as one. */
final class Signal {

    private final Semaphore given = new Semaphore(0);

    void give() {
        given.release();
    }

    /** True when signalled; false when the time is over, or the thread was interrupted. */
    boolean await(Duration patience) {
        try {
            boolean signalled = given.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
            given.drainPermits();
            return signalled;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits that long, less when interrupted. */
    static void pause(Duration pause) {
        new Signal().await(pause);
    }
}
