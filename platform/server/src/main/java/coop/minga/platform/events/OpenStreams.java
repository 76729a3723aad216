package coop.minga.platform.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The streams that are open on this host, by topic, and how far they were told everything. */
final class OpenStreams {

    private static final int REPLAYED = 5_000;

    private final Db db;
    private final EventStore store;
    private final Lifetime lifetime;
    private final Map<String, Set<FactStream>> streams = new ConcurrentHashMap<>();
    private volatile Position told = Position.START;

    OpenStreams(Db db, EventStore store, Lifetime lifetime) {
        this.db = db;
        this.store = store;
        this.lifetime = lifetime;
    }

    /** Up to here every fact was told. */
    Position told() {
        return told;
    }

    void toldUpTo(Position end) {
        told = end;
    }

    /** Ends every stream; its reader comes back to another host. */
    void end() {
        for (Set<FactStream> open : streams.values()) {
            open.forEach(FactStream::end);
        }
    }

    /**
     * Opens a stream.
     *
     * @param from what was told before is not told again; empty to begin now
     */
    EventSource open(Set<Topic> topics, Optional<Position> from) {
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
        if (lifetime.isOver()) {
            stream.end();
        }
        if (from.isPresent()) {
            try {
                Position seen = told;
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

    /**
     * Tells a fact to the streams that do not know it yet.
     *
     * @param safe what a stream that breaks off after it may go on from
     */
    void tell(EventStore.Row row, Position safe) {
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
}
