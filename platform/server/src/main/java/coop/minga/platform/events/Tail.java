package coop.minga.platform.events;

import coop.minga.platform.db.Db;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads the facts of all hosts in order, behind the oldest open transaction: tells them to the
 * streams of this host and wakes its listeners.
 */
final class Tail {

    private static final Logger log = LoggerFactory.getLogger(Tail.class);
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(1);

    private final Db db;
    private final EventStore store;
    private final OpenStreams streams;
    private final List<DurableListener> listeners;
    private final Lifetime lifetime;
    private final Signal signal = new Signal();
    private final AtomicLong published = new AtomicLong();

    Tail(
            Db db,
            EventStore store,
            OpenStreams streams,
            List<DurableListener> listeners,
            Lifetime lifetime) {
        this.db = db;
        this.store = store;
        this.streams = streams;
        this.listeners = listeners;
        this.lifetime = lifetime;
    }

    /** There may be something new. */
    void look() {
        signal.give();
    }

    /** Keeps looking until a fact of this host's, written by that transaction, can be read. */
    void expect(long transaction) {
        published.accumulateAndGet(transaction, Math::max);
    }

    /** Only facts from now on are told. */
    void begin() {
        streams.toldUpTo(db.read(store::horizon));
    }

    void run() {
        int quickLooks = 0;
        while (!lifetime.isOver()) {
            try {
                Position before = streams.told();
                EventStore.Slice slice =
                        db.read(h -> store.after(h, before, Set.of(), EventStore.SLICE));
                for (EventStore.Row row : slice.rows()) {
                    streams.tell(row, before);
                    for (DurableListener listener : listeners) {
                        listener.wakeFor(row.type());
                    }
                }
                streams.toldUpTo(slice.end());
                if (slice.rows().size() == EventStore.SLICE) {
                    continue;
                }
                if (slice.end().xact() > published.get()) {
                    quickLooks = 0;
                    signal.await(LOOK_ANYWAY);
                } else {
                    // Ours waits behind a transaction that is still open.
                    quickLooks++;
                    signal.await(Duration.ofMillis(Math.min(250, 2L << Math.min(7, quickLooks))));
                }
            } catch (RuntimeException e) {
                lifetime.warn(log, "The outbox cannot be read right now", e);
                signal.await(LOOK_ANYWAY);
            }
        }
    }
}
