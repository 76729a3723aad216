package coop.minga.platform;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for a condition, with a bound. */
public final class Eventually {

    private Eventually() {}

    /** Waits up to 30 s. */
    public static void until(String what, Callable<Boolean> condition) {
        until(what, Duration.ofSeconds(30), condition);
    }

    public static void until(String what, Duration patience, Callable<Boolean> condition) {
        Instant end = Instant.now().plus(patience);
        try {
            while (!condition.call()) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError("Not within " + patience + ": " + what);
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("While waiting: " + what, e);
        }
    }
}
