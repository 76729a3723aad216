package coop.minga.platform.providers;

import coop.minga.platform.plugins.Demotion;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bounded number of platform threads on which one provider's code runs, with its plugin's
 * context class loader. Thread-safe.
 */
final class ProviderThreads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderThreads.class);
    private static final int IDLE_SECONDS = 30;

    private final ProviderRef ref;
    private final ClassLoader loader;
    private final ThreadPoolExecutor threads;
    private final Set<Task<?>> running = ConcurrentHashMap.newKeySet();

    /**
     * @param most threads at the same time
     */
    ProviderThreads(ProviderRef ref, ClassLoader loader, int most) {
        this.ref = ref;
        this.loader = loader;
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        0,
                        most,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        task ->
                                Thread.ofPlatform()
                                        .daemon()
                                        .name("provider-" + ref + "-" + number.incrementAndGet())
                                        .uncaughtExceptionHandler(this::threadEnded)
                                        .unstarted(task));
    }

    private void threadEnded(Thread thread, Throwable why) {
        if (!(why instanceof Retired)) {
            LOG.warn("A thread of provider {} ended: {}", ref, why.toString());
        }
    }

    /**
     * Runs something in a place that was taken before; the place is free again when it has really
     * ended.
     *
     * @return empty when there is no thread left; then the place is free again
     */
    <T> Optional<Task<T>> submit(Semaphore places, Callable<T> work) {
        Task<T> task = new Task<>(places, work);
        running.add(task);
        try {
            threads.execute(task);
            return Optional.of(task);
        } catch (RejectedExecutionException e) {
            running.remove(task);
            task.giveBack();
            return Optional.empty();
        }
    }

    /** How many run the plugin's code now. */
    int running() {
        return running.size();
    }

    /** Nobody waits any more for what runs. */
    void abandon() {
        running.forEach(Task::abandon);
    }

    /** Interrupts what still runs and lets go of the threads. */
    @Override
    public void close() {
        abandon();
        threads.shutdownNow();
    }

    /** The plugin's code on one of its threads. */
    final class Task<T> extends FutureTask<T> {

        private final Semaphore places;
        private final AtomicBoolean returned = new AtomicBoolean();
        private int threadId;
        private boolean ended;
        private boolean demoted;

        private Task(Semaphore places, Callable<T> work) {
            super(work);
            this.places = places;
        }

        @Override
        public void run() {
            Thread thread = Thread.currentThread();
            synchronized (this) {
                threadId = Demotion.ownId();
            }
            thread.setContextClassLoader(loader);
            try {
                super.run();
            } finally {
                // The pool's thread outlives the call; an interrupt that came late is nobody's.
                thread.setContextClassLoader(ProviderThreads.class.getClassLoader());
                Thread.interrupted();
                running.remove(this);
                giveBack();
                retireDemoted();
            }
        }

        private void giveBack() {
            if (returned.compareAndSet(false, true)) {
                places.release();
            }
        }

        /** Nobody waits any more: interrupts it, and lets it run last should it not listen. */
        void abandon() {
            cancel(true);
            synchronized (this) {
                if (!ended && threadId != 0) {
                    demoted = true;
                    Demotion.demote(threadId);
                }
            }
        }

        private synchronized void retireDemoted() {
            ended = true;
            if (demoted) {
                throw new Retired();
            }
        }
    }

    /** Ends a thread of the pool that must not be used again. */
    private static final class Retired extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Retired() {
            super("retired", null, false, false);
        }
    }
}
