package coop.minga.platform.invoices;

import org.jdbi.v3.core.Handle;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** The SQL of what tax authorities made of documents. */
final class FiscalStore {

    Optional<FiscalRecord> find(Handle handle, InvoiceId id) {
        return handle.createQuery(
                        """
                        SELECT provider, state, reference, detail, updated_at FROM fiscal_records
                         WHERE invoice_id = :id
                        """)
                .bind("id", id)
                .map((row, context) ->
                        new FiscalRecord(
                                row.getString("provider"),
                                FiscalRecord.State.of(row.getString("state")),
                                row.getString("reference"),
                                row.getString("detail"),
                                row.getObject("updated_at", OffsetDateTime.class).toInstant()))
                .findOne();
    }

    /** Writes how a document stands; what is decided stays decided. */
    void save(Handle handle, InvoiceId id, FiscalRecord record) {
        handle.createUpdate(
                        """
                        INSERT INTO fiscal_records AS f
                               (invoice_id, provider, state, reference, detail, updated_at)
                        VALUES (:id, :provider, :state, :reference, :detail, :at)
                            ON CONFLICT (invoice_id) DO UPDATE
                           SET provider = excluded.provider, state = excluded.state,
                               reference = excluded.reference, detail = excluded.detail,
                               updated_at = excluded.updated_at
                         WHERE f.state = 'pending'
                        """)
                .bind("id", id)
                .bind("provider", record.provider())
                .bind("state", record.state().id())
                .bind("reference", record.reference())
                .bind("detail", record.detail())
                .bind("at", record.at().atOffset(ZoneOffset.UTC))
                .execute();
    }

    /** The prefix of the series a document is numbered in. */
    String seriesPrefix(Handle handle, long series) {
        return handle.createQuery("SELECT prefix FROM invoice_series WHERE id = :id")
                .bind("id", series)
                .mapTo(String.class)
                .one();
    }
}
