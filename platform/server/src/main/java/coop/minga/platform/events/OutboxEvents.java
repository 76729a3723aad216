package coop.minga.platform.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.platform.db.Database;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Json;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

    private static final String FACTS = "minga_facts";
    private static final String CACHES = "minga_caches";
    private static final String HOUSEKEEPING = "events.housekeeping";
    private static final int SLICE = 200;
    private static final int REPLAYED = 5_000;
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(1);

    private final Db db;
    private final Database.Address address;
    private final Clock clock;
    private final boolean alone;
    private final String host = UUID.randomUUID().toString();
    private final EventStore store = new EventStore();
    private final BiConsumer<Handle, List<EventStore.Told>> writer = this::write;
    private final BiConsumer<Handle, List<Dropped>> dropper = this::dropAll;

    private final Map<String, Set<FactStream>> streams = new ConcurrentHashMap<>();
    private final List<DurableListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, List<Consumer<String>>> caches = new ConcurrentHashMap<>();
    private final Set<String> led = ConcurrentHashMap.newKeySet();

    private final Semaphore tailSignal = new Semaphore(0);
    private final Semaphore notifySignal = new Semaphore(0);
    private final AtomicLong published = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();
    private volatile Position tail = Position.START;
    private volatile boolean stopping;
    private volatile @Nullable Connection bus;

    /** What a cache has to forget. */
    private record Dropped(String cache, String key) {}

    /**
     * @param address for the connection that listens, outside the pool
     * @param alone whether no other host can share this database
     */
    public OutboxEvents(Db db, Database.Address address, Clock clock, boolean alone) {
        this.db = db;
        this.address = address;
        this.clock = clock;
        this.alone = alone;
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
                tell(row, tail);
                published.accumulateAndGet(row.xact(), Math::max);
            }
            tailSignal.release();
            notifySignal.release();
        });
    }

    @Override
    public void listen(String name, Set<String> types, Listener listener) {
        listeners.add(new DurableListener(name, Set.copyOf(types), listener));
    }

    @Override
    public EventSource open(Set<Topic> topics, String lastEventId) {
        return open(topics, Position.parse(lastEventId));
    }

    @Override
    public EventSource openFromStart(Set<Topic> topics) {
        return open(topics, Optional.of(Position.START));
    }

    @Override
    public void invalidate(Handle handle, String cache, String key) {
        db.gather(handle, dropper, new Dropped(cache, key));
    }

    private void dropAll(Handle handle, List<Dropped> gathered) {
        List<Dropped> dropped = gathered.stream().distinct().toList();
        if (!alone) {
            store.notify(
                    handle, CACHES, dropped.stream().map(d -> d.cache() + " " + d.key()).toList());
        }
        handle.afterCommit(() -> dropped.forEach(d -> drop(d.cache(), d.key())));
    }

    @Override
    public void onInvalidate(String cache, Consumer<String> dropped) {
        caches.computeIfAbsent(cache, name -> new CopyOnWriteArrayList<>()).add(dropped);
    }

    @Override
    public void start() {
        tail = db.read(store::horizon);
        thread("events-tail", this::tail);
        thread("events-bus", this::ride);
        if (!alone) {
            thread("events-notify", this::notifyOthers);
        }
        for (DurableListener listener : listeners) {
            thread("events-" + listener.name, listener::run);
        }
    }

    @Override
    public void stop(Duration patience) {
        stopping = true;
        for (Set<FactStream> open : streams.values()) {
            open.forEach(FactStream::end);
        }
        tailSignal.release();
        notifySignal.release();
        listeners.forEach(listener -> listener.signal.release());
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
        close(bus);
    }

    private void thread(String name, Runnable work) {
        threads.add(Thread.ofVirtual().name(name).start(work));
    }

    // ---- streams

    private EventSource open(Set<Topic> topics, Optional<Position> from) {
        Set<String> names = EventStore.names(topics);
        FactStream[] self = new FactStream[1];
        FactStream stream = new FactStream(() -> unregister(names, self[0]));
        self[0] = stream;
        // First registered, then replayed: what commits in between is told once, by whichever of
        // the two comes first.
        for (String name : names) {
            streams.compute(
                    name,
                    (topic, open) -> {
                        Set<FactStream> all = open == null ? ConcurrentHashMap.newKeySet() : open;
                        all.add(stream);
                        return all;
                    });
        }
        if (stopping) {
            stream.end();
        }
        if (from.isPresent()) {
            try {
                Position seen = tail;
                Map<Long, EventSource.Message> kept = new LinkedHashMap<>();
                Position safe = from.get();
                for (EventStore.Row row :
                        db.read(h -> store.replay(h, from.get(), topics, REPLAYED))) {
                    if (row.position().compareTo(seen) <= 0) {
                        safe = row.position();
                    }
                    kept.put(row.id(), message(row, safe));
                }
                stream.replay(kept);
            } catch (RuntimeException e) {
                stream.close();
                throw e;
            }
        }
        return stream;
    }

    private void unregister(Set<String> names, FactStream stream) {
        for (String name : names) {
            streams.computeIfPresent(
                    name,
                    (topic, open) -> {
                        open.remove(stream);
                        return open.isEmpty() ? null : open;
                    });
        }
    }

    private void tell(EventStore.Row row, Position safe) {
        EventSource.Message message = null;
        for (String topic : row.topics()) {
            Set<FactStream> open = streams.get(topic);
            if (open != null) {
                if (message == null) {
                    message = message(row, safe);
                }
                for (FactStream stream : open) {
                    stream.offer(row.id(), message);
                }
            }
        }
    }

    /** The fact's data with what it is about and when it was. */
    private static EventSource.Message message(EventStore.Row row, Position safe) {
        ObjectNode data = Json.mapper().createObjectNode();
        data.put("type", row.type());
        data.put("subject", row.subject());
        data.put("at", row.at().toString());
        JsonNode own = Json.read(row.data(), JsonNode.class);
        own.properties().forEach(entry -> data.set(entry.getKey(), entry.getValue()));
        String event = row.type().substring(row.type().lastIndexOf('.') + 1);
        return new EventSource.Message(safe.eventId(row.id()), event, Json.write(data));
    }

    // ---- the tail

    private void tail() {
        int quickLooks = 0;
        while (!stopping) {
            try {
                Position before = tail;
                EventStore.Slice slice = db.read(h -> store.after(h, before, Set.of(), SLICE));
                for (EventStore.Row row : slice.rows()) {
                    tell(row, before);
                    for (DurableListener listener : listeners) {
                        listener.wakeFor(row.type());
                    }
                }
                tail = slice.end();
                if (slice.rows().size() == SLICE) {
                    continue;
                }
                if (tail.xact() > published.get()) {
                    quickLooks = 0;
                    await(tailSignal, LOOK_ANYWAY);
                } else {
                    // Ours waits behind a transaction that is still open.
                    quickLooks++;
                    await(
                            tailSignal,
                            Duration.ofMillis(Math.min(250, 2L << Math.min(7, quickLooks))));
                }
            } catch (RuntimeException e) {
                unlessStopping("The outbox cannot be read right now", e);
                await(tailSignal, LOOK_ANYWAY);
            }
        }
    }

    private void notifyOthers() {
        while (!stopping) {
            if (await(notifySignal, Duration.ofMinutes(1)) && !stopping) {
                try {
                    db.useTransaction(h -> store.notify(h, FACTS, List.of(host)));
                    // Gathers what follows at once into the next one.
                    TimeUnit.MILLISECONDS.sleep(20);
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    unlessStopping("Other hosts cannot be notified right now", e);
                }
            }
        }
    }

    // ---- the connection that listens and leads

    private void ride() {
        boolean first = true;
        while (!stopping) {
            try (Connection connection = connect()) {
                bus = connection;
                try (Statement statement = connection.createStatement()) {
                    statement.execute("LISTEN " + FACTS);
                    statement.execute("LISTEN " + CACHES);
                }
                if (!first) {
                    // Whatever was said meanwhile went unheard.
                    caches.keySet().forEach(cache -> drop(cache, ALL_KEYS));
                }
                first = false;
                tailSignal.release();
                ride(connection);
            } catch (SQLException e) {
                unlessStopping("The connection that listens was lost", e);
            }
            led.clear();
            if (!stopping) {
                await(new Semaphore(0), Duration.ofMillis(300));
            }
        }
    }

    private void ride(Connection connection) throws SQLException {
        PGConnection pg = connection.unwrap(PGConnection.class);
        Instant nextTry = Instant.MIN;
        Instant nextSweep = clock.instant().plusSeconds(60);
        while (!stopping) {
            if (clock.instant().isAfter(nextTry)) {
                lead(connection);
                nextTry = clock.instant().plusSeconds(2);
            }
            if (led.contains(HOUSEKEEPING) && clock.instant().isAfter(nextSweep)) {
                sweep();
                nextSweep = clock.instant().plus(Duration.ofMinutes(30));
            }
            PGNotification[] heard = pg.getNotifications(250);
            if (heard == null) {
                continue;
            }
            for (PGNotification notification : heard) {
                if (notification.getName().equals(FACTS)) {
                    if (!notification.getParameter().equals(host)) {
                        tailSignal.release();
                    }
                } else {
                    String[] parts = notification.getParameter().split(" ", 2);
                    drop(parts[0], parts.length > 1 ? parts[1] : ALL_KEYS);
                }
            }
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("ApplicationName", "minga-events");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        return DriverManager.getConnection(address.url(), properties);
    }

    /** Takes the lock of each listener that nobody else has; it lasts as long as the connection. */
    private void lead(Connection connection) throws SQLException {
        List<String> wanted = new ArrayList<>(listeners.stream().map(l -> l.name).toList());
        wanted.add(HOUSEKEEPING);
        wanted.removeAll(led);
        if (wanted.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT name, pg_try_advisory_lock(hashtextextended('minga-listener/' || name, 0))
                        FROM unnest(?) AS name
                        """)) {
            statement.setArray(1, connection.createArrayOf("text", wanted.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    if (rows.getBoolean(2)) {
                        led.add(rows.getString(1));
                    }
                }
            }
        }
        listeners.forEach(listener -> listener.signal.release());
    }

    private void sweep() {
        try {
            int gone;
            do {
                gone = db.inTransaction(h -> store.forget(h, RETENTION, 5_000));
            } while (gone == 5_000 && !stopping);
        } catch (RuntimeException e) {
            unlessStopping("Old facts cannot be removed right now", e);
        }
    }

    private void drop(String cache, String key) {
        for (Consumer<String> dropped : caches.getOrDefault(cache, List.of())) {
            try {
                dropped.accept(key);
            } catch (RuntimeException e) {
                log.error("Cache {} could not drop {}", cache, key, e);
            }
        }
    }

    // ---- durable listeners

    private final class DurableListener {

        private final String name;
        private final Set<String> types;
        private final Listener listener;
        private final Semaphore signal = new Semaphore(0);
        private int failures;

        /** How far it came; unknown to a host that does not lead it, or did not a moment ago. */
        private @Nullable Position heard;

        private Instant lastWritten = Instant.EPOCH;

        DurableListener(String name, Set<String> types, Listener listener) {
            this.name = name;
            this.types = types;
            this.listener = listener;
        }

        void wakeFor(String type) {
            if (types.isEmpty() || types.contains(type)) {
                signal.release();
            }
        }

        void run() {
            while (!stopping) {
                try {
                    if (led.contains(name)) {
                        while (hear() && !stopping) {
                            // More waits.
                        }
                    } else {
                        heard = null;
                    }
                } catch (RuntimeException e) {
                    heard = null;
                    unlessStopping("Listener " + name + " cannot read right now", e);
                }
                if (failures == 0) {
                    await(signal, Duration.ofSeconds(5));
                } else {
                    await(
                            new Semaphore(0),
                            Duration.ofMillis(Math.min(60_000, 50L << Math.min(failures, 11))));
                }
            }
        }

        /** Hears one slice; true when there may be more. */
        private boolean hear() {
            Position known = heard;
            Position start =
                    known != null
                            ? known
                            : db.read(h -> store.positionOf(h, name)).orElse(Position.START);
            EventStore.Slice slice = db.read(h -> store.after(h, start, types, SLICE));
            Position done = start;
            for (EventStore.Row row : slice.rows()) {
                if (stopping || !led.contains(name)) {
                    break;
                }
                try {
                    listener.on(row.fact());
                    done = row.position();
                    failures = 0;
                } catch (Exception | LinkageError e) {
                    failures++;
                    log.warn("Listener {} failed at fact {} {}", name, row.id(), row.type(), e);
                    write(done, String.valueOf(e.getMessage()));
                    return false;
                }
            }
            heard = null;
            boolean whole =
                    slice.rows().isEmpty() || done.equals(slice.rows().getLast().position());
            if (!whole) {
                write(done, null);
                return false;
            }
            // An idle listener writes its position once a minute, so that old facts can go.
            if (!slice.rows().isEmpty() || lastWritten.isBefore(clock.instant().minusSeconds(60))) {
                write(slice.end(), null);
            }
            heard = slice.end();
            return slice.rows().size() == SLICE;
        }

        private void write(Position position, @Nullable String error) {
            db.useTransaction(h -> store.advance(h, name, position, failures, error));
            lastWritten = clock.instant();
        }
    }

    // ---- small things

    /** True when signalled; several signals count as one. */
    private static boolean await(Semaphore signal, Duration patience) {
        try {
            boolean signalled = signal.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
            signal.drainPermits();
            return signalled;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void unlessStopping(String message, Exception e) {
        if (!stopping) {
            log.warn("{}: {}", message, e.toString());
        }
    }

    private static void close(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                log.debug("Closing the listening connection failed", e);
            }
        }
    }
}
