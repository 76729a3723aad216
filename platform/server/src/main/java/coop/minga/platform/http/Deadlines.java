package coop.minga.platform.http;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts a thread that works longer than it may. */
final class Deadlines implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer;

    Deadlines() {
        timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("http-deadlines").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Watches the calling thread until the result is closed. */
    AutoCloseable begin(Duration limit) {
        Watch watch = new Watch(Thread.currentThread());
        ScheduledFuture<?> future =
                timer.schedule(watch::interrupt, limit.toMillis(), TimeUnit.MILLISECONDS);
        return () -> {
            future.cancel(false);
            watch.end();
        };
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** Guards against interrupting a thread that has gone on to something else. */
    private static final class Watch {
        private final Thread thread;
        private boolean over;
        private boolean fired;

        Watch(Thread thread) {
            this.thread = thread;
        }

        synchronized void interrupt() {
            if (!over) {
                fired = true;
                thread.interrupt();
            }
        }

        synchronized void end() {
            over = true;
            if (fired) {
                boolean unused = Thread.interrupted();
            }
        }
    }
}
