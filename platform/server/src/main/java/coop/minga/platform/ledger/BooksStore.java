package coop.minga.platform.ledger;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of checkpoints and of the proof. Everything long is streamed. */
final class BooksStore {

    /** Rows fetched at a time: what bounds the memory of a proof. */
    private static final int FETCH = 1_000;

    // ------------------------------------------------------------------ checkpoints

    void lockChain(Handle handle) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtext('minga.ledger.checkpoints'))");
    }

    /** Every transaction below is finished and visible to statements that begin from now on. */
    long settledUpto(Handle handle) {
        return handle.createQuery("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
                .mapTo(Long.class)
                .one();
    }

    Optional<Checkpoint> lastCheckpoint(Handle handle) {
        return handle.createQuery(SELECT_CHECKPOINTS + " ORDER BY n DESC LIMIT 1")
                .map((row, context) -> checkpoint(row))
                .findOne();
    }

    ResultIterator<Checkpoint> checkpoints(Handle handle) {
        return handle.createQuery(SELECT_CHECKPOINTS + " ORDER BY n")
                .setFetchSize(FETCH)
                .map((row, context) -> checkpoint(row))
                .iterator();
    }

    ResultIterator<byte[]> digests(Handle handle, int epoch, long fromXid, long uptoXid) {
        return handle.createQuery(
                        """
                        SELECT digest FROM ledger_transfers
                         WHERE epoch = :epoch AND xid >= :from::text::xid8
                           AND xid < :upto::text::xid8
                         ORDER BY epoch, xid, id
                        """)
                .bind("epoch", epoch)
                .bind("from", Long.toString(fromXid))
                .bind("upto", Long.toString(uptoXid))
                .setFetchSize(FETCH)
                .map((row, context) -> row.getBytes("digest"))
                .iterator();
    }

    void insert(Handle handle, Checkpoint c) {
        handle.createUpdate(
                        """
                        INSERT INTO ledger_checkpoints
                               (n, epoch, from_xid, upto_xid, transfers, merkle, previous, witness,
                                root, signature, key_id, at)
                        VALUES (:n, :epoch, :from::text::xid8, :upto::text::xid8, :transfers,
                                :merkle, :previous, :witness, :root, :signature, :keyId, :at)
                        """)
                .bind("n", c.n())
                .bind("epoch", c.epoch())
                .bind("from", Long.toString(c.fromXid()))
                .bind("upto", Long.toString(c.uptoXid()))
                .bind("transfers", c.transfers())
                .bind("merkle", c.merkle())
                .bind("previous", c.previous())
                .bind("witness", c.witness())
                .bind("root", c.root())
                .bind("signature", c.signature())
                .bind("keyId", c.keyId())
                .bind("at", LedgerStore.utc(c.at()))
                .execute();
    }

    // ------------------------------------------------------------------ the proof

    /** A transfer joined with one of its postings, or with none. */
    record ProofLine(
            UUID id,
            String kind,
            String phase,
            @Nullable UUID target,
            Explains explains,
            Instant at,
            @Nullable Instant expiresAt,
            byte[] digest,
            int n,
            @Nullable String from,
            @Nullable String to,
            @Nullable String fromAsset,
            @Nullable String toAsset,
            long amount,
            boolean pending,
            @Nullable String rule,
            @Nullable Long fromEntry,
            @Nullable Long toEntry,
            @Nullable Long fromBalance,
            @Nullable Long toBalance) {}

    ResultIterator<ProofLine> transfers(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT t.id, t.kind, t.phase, t.target, t.explains_type, t.explains_id, t.at,
                               t.expires_at, t.digest, coalesce(p.n, 0) AS n,
                               f.address AS from_row, d.address AS to_row, f.asset AS from_asset,
                               d.asset AS to_asset, coalesce(p.amount, 0) AS amount,
                               coalesce(p.pending, false) AS pending, p.rule, p.from_entry,
                               p.to_entry, p.from_balance, p.to_balance
                          FROM ledger_transfers t
                          LEFT JOIN ledger_postings p ON p.transfer_id = t.id
                          LEFT JOIN ledger_accounts f ON f.id = p.from_account
                          LEFT JOIN ledger_accounts d ON d.id = p.to_account
                         ORDER BY t.id, p.n
                        """)
                .setFetchSize(FETCH)
                .map((row, context) -> proofLine(row))
                .iterator();
    }

    private static ProofLine proofLine(ResultSet row) throws SQLException {
        return new ProofLine(
                LedgerStore.uuid(row, "id"),
                row.getString("kind"),
                row.getString("phase"),
                row.getObject("target", UUID.class),
                new Explains(row.getString("explains_type"), row.getString("explains_id")),
                LedgerStore.requireInstant(row, "at"),
                LedgerStore.instant(row, "expires_at"),
                row.getBytes("digest"),
                row.getInt("n"),
                row.getString("from_row"),
                row.getString("to_row"),
                row.getString("from_asset"),
                row.getString("to_asset"),
                row.getLong("amount"),
                row.getBoolean("pending"),
                row.getString("rule"),
                row.getObject("from_entry", Long.class),
                row.getObject("to_entry", Long.class),
                row.getObject("from_balance", Long.class),
                row.getObject("to_balance", Long.class));
    }

    /** An account joined with one of its entries, or with none, in the order they were made. */
    record LegLine(
            long account,
            String address,
            String asset,
            boolean nonNegative,
            long postedDebit,
            long postedCredit,
            long heldDebit,
            long entries,
            @Nullable UUID transfer,
            int n,
            long delta,
            long entry,
            long balance) {}

    ResultIterator<LegLine> legs(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT a.id, a.address, a.asset, a.non_negative, a.posted_debit,
                               a.posted_credit, a.held_debit, a.entries, l.transfer_id,
                               coalesce(l.n, 0) AS n, coalesce(l.delta, 0) AS delta,
                               coalesce(l.entry, 0) AS entry, coalesce(l.balance, 0) AS balance
                          FROM ledger_accounts a
                          LEFT JOIN (
                            SELECT id, from_account AS account, transfer_id, n, -amount AS delta,
                                   from_entry AS entry, from_balance AS balance
                              FROM ledger_postings WHERE NOT pending
                             UNION ALL
                            SELECT id, to_account, transfer_id, n, amount, to_entry, to_balance
                              FROM ledger_postings WHERE NOT pending) l ON l.account = a.id
                         ORDER BY a.id, l.id
                        """)
                .setFetchSize(FETCH)
                .map((row, context) ->
                        new LegLine(
                                row.getLong("id"),
                                row.getString("address"),
                                row.getString("asset"),
                                row.getBoolean("non_negative"),
                                row.getLong("posted_debit"),
                                row.getLong("posted_credit"),
                                row.getLong("held_debit"),
                                row.getLong("entries"),
                                row.getObject("transfer_id", UUID.class),
                                row.getInt("n"),
                                row.getLong("delta"),
                                row.getLong("entry"),
                                row.getLong("balance")))
                .iterator();
    }

    /** A row that does not fit, with what was expected and what is there. */
    record Misfit(String row, long expected, long actual) {}

    List<Misfit> orphanPostings(Handle handle, int limit) {
        return misfits(
                handle,
                """
                SELECT p.transfer_id || ' / ' || p.n AS row_name, 1 AS expected, 0 AS actual
                  FROM ledger_postings p
                 WHERE NOT EXISTS (SELECT 1 FROM ledger_transfers t WHERE t.id = p.transfer_id)
                 ORDER BY 1 LIMIT :limit
                """,
                limit);
    }

    List<Misfit> heldMisfits(Handle handle, int limit) {
        return misfits(
                handle,
                """
                WITH open AS (
                    SELECT p.from_account, p.to_account, p.amount
                      FROM ledger_transfers t
                      JOIN ledger_postings p ON p.transfer_id = t.id
                     WHERE t.phase = 'hold'
                       AND NOT EXISTS (SELECT 1 FROM ledger_transfers r
                                        WHERE r.target = t.id AND r.phase IN ('post', 'void'))
                ), sums AS (
                    SELECT account, sum(debit) AS debit, sum(credit) AS credit
                      FROM (SELECT from_account AS account, amount AS debit, 0::bigint AS credit
                              FROM open
                             UNION ALL
                            SELECT to_account, 0, amount FROM open) legs
                     GROUP BY account
                )
                SELECT a.address AS row_name,
                       (coalesce(s.debit, 0) + coalesce(s.credit, 0))::bigint AS expected,
                       a.held_debit + a.held_credit AS actual
                  FROM ledger_accounts a LEFT JOIN sums s ON s.account = a.id
                 WHERE a.held_debit <> coalesce(s.debit, 0)
                    OR a.held_credit <> coalesce(s.credit, 0)
                 ORDER BY 1 LIMIT :limit
                """,
                limit);
    }

    List<Misfit> openHoldMisfits(Handle handle, int limit) {
        return misfits(
                handle,
                """
                SELECT coalesce(t.id, h.transfer_id)::text AS row_name,
                       (t.id IS NOT NULL)::int AS expected,
                       (h.transfer_id IS NOT NULL)::int AS actual
                  FROM (SELECT id FROM ledger_transfers t
                         WHERE t.phase = 'hold'
                           AND NOT EXISTS (SELECT 1 FROM ledger_transfers r
                                            WHERE r.target = t.id
                                              AND r.phase IN ('post', 'void'))) t
                  FULL JOIN ledger_open_holds h ON h.transfer_id = t.id
                 WHERE t.id IS NULL OR h.transfer_id IS NULL
                 ORDER BY 1 LIMIT :limit
                """,
                limit);
    }

    List<Misfit> overposted(Handle handle, int limit) {
        return misfits(
                handle,
                """
                SELECT t.id::text AS row_name, held.amount AS expected, posted.amount AS actual
                  FROM ledger_transfers t
                 CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0)::bigint AS amount
                                       FROM ledger_postings WHERE transfer_id = t.target) held
                 CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0)::bigint AS amount
                                       FROM ledger_postings WHERE transfer_id = t.id) posted
                 WHERE t.phase = 'post' AND posted.amount > held.amount
                 ORDER BY 1 LIMIT :limit
                """,
                limit);
    }

    private static List<Misfit> misfits(Handle handle, String sql, int limit) {
        return handle.createQuery(sql)
                .bind("limit", limit)
                .map((row, context) ->
                        new Misfit(
                                row.getString("row_name"),
                                row.getLong("expected"),
                                row.getLong("actual")))
                .list();
    }

    // ------------------------------------------------------------------ reports

    void saveReport(Handle handle, Instant at, boolean balanced, String report, int keep) {
        handle.createUpdate(
                        """
                        INSERT INTO ledger_verifications (at, balanced, report)
                        VALUES (:at, :balanced, :report::jsonb)
                        """)
                .bind("at", LedgerStore.utc(at))
                .bind("balanced", balanced)
                .bind("report", report)
                .execute();
        handle.createUpdate(
                        """
                        DELETE FROM ledger_verifications
                         WHERE id <= (SELECT max(id) - :keep FROM ledger_verifications)
                        """)
                .bind("keep", keep)
                .execute();
    }

    Optional<String> lastReport(Handle handle) {
        return handle.createQuery(
                        "SELECT report::text FROM ledger_verifications ORDER BY id DESC LIMIT 1")
                .mapTo(String.class)
                .findOne();
    }

    private static final String SELECT_CHECKPOINTS =
            """
            SELECT n, epoch, from_xid::text::bigint AS from_xid, upto_xid::text::bigint AS upto_xid,
                   transfers, merkle, previous, witness, root, signature, key_id, at
              FROM ledger_checkpoints
            """;

    private static Checkpoint checkpoint(ResultSet row) throws SQLException {
        return new Checkpoint(
                row.getLong("n"),
                row.getInt("epoch"),
                row.getLong("from_xid"),
                row.getLong("upto_xid"),
                row.getLong("transfers"),
                row.getBytes("merkle"),
                row.getBytes("previous"),
                row.getString("witness"),
                row.getBytes("root"),
                row.getBytes("signature"),
                row.getString("key_id"),
                LedgerStore.requireInstant(row, "at"));
    }
}
