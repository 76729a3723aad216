package coop.minga.platform.events;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The rows of the outbox. */
final class EventStore {

    /** How many facts are read at once. */
    static final int SLICE = 200;

    /** One fact with where it stands. */
    record Row(
            long xact,
            long id,
            String type,
            String subject,
            String[] topics,
            Instant at,
            String data) {

        Position position() {
            return new Position(xact, id);
        }

        StoredFact fact() {
            return new StoredFact(id, type, subject, at, data);
        }
    }

    /**
     * Facts in order.
     *
     * @param end how far reading got: after the last row, or up to the oldest transaction still
     *     open when there were no more
     */
    record Slice(List<Row> rows, Position end) {}

    private record Joined(
            long horizon,
            @Nullable Long xact,
            @Nullable Long id,
            @Nullable String type,
            @Nullable String subject,
            String @Nullable [] topics,
            @Nullable Instant at,
            @Nullable String data) {}

    /** A fact about to be written. */
    record Told(String type, String subject, String[] topics, Instant at, String data) {}

    private record Written(long id, long xact) {}

    /** Writes facts of one transaction, in their order. */
    List<Row> insert(Handle handle, List<Told> facts) {
        List<Written> written =
                handle.createQuery(
                                """
                                INSERT INTO facts (type, subject, topics, at, data)
                                SELECT type, subject, string_to_array(topics, ' '), at, CAST(data AS jsonb)
                                FROM unnest(
                                        CAST(:types AS text[]), CAST(:subjects AS text[]),
                                        CAST(:topics AS text[]), CAST(:ats AS timestamptz[]),
                                        CAST(:data AS text[]))
                                    WITH ORDINALITY AS f(type, subject, topics, at, data, n)
                                ORDER BY n
                                RETURNING id, CAST(CAST(xact AS text) AS bigint) AS xact
                                """)
                        .bind("types", strings(facts, Told::type))
                        .bind("subjects", strings(facts, Told::subject))
                        .bind("topics", strings(facts, fact -> String.join(" ", fact.topics())))
                        .bind("ats", strings(facts, fact -> fact.at().toString()))
                        .bind("data", strings(facts, Told::data))
                        .mapTo(Written.class)
                        .list();
        // Numbers grow in the order of writing; the order of the answers is not promised.
        List<Written> inOrder =
                written.stream().sorted(Comparator.comparingLong(Written::id)).toList();
        return IntStream.range(0, facts.size())
                .mapToObj(n -> {
                    Written place = inOrder.get(n);
                    Told fact = facts.get(n);
                    return new Row(
                            place.xact(),
                            place.id(),
                            fact.type(),
                            fact.subject(),
                            fact.topics(),
                            fact.at(),
                            fact.data());
                })
                .toList();
    }

    private static String[] strings(List<Told> facts, Function<Told, String> field) {
        return facts.stream().map(field).toArray(String[]::new);
    }

    /**
     * What comes after a position, up to the oldest transaction still open: beyond it a fact with
     * an earlier place may yet appear.
     *
     * @param types the types wanted; empty for all
     */
    Slice after(Handle handle, Position position, Set<String> types, int limit) {
        List<Joined> joined =
                handle.createQuery(
                                """
                                WITH open AS (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin)
                                SELECT CAST(CAST(open.xmin AS text) AS bigint) AS horizon,
                                    CAST(CAST(f.xact AS text) AS bigint) AS xact, f.id, f.type, f.subject,
                                    f.topics, f.at, CAST(f.data AS text) AS data
                                FROM open LEFT JOIN LATERAL (
                                    SELECT * FROM facts
                                    WHERE (xact, id) > (CAST(CAST(:xact AS text) AS xid8), :id)
                                      AND xact < open.xmin
                                      AND (cardinality(CAST(:types AS text[])) = 0 OR type = ANY (:types))
                                    ORDER BY xact, id
                                    LIMIT :limit
                                ) AS f ON true
                                ORDER BY f.xact, f.id
                                """)
                        .bind("xact", position.xact())
                        .bind("id", position.id())
                        .bind("types", types.toArray(String[]::new))
                        .bind("limit", limit)
                        .mapTo(Joined.class)
                        .list();
        List<Row> rows = new ArrayList<>();
        for (Joined j : joined) {
            if (j.xact() != null
                    && j.id() != null
                    && j.type() != null
                    && j.subject() != null
                    && j.topics() != null
                    && j.at() != null
                    && j.data() != null) {
                rows.add(
                        new Row(
                                j.xact(),
                                j.id(),
                                j.type(),
                                j.subject(),
                                j.topics(),
                                j.at(),
                                j.data()));
            }
        }
        Position end =
                rows.size() == limit
                        ? rows.getLast().position()
                        : new Position(joined.getFirst().horizon(), 0);
        return new Slice(rows, end.compareTo(position) < 0 ? position : end);
    }

    /** The newest committed facts of some topics after a position, oldest first. */
    List<Row> replay(Handle handle, Position position, Set<Topic> topics, int limit) {
        return handle.createQuery(
                        """
                        SELECT * FROM (
                            SELECT CAST(CAST(xact AS text) AS bigint) AS xact, id, type, subject, topics, at,
                                CAST(data AS text) AS data, facts.xact AS place
                            FROM facts
                            WHERE topics && CAST(:topics AS text[])
                              AND (xact, id) > (CAST(CAST(:xact AS text) AS xid8), :id)
                            ORDER BY facts.xact DESC, id DESC
                            LIMIT :limit
                        ) AS newest
                        ORDER BY place, id
                        """)
                .bind("topics", topics.stream().map(Topic::name).toArray(String[]::new))
                .bind("xact", position.xact())
                .bind("id", position.id())
                .bind("limit", limit)
                .mapTo(Row.class)
                .list();
    }

    /** The oldest transaction still open. */
    Position horizon(Handle handle) {
        return new Position(
                handle.createQuery(
                                """
                                SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
                                """)
                        .mapTo(long.class)
                        .one(),
                0);
    }

    Optional<Position> positionOf(Handle handle, String listener) {
        return handle.createQuery(
                        """
                        SELECT CAST(CAST(xact AS text) AS bigint) AS xact, fact_id AS id
                        FROM fact_listeners WHERE name = :name
                        """)
                .bind("name", listener)
                .mapTo(Position.class)
                .findOne();
    }

    void advance(
            Handle handle, String listener, Position end, int failures, @Nullable String error) {
        handle.createUpdate(
                        """
                        INSERT INTO fact_listeners AS l (name, xact, fact_id, failures, last_error)
                        VALUES (:name, CAST(CAST(:xact AS text) AS xid8), :id, :failures, :error)
                        ON CONFLICT (name) DO UPDATE SET
                            xact = excluded.xact, fact_id = excluded.fact_id,
                            failures = excluded.failures, last_error = excluded.last_error,
                            updated_at = now()
                        WHERE (l.xact, l.fact_id) <= (excluded.xact, excluded.fact_id)
                        """)
                .bind("name", listener)
                .bind("xact", end.xact())
                .bind("id", end.id())
                .bind("failures", failures)
                .bind("error", error)
                .execute();
    }

    void notify(Handle handle, String channel, List<String> payloads) {
        handle.createQuery(
                        "SELECT count(pg_notify(:channel, payload)) FROM unnest(:payloads) AS"
                                + " payload")
                .bind("channel", channel)
                .bindArray("payloads", String.class, payloads)
                .mapTo(int.class)
                .one();
    }

    /**
     * Removes facts older than the retention that every living listener has heard.
     *
     * @return how many went
     */
    int forget(Handle handle, Duration retention, int limit) {
        return handle.createUpdate(
                        """
                        DELETE FROM facts WHERE id IN (
                            SELECT id FROM facts
                            WHERE at < now() - CAST(:retention AS interval)
                              AND NOT EXISTS (
                                  SELECT 1 FROM fact_listeners AS l
                                  WHERE l.updated_at > now() - INTERVAL '30 days'
                                    AND (l.xact, l.fact_id) < (facts.xact, facts.id))
                            ORDER BY id LIMIT :limit)
                        """)
                .bind("retention", retention.toSeconds() + " seconds")
                .bind("limit", limit)
                .execute();
    }

    static Set<String> names(Set<Topic> topics) {
        return topics.stream().map(Topic::name).collect(Collectors.toSet());
    }
}
