package coop.minga.platform.ledger;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/** The operators' page of the books. */
public final class LedgerRoutes implements Routes {

    private final Books books;

    public LedgerRoutes(Books books) {
        this.books = books;
    }

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
