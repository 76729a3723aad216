package coop.minga.platform.instances;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets work that waits for a backend be woken by the backend's own word, in this process. What
 * nobody waits for is the caller's to pass on.
 */
public final class Hints {

    private final Map<String, Semaphore> waiting = new ConcurrentHashMap<>();

    /** Interest in a key; open it before asking the backend, so that no hint is missed. */
    public final class Watch implements AutoCloseable {

        private final String key;
        private final Semaphore semaphore;

        private Watch(String key, Semaphore semaphore) {
            this.key = key;
            this.semaphore = semaphore;
        }

        /** Waits for a hint since the last call, at most so long. */
        public boolean await(Duration patience) throws InterruptedException {
            boolean hinted = semaphore.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
            semaphore.drainPermits();
            return hinted;
        }

        @Override
        public void close() {
            waiting.remove(key, semaphore);
        }
    }

    public Watch watch(String key) {
        Semaphore semaphore = new Semaphore(0);
        waiting.put(key, semaphore);
        return new Watch(key, semaphore);
    }

    /** Wakes who waits; false when nobody does. */
    public boolean hint(String key) {
        Semaphore semaphore = waiting.get(key);
        if (semaphore == null) {
            return false;
        }
        semaphore.release();
        return true;
    }
}
