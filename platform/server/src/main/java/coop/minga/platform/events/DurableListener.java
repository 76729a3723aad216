package coop.minga.platform.events;

import coop.minga.platform.db.Db;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One listener on this host. While this host leads it, it hears every fact it wants, one after the
 * other, from where it or its predecessor on another host came to.
 */
final class DurableListener {

    private static final Logger log = LoggerFactory.getLogger(DurableListener.class);

    private final String name;
    private final Set<String> types;
    private final Events.Listener listener;
    private final Db db;
    private final EventStore store;
    private final Clock clock;
    private final Predicate<String> led;
    private final Lifetime lifetime;
    private final Signal signal = new Signal();
    private int failures;

    /** How far it came; unknown to a host that does not lead it, or did not a moment ago. */
    private @Nullable Position heard;

    private Instant lastWritten = Instant.EPOCH;

    /**
     * @param led whether this host leads a listener of that name
     */
    DurableListener(
            String name,
            Set<String> types,
            Events.Listener listener,
            Db db,
            EventStore store,
            Clock clock,
            Predicate<String> led,
            Lifetime lifetime) {
        this.db = db;
        this.store = store;
        this.clock = clock;
        this.led = led;
        this.lifetime = lifetime;
        this.name = name;
        this.types = types;
        this.listener = listener;
    }

    String name() {
        return name;
    }

    void wake() {
        signal.give();
    }

    void wakeFor(String type) {
        if (types.isEmpty() || types.contains(type)) {
            signal.give();
        }
    }

    void run() {
        while (!lifetime.isOver()) {
            try {
                if (led.test(name)) {
                    while (hear() && !lifetime.isOver()) {
                        // More waits.
                    }
                } else {
                    heard = null;
                }
            } catch (RuntimeException e) {
                heard = null;
                lifetime.warn(log, "Listener " + name + " cannot read right now", e);
            }
            if (failures == 0) {
                signal.await(Duration.ofSeconds(5));
            } else {
                Signal.pause(Duration.ofMillis(Math.min(60_000, 50L << Math.min(failures, 11))));
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
        EventStore.Slice slice = db.read(h -> store.after(h, start, types, EventStore.SLICE));
        Position done = start;
        for (EventStore.Row row : slice.rows()) {
            if (lifetime.isOver() || !led.test(name)) {
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
        boolean whole = slice.rows().isEmpty() || done.equals(slice.rows().getLast().position());
        if (!whole) {
            write(done, null);
            return false;
        }
        // An idle listener writes its position once a minute, so that old facts can go.
        if (!slice.rows().isEmpty() || lastWritten.isBefore(clock.instant().minusSeconds(60))) {
            write(slice.end(), null);
        }
        heard = slice.end();
        return slice.rows().size() == EventStore.SLICE;
    }

    private void write(Position position, @Nullable String error) {
        db.useTransaction(h -> store.advance(h, name, position, failures, error));
        lastWritten = clock.instant();
    }
}
