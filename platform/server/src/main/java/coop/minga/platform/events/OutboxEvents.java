package coop.minga.platform.events;

import coop.minga.platform.db.Database;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Json;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The outbox in PostgreSQL.
 *
 * <p>A fact goes three ways. Streams of this host are told right after the commit. Every host's
 * tail reads the facts in order, behind the oldest open transaction, tells its streams what they do
 * not know yet and wakes the listeners. Each listener runs on the one host that holds its advisory
 * lock and keeps its position in the database. NOTIFY only says "look now": nothing is lost when it
 * is, for every reader also looks by itself.
 */
public final class OutboxEvents implements Events {

    private static final Logger log = LoggerFactory.getLogger(OutboxEvents.class);

    private final Db db;
    private final Clock clock;
    private final boolean alone;
    private final String host = UUID.randomUUID().toString();
    private final EventStore store = new EventStore();
    private final BiConsumer<Handle, List<EventStore.Told>> writer = this::write;
    private final Lifetime lifetime = new Lifetime();
    private final OpenStreams streams;
    private final List<DurableListener> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> led = ConcurrentHashMap.newKeySet();
    private final Caches caches;
    private final Tail tail;
    private final Bus bus;
    private final Signal notifySignal = new Signal();
    private final List<Thread> threads = new ArrayList<>();

    /**
     * @param address for the connection that listens, outside the pool
     * @param alone whether no other host can share this database
     */
    public OutboxEvents(Db db, Database.Address address, Clock clock, boolean alone) {
        this.db = db;
        this.clock = clock;
        this.alone = alone;
        this.streams = new OpenStreams(db, store, lifetime);
        this.caches = new Caches(db, store, alone);
        this.tail = new Tail(db, store, streams, listeners, lifetime);
        this.bus = new Bus(db, store, address, clock, host, tail, caches, listeners, lifetime, led);
    }

    @Override
    public void publish(Handle handle, Fact fact) {
        db.gather(
                handle,
                writer,
                new EventStore.Told(
                        fact.type(),
                        fact.subject(),
                        fact.topics().stream().map(Topic::name).toArray(String[]::new),
                        clock.instant().truncatedTo(ChronoUnit.MILLIS),
                        Json.write(fact.data())));
    }

    private void write(Handle handle, List<EventStore.Told> facts) {
        List<EventStore.Row> rows = store.insert(handle, facts);
        handle.afterCommit(() -> {
            for (EventStore.Row row : rows) {
                streams.tell(row, streams.told());
                tail.expect(row.xact());
            }
            tail.look();
            notifySignal.give();
        });
    }

    @Override
    public void listen(String name, Set<String> types, Listener listener) {
        listeners.add(
                new DurableListener(
                        name,
                        Set.copyOf(types),
                        listener,
                        db,
                        store,
                        clock,
                        led::contains,
                        lifetime));
    }

    @Override
    public EventSource open(Set<Topic> topics, String lastEventId) {
        return streams.open(topics, Position.parse(lastEventId));
    }

    @Override
    public EventSource openFromStart(Set<Topic> topics) {
        return streams.open(topics, Optional.of(Position.START));
    }

    @Override
    public void invalidate(Handle handle, String cache, String key) {
        caches.invalidate(handle, cache, key);
    }

    @Override
    public void onInvalidate(String cache, Consumer<String> dropped) {
        caches.add(cache, dropped);
    }

    @Override
    public void start() {
        tail.begin();
        thread("events-tail", tail::run);
        thread("events-bus", bus::run);
        if (!alone) {
            thread("events-notify", this::notifyOthers);
        }
        for (DurableListener listener : listeners) {
            thread("events-" + listener.name(), listener::run);
        }
    }

    @Override
    public void stop(Duration patience) {
        lifetime.end();
        streams.end();
        tail.look();
        notifySignal.give();
        listeners.forEach(DurableListener::wake);
        Instant end = clock.instant().plus(patience);
        for (Thread thread : threads) {
            try {
                long left = Math.max(1, Duration.between(clock.instant(), end).toMillis());
                if (!thread.join(Duration.ofMillis(left))) {
                    thread.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                thread.interrupt();
            }
        }
        bus.close();
    }

    private void thread(String name, Runnable work) {
        threads.add(Thread.ofVirtual().name(name).start(work));
    }

    private void notifyOthers() {
        while (!lifetime.isOver()) {
            if (notifySignal.await(Duration.ofMinutes(1)) && !lifetime.isOver()) {
                try {
                    db.useTransaction(h -> store.notify(h, Bus.FACTS, List.of(host)));
                    // Gathers what follows at once into the next one.
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    lifetime.warn(log, "Other hosts cannot be notified right now", e);
                }
            }
        }
    }
}
