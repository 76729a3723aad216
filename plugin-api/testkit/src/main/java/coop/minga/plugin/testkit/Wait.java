package coop.minga.plugin.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits on conditions with a bound, instead of sleeping and hoping. */
public final class Wait {

    private Wait() {}

    /**
     * Asks every few milliseconds until the condition holds.
     *
     * @param what is awaited, for the failure's message
     * @throws AssertionError when it does not hold in time
     */
    public static void until(String what, Duration within, BooleanSupplier condition) {
        forValue(
                what,
                within,
                () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    /** Asks until there is a value. */
    public static <T> T forValue(String what, Duration within, Supplier<Optional<T>> supplier) {
        long end = System.nanoTime() + within.toNanos();
        long pause = 2;
        while (true) {
            Optional<T> value = supplier.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() >= end) {
                throw new AssertionError("Not within " + within + ": " + what);
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("Interrupted while waiting for " + what, e);
            }
            pause = Math.min(100, pause * 2);
        }
    }
}
