package coop.minga.tests;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions of other processes, which cannot be listened to. */
final class Await {

    private Await() {}

    /** Gives the time it took. */
    static Duration until(Duration bound, String what, Callable<Boolean> condition) {
        long begun = System.nanoTime();
        Throwable last = null;
        while (true) {
            try {
                if (condition.call()) {
                    return Duration.ofNanos(System.nanoTime() - begun);
                }
                last = null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted waiting for " + what, e);
            } catch (Exception | AssertionError e) {
                last = e;
            }
            if (System.nanoTime() - begun > bound.toNanos()) {
                throw new AssertionError(
                        "not within " + bound.toSeconds() + " s: " + what + said(last), last);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static String said(@Nullable Throwable last) {
        return last == null ? "" : " (" + last.getMessage() + ")";
    }
}
