package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a plugin's code on a thread of its own, and stops waiting at a deadline. Code that does not
 * listen to interrupts keeps its thread, which then runs last, not the caller.
 */
public final class BoundedCall<T> {

    /** How it ended. */
    public sealed interface Result<T> {}

    /** It came back. */
    public record Returned<T>(T value) implements Result<T> {}

    /** It threw. */
    public record Threw<T>(Throwable thrown) implements Result<T> {}

    /** It did not come back in time. */
    public record TimedOut<T>() implements Result<T> {}

    private final CountDownLatch done = new CountDownLatch(1);
    private final Object lock = new Object();
    private final Consumer<T> late;
    private volatile int threadId;
    private @Nullable Result<T> result;
    private boolean abandoned;

    private BoundedCall(Consumer<T> late) {
        this.late = late;
    }

    /**
     * @param name the thread's name
     * @param loader the thread's context class loader
     * @param deadline how long to wait
     * @param work the plugin's code
     * @param late given what comes back after the deadline
     */
    public static <T> Result<T> run(
            String name,
            @Nullable ClassLoader loader,
            Duration deadline,
            Callable<T> work,
            Consumer<T> late) {
        BoundedCall<T> call = new BoundedCall<>(late);
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> call.work(work));
        // Never the caller's: it could be another plugin's.
        thread.setContextClassLoader(loader);
        thread.start();
        return call.await(thread, deadline);
    }

    private void work(Callable<T> work) {
        Result<T> ended;
        threadId = Demotion.ownId();
        try {
            ended = new Returned<>(work.call());
        } catch (Throwable e) {
            ended = new Threw<>(e);
        }
        boolean tooLate;
        synchronized (lock) {
            result = ended;
            tooLate = abandoned;
        }
        done.countDown();
        if (tooLate && ended instanceof Returned<T>(T value)) {
            late.accept(value);
        }
    }

    private Result<T> await(Thread thread, Duration deadline) {
        boolean interrupted = false;
        try {
            boolean inTime = done.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
            if (!inTime) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            interrupted = true;
        }
        Optional<Result<T>> ended;
        synchronized (lock) {
            ended = Optional.ofNullable(result);
            abandoned = ended.isEmpty();
            if (abandoned) {
                Demotion.demote(threadId);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended.orElseGet(TimedOut::new);
    }
}
