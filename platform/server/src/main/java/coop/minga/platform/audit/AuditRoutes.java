package coop.minga.platform.audit;

import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Csv;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The operators' page of the audit log. */
public final class AuditRoutes implements Routes {

    private static final int CSV_ROWS = 10_000;

    private final AuditLog audit;

    public AuditRoutes(AuditLog audit) {
        this.audit = audit;
    }

    /** A page of entries, newest first. */
    public record AuditPage(List<AuditEntry> items, @Nullable String nextCursor) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/audit", Access.staff())
                .summary("Who did what, newest first; also as CSV")
                .query("actor", "action", "subject", "from", "to", "cursor", "limit")
                .answers(200, AuditPage.class)
                .handle(this::list);
    }

    private Reply list(Exchange exchange) {
        AuditFilter filter =
                new AuditFilter(
                        exchange.query("actor").orElse(null),
                        exchange.query("action").orElse(null),
                        exchange.query("subject").orElse(null),
                        time(exchange, "from"),
                        time(exchange, "to"));
        if (Csv.isWanted(exchange)) {
            return csv(audit.list(filter, Cursor.of(exchange), CSV_ROWS));
        }
        int limit = exchange.query("limit", 50, 1, 100);
        List<AuditStore.Row> found = audit.list(filter, Cursor.of(exchange), limit + 1);
        List<AuditStore.Row> page = found.subList(0, Math.min(limit, found.size()));
        String next =
                found.size() > limit
                        ? new Cursor(page.getLast().at(), page.getLast().id()).text()
                        : null;
        return Reply.ok(new AuditPage(page.stream().map(AuditRoutes::entry).toList(), next));
    }

    private static AuditEntry entry(AuditStore.Row row) {
        return new AuditEntry(
                "aud_" + Ids.encode(row.id()),
                row.at(),
                row.actor(),
                row.address(),
                row.action(),
                row.subject(),
                row.before(),
                row.after(),
                row.traceId());
    }

    private static Reply csv(List<AuditStore.Row> rows) {
        return Csv.reply(
                List.of(
                        "id",
                        "at",
                        "actor",
                        "address",
                        "action",
                        "subject",
                        "before",
                        "after",
                        "trace_id"),
                rows.stream()
                        .map(row ->
                                List.of(
                                        "aud_" + Ids.encode(row.id()),
                                        row.at(),
                                        row.actor(),
                                        row.address(),
                                        row.action(),
                                        row.subject(),
                                        row.before(),
                                        row.after(),
                                        row.traceId()))
                        .toList());
    }

    private static @Nullable Instant time(Exchange exchange, String name) {
        Optional<String> text = exchange.query(name);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Instant.parse(text.get());
        } catch (DateTimeException e) {
            throw MingaException.invalid(
                    "query:" + name,
                    "wrong-type",
                    name + " must be a time such as 2026-01-31T08:00:00Z.",
                    name + " debe ser una hora como 2026-01-31T08:00:00Z.");
        }
    }
}
