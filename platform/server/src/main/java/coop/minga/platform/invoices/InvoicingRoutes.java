package coop.minga.platform.invoices;

import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.pricing.TaxRate;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/** What operators say about selling, over HTTP. */
public final class InvoicingRoutes implements Routes {

    private final InvoiceService invoices;
    private final InvoiceProof proof;

    public InvoicingRoutes(InvoiceService invoices, InvoiceProof proof) {
        this.invoices = invoices;
        this.proof = proof;
    }

    /** Who sells, with its time zone and how that is taxed. */
    public record SellerView(
            Party party,
            String zone,
            String taxCategory,
            Seller.ForeignBuyers foreignBuyers,
            @Nullable String reportsIn) {}

    /** A series and the last number it gave out. */
    public record SeriesView(
            DocumentKind kind, String prefix, int width, long last, boolean active) {}

    /**
     * How documents are written.
     *
     * @param seller null while nobody said; the ETag is its version
     * @param obstacle why documents about money wait, if they do
     */
    public record InvoicingPage(
            @Nullable SellerView seller, List<SeriesView> series, @Nullable String obstacle) {}

    /** A tax rate. */
    public record TaxRateView(
            UUID id,
            String country,
            String category,
            BigDecimal percent,
            LocalDate from,
            @Nullable LocalDate until,
            String label) {}

    /** All of them. */
    public record TaxRatePage(List<TaxRateView> items) {}

    /** A rate of exchange. */
    public record ExchangeRateView(
            String from, String to, BigDecimal rate, String source, Instant at) {}

    /** Whether every document is there as it was issued. */
    public record ProofPage(boolean complete, long documents, List<FindingView> findings) {}

    /** What does not fit. */
    public record FindingView(String row, String detail) {}

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/invoicing", Access.staff())
                .summary("Who sells, under which series, and what keeps documents waiting")
                .answers(200, InvoicingPage.class)
                .handle(this::page);
        table.put("/api/v1/admin/invoicing/seller", Access.admins())
                .summary("Says who sells from now on; needs If-Match where there is one already")
                .body(Sellers.SellerForm.class)
                .limit(RateLimit.WRITE)
                .answers(200, InvoicingPage.class)
                .handle(this::changeSeller);
        table.put("/api/v1/admin/invoicing/series", Access.admins())
                .summary("Takes the numbers of a kind from a series from now on")
                .body(Sellers.SeriesForm.class)
                .limit(RateLimit.WRITE)
                .answers(200, InvoicingPage.class)
                .handle(exchange -> {
                    invoices.sellers().useSeries(exchange, exchange.body(Sellers.SeriesForm.class));
                    return page(exchange);
                });
        table.get("/api/v1/admin/invoicing/tax-rates", Access.staff())
                .summary("The tax rates with their dates")
                .answers(200, TaxRatePage.class)
                .handle(exchange ->
                        Reply.ok(
                                new TaxRatePage(
                                        invoices.sellers().taxRates().stream()
                                                .map(rate -> view(rate, exchange.language()))
                                                .toList())));
        table.post("/api/v1/admin/invoicing/tax-rates", Access.admins())
                .summary("Adds a tax rate from a day on")
                .body(Sellers.TaxRateForm.class)
                .limit(RateLimit.WRITE)
                .idempotent()
                .answers(201, TaxRateView.class)
                .handle(exchange ->
                        Reply.created(
                                view(
                                        invoices.sellers()
                                                .addTaxRate(
                                                        exchange,
                                                        exchange.body(Sellers.TaxRateForm.class)),
                                        exchange.language())));
        table.post("/api/v1/admin/invoicing/exchange-rates", Access.admins())
                .summary("Says what a currency is worth in another from now on")
                .body(Sellers.ExchangeRateForm.class)
                .limit(RateLimit.WRITE)
                .idempotent()
                .answers(201, ExchangeRateView.class)
                .handle(this::addExchangeRate);
        table.get("/api/v1/admin/invoicing/proof", Access.staff())
                .summary("Proves that every document is there as it was issued")
                .answers(200, ProofPage.class)
                .handle(this::prove);
    }

    private Reply page(Exchange exchange) {
        TermsStore.VersionedSeller seller = invoices.sellers().current().orElse(null);
        InvoicingPage page =
                new InvoicingPage(
                        seller == null ? null : view(seller.seller()),
                        invoices.sellers().series().stream()
                                .map(series ->
                                        new SeriesView(
                                                series.kind(),
                                                series.prefix(),
                                                series.width(),
                                                series.last(),
                                                series.active()))
                                .toList(),
                        invoices.obstacle().map(text -> text.in(exchange.language())).orElse(null));
        return Reply.ok(page).with("ETag", "\"" + (seller == null ? 0 : seller.version()) + "\"");
    }

    private Reply changeSeller(Exchange exchange) {
        invoices.sellers()
                .change(exchange, exchange.body(Sellers.SellerForm.class), version(exchange));
        return page(exchange);
    }

    private static long version(Exchange exchange) {
        String match = exchange.header("if-match").orElse("\"0\"").strip();
        if (!match.matches("\"[0-9]{1,18}\"")) {
            throw MingaException.invalid(
                    "header:If-Match",
                    "malformed",
                    "If-Match must be the ETag that came with the page.",
                    "If-Match debe ser el ETag que vino con la página.");
        }
        return Long.parseLong(match.substring(1, match.length() - 1));
    }

    private Reply addExchangeRate(Exchange exchange) {
        var rate =
                invoices.sellers()
                        .addExchangeRate(exchange, exchange.body(Sellers.ExchangeRateForm.class));
        return Reply.created(
                new ExchangeRateView(
                        rate.from().code(),
                        rate.to().code(),
                        rate.rate(),
                        rate.source(),
                        rate.at()));
    }

    private Reply prove(Exchange exchange) {
        InvoiceProof.Report report = proof.prove();
        return Reply.ok(
                new ProofPage(
                        report.findings().isEmpty(),
                        report.documents(),
                        report.findings().stream()
                                .map(finding ->
                                        new FindingView(
                                                finding.row(), text(finding.detail(), exchange)))
                                .toList()));
    }

    private static String text(Text text, Exchange exchange) {
        return text.in(exchange.language());
    }

    private static SellerView view(Seller seller) {
        Asset reports = seller.reportsIn();
        return new SellerView(
                seller.party(),
                seller.zone().getId(),
                seller.taxCategory(),
                seller.foreignBuyers(),
                reports == null ? null : reports.code());
    }

    private static TaxRateView view(TermsStore.KnownRate known, String language) {
        TaxRate rate = known.rate();
        return new TaxRateView(
                known.id(),
                rate.country(),
                rate.category(),
                rate.percent().value(),
                rate.from(),
                rate.until(),
                rate.label().in(language));
    }
}
