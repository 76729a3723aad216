package coop.minga.platform.invoices;

import coop.minga.platform.billing.Charge;
import coop.minga.platform.catalog.Price;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Documents as the API shows them, in the reader's language. */
final class InvoiceViews {

    /** Spans shown with an explanation; a month of hours has 744. */
    private static final int SPANS = 1_000;

    private InvoiceViews() {}

    /** One in a list. */
    public record InvoiceItem(
            InvoiceId id,
            DocumentKind kind,
            String title,
            String reference,
            Instant issuedAt,
            String asset,
            long netMinor,
            long taxMinor,
            long totalMinor,
            String buyer,
            String accountId,
            @Nullable InvoiceId corrects) {}

    /** A page, newest first. */
    public record InvoiceList(List<InvoiceItem> items, @Nullable String nextCursor) {}

    /** One line. */
    public record LineView(
            int n,
            String description,
            String quantity,
            String unit,
            long unitPriceMinor,
            String taxPercent,
            long netMinor,
            long taxMinor,
            long totalMinor,
            Instant from,
            Instant to,
            String instance,
            String subscription) {}

    /** The tax at one rate. */
    public record TaxView(String percent, String label, long netMinor, long taxMinor) {}

    /** A document as issued, and what corrected it. */
    public record InvoiceDetail(
            InvoiceItem invoice,
            Party seller,
            Party buyer,
            List<LineView> lines,
            List<TaxView> taxes,
            Document.@Nullable Corrected corrects,
            Document.@Nullable Exchange exchange,
            String note,
            @Nullable FiscalRecord fiscal,
            List<InvoiceItem> corrections) {}

    /** A span of time that was charged. */
    public record SpanView(
            Instant from,
            Instant to,
            long seconds,
            long amountMinor,
            long onLineMinor,
            @Nullable UUID transfer) {}

    /** Where some of the money went. */
    public record ShareView(String party, long amountMinor) {}

    /** A version of a price. */
    public record PriceView(UUID id, Instant validFrom) {}

    /** What a line rests on. */
    public record ExplanationView(
            LineView line,
            String asset,
            String formula,
            @Nullable PriceView price,
            List<SpanView> spans,
            boolean moreSpans,
            List<ShareView> shares) {}

    static InvoiceItem item(Invoice invoice, String language) {
        return new InvoiceItem(
                invoice.id(),
                invoice.kind(),
                invoice.kind().title().in(language),
                invoice.reference(),
                invoice.issuedAt(),
                invoice.net().asset().code(),
                invoice.net().minor(),
                invoice.tax().minor(),
                invoice.total().minor(),
                invoice.document().buyer().name(),
                invoice.account().toString(),
                invoice.corrects());
    }

    static InvoiceDetail detail(
            Invoice invoice,
            Optional<FiscalRecord> fiscal,
            List<Invoice> corrections,
            String language) {
        Document document = invoice.document();
        Words words = new Words(document, language);
        return new InvoiceDetail(
                item(invoice, language),
                document.seller(),
                document.buyer(),
                document.lines().stream().map(line -> line(line, words)).toList(),
                document.taxes().stream()
                        .map(tax ->
                                new TaxView(
                                        tax.percent(),
                                        words.of(tax.label()),
                                        tax.netMinor(),
                                        tax.taxMinor()))
                        .toList(),
                document.corrects(),
                document.exchange(),
                words.of(document.note()),
                fiscal.orElse(null),
                corrections.stream().map(each -> item(each, language)).toList());
    }

    static ExplanationView explanation(InvoiceService.Explanation explained, String language) {
        Document.Line line = explained.line();
        Words words = new Words(explained.document(), language);
        Price price = explained.price().orElse(null);
        List<SpanView> spans =
                explained.charges().stream().limit(SPANS).map(c -> span(c, explained)).toList();
        return new ExplanationView(
                line(line, words),
                explained.document().asset(),
                formula(line, words),
                price == null ? null : new PriceView(price.id(), price.validFrom()),
                spans,
                explained.charges().size() > SPANS,
                explained.shares().entrySet().stream()
                        .map(share -> share(share.getKey(), share.getValue()))
                        .toList());
    }

    private static String formula(Document.Line line, Words words) {
        String price = words.amount(line.unitPriceMinor());
        if (line.quantity().isEmpty()) {
            return words.say(
                    "What was given back of the spans below.",
                    "Lo devuelto de los tramos de abajo.");
        }
        if (line.component().equals("hour")) {
            return words.say(
                    "For every span: seconds × " + price + " ÷ 3600, rounded half up.",
                    "Por cada tramo: segundos × "
                            + price
                            + " ÷ 3600, redondeado a la mitad hacia arriba.");
        }
        if (line.component().startsWith("usage-")) {
            return words.say(
                    "For every span: units beyond what is included × "
                            + price
                            + ", rounded half up.",
                    "Por cada tramo: unidades por encima de lo incluido × "
                            + price
                            + ", redondeado a la mitad hacia arriba.");
        }
        boolean calendar = line.component().equals("month") || line.component().equals("year");
        return calendar
                ? words.say(
                        "For every span: "
                                + price
                                + " for a whole period; for a part of one, its seconds ÷ the"
                                + " period's.",
                        "Por cada tramo: "
                                + price
                                + " por un periodo entero; por una parte, sus segundos ÷ los del"
                                + " periodo.")
                : words.say(
                        "For every span: one times " + price + ".",
                        "Por cada tramo: una vez " + price + ".");
    }

    private static SpanView span(Charge charge, InvoiceService.Explanation explained) {
        return new SpanView(
                charge.from(),
                charge.to(),
                charge.seconds(),
                charge.amount().minor(),
                explained.amounts().getOrDefault(charge.span(), 0L),
                charge.transfer());
    }

    private static ShareView share(String party, Money amount) {
        return new ShareView(party, amount.minor());
    }

    private static LineView line(Document.Line line, Words words) {
        return new LineView(
                line.n(),
                words.of(line.description()),
                line.quantity(),
                line.unit(),
                line.unitPriceMinor(),
                line.taxPercent(),
                line.netMinor(),
                line.taxMinor(),
                line.totalMinor(),
                line.from(),
                line.to(),
                line.instance(),
                line.subscription());
    }
}
