package coop.minga.platform.jobs;

import com.github.kagkarlsson.scheduler.Scheduler;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The hour of the jobs: when it is, when the scheduler has to look, when a run took too long. */
final class Wakeups implements AutoCloseable {

    /** How often the scheduler looks by itself. */
    static final Duration POLLING = Duration.ofSeconds(1);

    private final Clock clock;
    private final ScheduledThreadPoolExecutor timer;
    private volatile @Nullable Scheduler scheduler;
    private volatile boolean muted;

    Wakeups(Clock clock) {
        this.clock = clock;
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("job-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    Instant now() {
        // PostgreSQL rounds to microseconds: what is due now must not be due a moment later there.
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Wakes this scheduler from now on; before that, nobody. */
    void wake(Scheduler started) {
        scheduler = started;
    }

    /** Lets the scheduler look when something falls due before it looks by itself. */
    void at(Instant when) {
        Scheduler current = scheduler;
        if (current == null || muted) {
            return;
        }
        long wait = Duration.between(now(), when).toMillis();
        if (wait <= 0) {
            current.triggerCheckForDueExecutions();
        } else if (wait < POLLING.toMillis()) {
            timer.schedule(current::triggerCheckForDueExecutions, wait, TimeUnit.MILLISECONDS);
        }
    }

    Future<?> alarm(Runnable late, Duration after) {
        return timer.schedule(late, after.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Wakes nobody any more; alarms still ring. */
    void mute() {
        muted = true;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** Waits a moment, less when interrupted. */
    static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
