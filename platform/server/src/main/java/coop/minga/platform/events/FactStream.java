package coop.minga.platform.events;

import coop.minga.platform.http.EventSource;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One browser's queue. Bounded: a client that reads too slowly is ended and comes back with the id
 * of the last event it read.
 */
final class FactStream implements EventSource {

    private static final int CAPACITY = 512;
    private static final int REMEMBERED = 2_048;

    private final Runnable onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private final Map<Long, Boolean> told =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /** What its reader has not fetched yet. */
    private record Waiting(long fact, Message message) {}

    private int backlog;
    private boolean ended;

    /**
     * @param onClose unregisters the stream
     */
    FactStream(Runnable onClose) {
        this.onClose = onClose;
    }

    /** Adds a fact unless it was told; ends the stream when the queue is full. */
    void offer(long fact, Message message) {
        lock.lock();
        try {
            if (ended || told.put(fact, true) != null) {
                return;
            }
            if (queue.size() - backlog >= CAPACITY) {
                ended = true;
            } else {
                queue.addLast(new Waiting(fact, message));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts what was kept, in its order, before what came meanwhile; before the first is fetched.
     *
     * @param kept by fact
     */
    void replay(Map<Long, Message> kept) {
        lock.lock();
        try {
            // The tail, when it lags, has told some of these already and others not.
            List<Waiting> later =
                    queue.stream().filter(waiting -> !kept.containsKey(waiting.fact())).toList();
            queue.clear();
            kept.forEach((fact, message) -> {
                told.put(fact, true);
                queue.addLast(new Waiting(fact, message));
            });
            backlog = queue.size();
            queue.addAll(later);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream after what is queued. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Message> next(Duration patience) throws InterruptedException, EndOfStream {
        long nanos = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                if (ended) {
                    throw new EndOfStream();
                }
                if (nanos <= 0) {
                    return Optional.empty();
                }
                nanos = changed.awaitNanos(Math.min(nanos, TimeUnit.MINUTES.toNanos(1)));
            }
            backlog = Math.max(0, backlog - 1);
            return Optional.of(queue.removeFirst().message());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        end();
        onClose.run();
    }
}
