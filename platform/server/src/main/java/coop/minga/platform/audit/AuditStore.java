package coop.minga.platform.audit;

import coop.minga.platform.http.Cursor;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows of the audit log and its seals. */
final class AuditStore {

    /** One entry as stored. */
    record Row(
            long n,
            long xact,
            UUID id,
            Instant at,
            String actor,
            String address,
            String action,
            String subject,
            String before,
            String after,
            String traceId) {}

    /** A batch of entries under one hash. */
    record Seal(long seq, Instant at, Long[] numbers, byte[] hash) {}

    /** Where the last seal ended. */
    record Last(long seq, long uptoXact, long uptoN, byte[] hash) {}

    private static final String COLUMNS =
            """
            n, CAST(CAST(xact AS text) AS bigint) AS xact, id, at, actor, address, action, subject,
            CAST(before AS text) AS before, CAST(after AS text) AS after, trace_id
            """;

    void insert(
            Handle handle, UUID id, Instant at, Audit.Entry entry, String before, String after) {
        handle.createUpdate(
                        """
                        INSERT INTO audit_entries
                            (id, at, actor, address, action, subject, before, after, trace_id)
                        VALUES (:id, :at, :actor, :address, :action, :subject,
                            CAST(:before AS jsonb), CAST(:after AS jsonb), :traceId)
                        """)
                .bind("actor", entry.actor())
                .bind("address", entry.address())
                .bind("action", entry.action())
                .bind("subject", entry.subject())
                .bind("traceId", entry.traceId())
                .bind("id", id)
                .bind("at", at)
                .bind("before", before)
                .bind("after", after)
                .execute();
    }

    List<Row> list(Handle handle, AuditFilter filter, Cursor after, int limit) {
        return handle.createQuery(
                        "SELECT "
                                + COLUMNS
                                + """
                                FROM audit_entries
                                WHERE (CAST(:actor AS text) IS NULL OR actor = :actor)
                                  AND (CAST(:action AS text) IS NULL OR action = :action)
                                  AND (CAST(:subject AS text) IS NULL OR subject = :subject)
                                  AND (CAST(:from AS timestamptz) IS NULL OR at >= :from)
                                  AND (CAST(:to AS timestamptz) IS NULL OR at < :to)
                                  AND (at, id) < (:afterAt, :afterId)
                                ORDER BY at DESC, id DESC
                                LIMIT :limit
                                """)
                .bind("actor", filter.actor())
                .bind("action", filter.action())
                .bind("subject", filter.subject())
                .bind("from", filter.from())
                .bind("to", filter.to())
                .bind("afterAt", after.at())
                .bind("afterId", after.id())
                .bind("limit", limit)
                .mapTo(Row.class)
                .list();
    }

    /** One host seals at a time; the others find nothing left to do. */
    Optional<Last> lockLast(Handle handle) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended('audit_seals', 0))");
        return handle.createQuery(
                        """
                        SELECT seq, CAST(CAST(upto_xact AS text) AS bigint) AS upto_xact, upto_n, hash
                        FROM audit_seals ORDER BY seq DESC LIMIT 1
                        """)
                .mapTo(Last.class)
                .findOne();
    }

    /** Entries after a position whose transactions, and all older ones, are over. */
    List<Row> unsealed(Handle handle, long xact, long n, int limit) {
        return handle.createQuery(
                        "SELECT "
                                + COLUMNS
                                + """
                                FROM audit_entries
                                WHERE (xact, n) > (CAST(CAST(:xact AS text) AS xid8), :n)
                                  AND xact < pg_snapshot_xmin(pg_current_snapshot())
                                ORDER BY audit_entries.xact, n
                                LIMIT :limit
                                """)
                .bind("xact", xact)
                .bind("n", n)
                .bind("limit", limit)
                .mapTo(Row.class)
                .list();
    }

    void insertSeal(Handle handle, long seq, Instant at, List<Row> rows, byte[] hash) {
        handle.createUpdate(
                        """
                        INSERT INTO audit_seals (seq, at, numbers, upto_xact, upto_n, hash)
                        VALUES (:seq, :at, :numbers, CAST(CAST(:xact AS text) AS xid8), :n, :hash)
                        """)
                .bind("seq", seq)
                .bind("at", at)
                .bind("numbers", rows.stream().map(Row::n).toArray(Long[]::new))
                .bind("xact", rows.getLast().xact())
                .bind("n", rows.getLast().n())
                .bind("hash", hash)
                .execute();
    }

    /** All seals in order; consume inside the transaction. */
    ResultIterable<Seal> seals(Handle handle) {
        return handle.createQuery("SELECT seq, at, numbers, hash FROM audit_seals ORDER BY seq")
                .setFetchSize(100)
                .mapTo(Seal.class);
    }

    /** The entries of a seal in its order; fewer when some are gone. */
    List<Row> entries(Handle handle, Long[] numbers) {
        return handle.createQuery(
                        "SELECT "
                                + COLUMNS
                                + """
                                FROM unnest(CAST(:numbers AS bigint[])) WITH ORDINALITY AS u (number, place)
                                JOIN audit_entries ON n = number
                                ORDER BY place
                                """)
                .bind("numbers", numbers)
                .mapTo(Row.class)
                .list();
    }
}
