package coop.minga.platform.ledger;

import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.UUID;

/** The operators' page of the books. */
public final class LedgerRoutes implements Routes {

    private static final Instant BEGINNING = Instant.EPOCH;
    private static final Instant END = Instant.parse("9999-12-31T00:00:00Z");

    private final Books books;
    private final Journal journal;
    private final Ledger ledger;
    private final Db db;

    public LedgerRoutes(Books books, Journal journal, Ledger ledger, Db db) {
        this.books = books;
        this.journal = journal;
        this.ledger = ledger;
        this.db = db;
    }

    /**
     * A transfer with all its postings.
     *
     * @param target what it posts, voids, reverses or relates to
     */
    public record TransferView(
            UUID id,
            String kind,
            String phase,
            @Nullable UUID target,
            Instant at,
            Explains explains,
            List<PostingView> postings) {}

    /** One posting; the rule is empty where none decided it. */
    public record PostingView(
            String from, String to, String asset, long amountMinor, String rule) {}

    /** The books in the reader's language. */
    public record BooksPage(
            boolean balanced,
            List<BooksReport.AssetSum> assets,
            BooksReport.@Nullable CheckpointView checkpoint,
            Instant verifiedAt,
            List<FindingView> findings) {}

    /** What does not fit, and where. */
    public record FindingView(String check, String row, String detail) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/books", Access.staff())
                .summary("Whether the books fit, as last proved")
                .answers(200, BooksPage.class)
                .handle(exchange -> page(exchange, books.latest()));
        table.post("/api/v1/admin/books/verify", Access.admins())
                .summary("Proves the books now")
                .limit(RateLimit.WRITE)
                .answers(200, BooksPage.class)
                .handle(exchange -> page(exchange, books.verifyAndKeep()));
        table.get("/api/v1/admin/books/journal", Access.staff())
                .summary("Every posting of a time, as CSV")
                .query("from", "until")
                .limit(RateLimit.STREAM)
                .handle(this::export);
        table.get("/api/v1/admin/books/entries/{entry}", Access.staff())
                .summary("The transfer an entry belongs to, with all its postings")
                .answers(200, TransferView.class)
                .handle(this::transfer);
    }

    private Reply transfer(Exchange exchange) {
        Recorded found =
                db.read(handle -> ledger.ofEntry(handle, exchange.path("entry")))
                        .orElseThrow(Ids::noSuchThing);
        return Reply.ok(
                new TransferView(
                        found.id(),
                        found.kind(),
                        found.phase().id(),
                        found.target(),
                        found.at(),
                        found.explains(),
                        found.lines().stream()
                                .map(line ->
                                        new PostingView(
                                                line.fromAddress(),
                                                line.toAddress(),
                                                line.amount().asset().code(),
                                                line.amount().minor(),
                                                line.rule()))
                                .toList()));
    }

    private Reply export(Exchange exchange) {
        Instant from = moment(exchange, "from", BEGINNING);
        Instant until = moment(exchange, "until", END);
        return Reply.streamed("text/csv; charset=utf-8", out -> journal.write(out, from, until))
                .with("Content-Disposition", "attachment; filename=\"journal.csv\"");
    }

    private static Instant moment(Exchange exchange, String name, Instant fallback) {
        try {
            return exchange.query(name).map(Instant::parse).orElse(fallback);
        } catch (DateTimeParseException e) {
            throw MingaException.invalid(
                    "query:" + name,
                    "not-a-time",
                    "This is not a time such as 2026-11-01T00:00:00Z.",
                    "Esto no es un momento como 2026-11-01T00:00:00Z.");
        }
    }

    private static Reply page(Exchange exchange, BooksReport report) {
        String language = exchange.language();
        return Reply.ok(
                new BooksPage(
                        report.balanced(),
                        report.assets(),
                        report.checkpoint(),
                        report.verifiedAt(),
                        report.findings().stream()
                                .map(finding ->
                                        new FindingView(
                                                finding.check(),
                                                finding.row(),
                                                finding.detail()
                                                        .getOrDefault(
                                                                language,
                                                                finding.detail()
                                                                        .getOrDefault("en", ""))))
                                .toList()));
    }
}
