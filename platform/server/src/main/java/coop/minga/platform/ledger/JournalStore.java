package coop.minga.platform.ledger;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

import java.time.Instant;
import java.util.UUID;

/** The SQL of the journal. */
final class JournalStore {

    /** Rows fetched at a time: what bounds the memory of an export. */
    private static final int FETCH = 1_000;

    /** One posting with its transfer. */
    record Line(
            UUID transfer,
            Instant at,
            String kind,
            String phase,
            int posting,
            String from,
            String to,
            String asset,
            long amount,
            boolean pending,
            String rule,
            String explainsType,
            String explainsId) {}

    ResultIterator<Line> lines(Handle handle, Instant from, Instant until) {
        return handle.createQuery(
                        """
                        SELECT t.id, t.at, t.kind, t.phase, p.n, f.address AS from_row,
                               d.address AS to_row, f.asset, p.amount, p.pending, p.rule,
                               t.explains_type, t.explains_id
                          FROM ledger_transfers t
                          JOIN ledger_postings p ON p.transfer_id = t.id
                          JOIN ledger_accounts f ON f.id = p.from_account
                          JOIN ledger_accounts d ON d.id = p.to_account
                         WHERE t.at >= :from AND t.at < :until
                         ORDER BY t.at, t.id, p.n
                        """)
                .bind("from", LedgerStore.utc(from))
                .bind("until", LedgerStore.utc(until))
                .setFetchSize(FETCH)
                .map((row, context) ->
                        new Line(
                                LedgerStore.uuid(row, "id"),
                                LedgerStore.requireInstant(row, "at"),
                                row.getString("kind"),
                                row.getString("phase"),
                                row.getInt("n"),
                                row.getString("from_row"),
                                row.getString("to_row"),
                                row.getString("asset"),
                                row.getLong("amount"),
                                row.getBoolean("pending"),
                                row.getString("rule"),
                                row.getString("explains_type"),
                                row.getString("explains_id")))
                .iterator();
    }
}
