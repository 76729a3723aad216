package coop.minga.platform.invoices;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Cursor;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The SQL of issued documents. */
final class InvoiceStore {

    /** Rows fetched at a time: what bounds the memory of a proof. */
    private static final int FETCH = 500;

    private static final String SELECT =
            """
            SELECT i.id, i.kind, i.series_id, i.number, i.reference, i.team_id, i.account_id,
                   i.corrects, i.asset, a.scale, i.net_minor, i.tax_minor, i.issued_at, i.snapshot,
                   i.digest
              FROM invoices i JOIN ledger_assets a ON a.code = i.asset
            """;

    /**
     * A series with its next number taken, locked until the transaction ends.
     *
     * @param previous the digest of the number before; empty for the first
     */
    record Taken(long series, long number, String reference, byte[] previous) {}

    /** Takes the next number of a kind; whoever comes meanwhile waits for this transaction. */
    Taken takeNumber(Handle handle, DocumentKind kind) {
        Taken taken =
                handle.createQuery(
                                """
                                UPDATE invoice_series SET last = last + 1
                                 WHERE kind = :kind AND active
                                RETURNING id, last, prefix || lpad(last::text, greatest(width,
                                          length(last::text)), '0') AS reference
                                """)
                        .bind("kind", kind.id())
                        .map((row, context) ->
                                new Taken(
                                        row.getLong("id"),
                                        row.getLong("last"),
                                        row.getString("reference"),
                                        new byte[0]))
                        .one();
        // A statement of its own: one that waited for the lock would not see what the holder wrote.
        byte[] previous =
                handle.createQuery(
                                """
                                SELECT digest FROM invoices
                                 WHERE series_id = :series AND number = :before
                                """)
                        .bind("series", taken.series())
                        .bind("before", taken.number() - 1)
                        .mapTo(byte[].class)
                        .findOne()
                        .orElse(taken.previous());
        return new Taken(taken.series(), taken.number(), taken.reference(), previous);
    }

    void insert(Handle handle, Invoice invoice, byte[] digest, List<Draft.Source> sources) {
        handle.createUpdate(
                        """
                        INSERT INTO invoices
                               (id, kind, series_id, number, reference, team_id, account_id,
                                corrects, asset, net_minor, tax_minor, total_minor, issued_at,
                                snapshot, digest)
                        VALUES (:id, :kind, :series, :number, :reference, :team, :account,
                                :corrects, :asset, :net, :tax, :total, :at, :snapshot, :digest)
                        """)
                .bind("id", invoice.id())
                .bind("kind", invoice.kind().id())
                .bind("series", invoice.series())
                .bind("number", invoice.number())
                .bind("reference", invoice.reference())
                .bind("team", invoice.team())
                .bind("account", invoice.account())
                .bindByType(
                        "corrects",
                        invoice.corrects() == null ? null : invoice.corrects().value(),
                        UUID.class)
                .bind("asset", invoice.net().asset().code())
                .bind("net", invoice.net().minor())
                .bind("tax", invoice.tax().minor())
                .bind("total", invoice.total().minor())
                .bind("at", invoice.issuedAt().atOffset(ZoneOffset.UTC))
                .bind("snapshot", invoice.snapshot())
                .bind("digest", digest)
                .execute();
        PreparedBatch batch =
                handle.prepareBatch(
                        """
                        INSERT INTO invoice_sources (invoice_id, line, span_id, amount_minor)
                        VALUES (:invoice, :line, :span, :amount)
                        """);
        for (Draft.Source source : sources) {
            batch.bind("invoice", invoice.id())
                    .bind("line", source.line())
                    .bind("span", source.span())
                    .bind("amount", source.amountMinor())
                    .add();
        }
        batch.execute();
    }

    Optional<Invoice> find(Handle handle, InvoiceId id) {
        return handle.createQuery(SELECT + " WHERE i.id = :id")
                .bind("id", id)
                .map((row, context) -> invoice(row))
                .findOne();
    }

    /** Keeps others from correcting the same document until the transaction ends. */
    void lockCorrections(Handle handle, InvoiceId id) {
        handle.createQuery("SELECT id FROM invoices WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .mapTo(UUID.class)
                .one();
    }

    /** Newest first. */
    List<Invoice> ofTeam(Handle handle, TeamId team, String kind, Cursor after, int limit) {
        return handle.createQuery(
                        SELECT
                                + """
                                 WHERE i.team_id = :team AND (:kind = '' OR i.kind = :kind)
                                   AND (i.issued_at, i.id) < (:at, :after)
                                 ORDER BY i.issued_at DESC, i.id DESC LIMIT :limit
                                """)
                .bind("team", team)
                .bind("kind", kind)
                .bind("at", after.at().atOffset(ZoneOffset.UTC))
                .bind("after", after.id())
                .bind("limit", limit)
                .map((row, context) -> invoice(row))
                .list();
    }

    /** Everybody's, newest first. */
    List<Invoice> all(Handle handle, String kind, Cursor after, int limit) {
        return handle.createQuery(
                        SELECT
                                + """
                                 WHERE (:kind = '' OR i.kind = :kind)
                                   AND (i.issued_at, i.id) < (:at, :after)
                                 ORDER BY i.issued_at DESC, i.id DESC LIMIT :limit
                                """)
                .bind("kind", kind)
                .bind("at", after.at().atOffset(ZoneOffset.UTC))
                .bind("after", after.id())
                .bind("limit", limit)
                .map((row, context) -> invoice(row))
                .list();
    }

    List<Invoice> corrections(Handle handle, InvoiceId id) {
        return handle.createQuery(SELECT + " WHERE i.corrects = :id ORDER BY i.series_id, i.number")
                .bind("id", id)
                .map((row, context) -> invoice(row))
                .list();
    }

    List<Draft.Source> sources(Handle handle, InvoiceId id) {
        return handle.createQuery(
                        """
                        SELECT line, span_id, amount_minor FROM invoice_sources
                         WHERE invoice_id = :id ORDER BY line, span_id
                        """)
                .bind("id", id)
                .map((row, context) ->
                        new Draft.Source(
                                row.getInt("line"),
                                row.getObject("span_id", UUID.class),
                                row.getLong("amount_minor")))
                .list();
    }

    /** A document with the digest it was issued with. */
    record Sealed(Invoice invoice, byte[] digest) {}

    ResultIterator<Sealed> chain(Handle handle) {
        return handle.createQuery(SELECT + " ORDER BY i.series_id, i.number")
                .setFetchSize(FETCH)
                .map((row, context) -> new Sealed(invoice(row), row.getBytes("digest")))
                .iterator();
    }

    /** A series that gave out more numbers than there are documents, or fewer. */
    record Gap(String series, long given, long documents) {}

    List<Gap> gaps(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT s.kind || ' ' || s.prefix AS series, s.last, count(i.id) AS documents
                          FROM invoice_series s LEFT JOIN invoices i ON i.series_id = s.id
                         GROUP BY s.id
                        HAVING s.last <> count(i.id)
                         ORDER BY s.id
                        """)
                .map((row, context) ->
                        new Gap(
                                row.getString("series"),
                                row.getLong("last"),
                                row.getLong("documents")))
                .list();
    }

    private static Invoice invoice(ResultSet row) throws SQLException {
        Asset asset = new Asset(row.getString("asset"), row.getInt("scale"));
        return new Invoice(
                new InvoiceId(row.getObject("id", UUID.class)),
                DocumentKind.of(row.getString("kind")),
                row.getLong("series_id"),
                row.getLong("number"),
                row.getString("reference"),
                new TeamId(row.getObject("team_id", UUID.class)),
                new AccountId(row.getObject("account_id", UUID.class)),
                corrects(row),
                new Money(row.getLong("net_minor"), asset),
                new Money(row.getLong("tax_minor"), asset),
                row.getObject("issued_at", OffsetDateTime.class).toInstant(),
                row.getString("snapshot"));
    }

    private static @Nullable InvoiceId corrects(ResultSet row) throws SQLException {
        UUID corrects = row.getObject("corrects", UUID.class);
        return corrects == null ? null : new InvoiceId(corrects);
    }
}
