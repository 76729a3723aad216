package coop.minga.platform.invoices;

import coop.minga.platform.PlanId;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.billing.Charge;
import coop.minga.platform.pricing.ExchangeRate;
import coop.minga.platform.pricing.Percent;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.Tax;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Writes drafts from what was charged and given back. Pure. */
final class Drafts {

    private static final int FORMAT = 1;
    private static final BigDecimal HOUR = BigDecimal.valueOf(3_600);

    private Drafts() {}

    /**
     * On which terms a document is written.
     *
     * @param tax null for receipts
     * @param exchange null where the seller reports in the document's asset
     */
    record Terms(
            Seller seller, Party buyer, @Nullable TaxChoice tax, @Nullable ExchangeRate exchange) {}

    /** What one line stands for: one machine at one price. */
    private record Key(
            SubscriptionId subscription, PriceComponent component, PlanId plan, Money price) {}

    /**
     * A document of charges.
     *
     * @param charges at least one, all of one payer and asset
     * @param names what a plan is called
     */
    static Draft ofCharges(Terms terms, List<Charge> charges, Function<PlanId, Text> names) {
        Map<Key, List<Charge>> groups = new LinkedHashMap<>();
        for (Charge charge : charges) {
            groups.computeIfAbsent(
                            new Key(
                                    charge.subscription(),
                                    charge.component(),
                                    charge.plan(),
                                    charge.price()),
                            key -> new ArrayList<>())
                    .add(charge);
        }
        TaxChoice choice = terms.tax();
        Percent percent = choice == null ? Percent.ZERO : choice.percent();
        Asset asset = charges.getFirst().amount().asset();
        List<Money> amounts = groups.values().stream().map(group -> sum(asset, group)).toList();
        // What was charged has its tax in it: it is taken apart, never added to.
        Tax.Result tax =
                Tax.of(
                        asset,
                        amounts.stream().map(amount -> new Tax.Item(amount, percent)).toList(),
                        Tax.Prices.INCLUSIVE);
        List<Document.Line> lines = new ArrayList<>();
        List<Draft.Source> sources = new ArrayList<>();
        for (List<Charge> group : groups.values()) {
            int n = lines.size() + 1;
            lines.add(
                    line(
                            n,
                            group,
                            names.apply(group.getFirst().plan()),
                            choice == null ? "" : percent.toString(),
                            tax.lines().get(n - 1)));
            group.forEach(charge ->
                    sources.add(new Draft.Source(n, charge.span(), charge.amount().minor())));
        }
        Document document =
                document(
                        choice == null ? DocumentKind.RECEIPT : DocumentKind.INVOICE,
                        terms,
                        asset,
                        lines,
                        choice == null
                                ? List.of()
                                : List.of(taxSum(percent, choice.label(), tax.total())),
                        tax.total(),
                        choice == null ? Map.of() : choice.note());
        Charge first = charges.getFirst();
        return new Draft(first.team(), first.account(), document, sources);
    }

    private static Document.Line line(
            int n, List<Charge> group, Text name, String percent, Tax.Taxed tax) {
        Charge first = group.getFirst();
        PriceComponent component = first.component();
        return new Document.Line(
                n,
                name.byLanguage(),
                component.code(),
                first.subscription().toString(),
                first.instance().toString(),
                first.from(),
                group.getLast().to(),
                quantity(component, group),
                component.per(),
                first.price().minor(),
                percent,
                tax.net().minor(),
                tax.tax().minor(),
                tax.gross().minor());
    }

    /** Hours as used and parts of periods to a ten-thousandth; whole ones by the piece. */
    private static String quantity(PriceComponent component, List<Charge> group) {
        return switch (component) {
            case PriceComponent.Hour _ -> divided(seconds(group), HOUR);
            case PriceComponent.Prepaid _ ->
                    group.stream()
                            .map(Drafts::periods)
                            .reduce(BigDecimal.ZERO, BigDecimal::add)
                            .stripTrailingZeros()
                            .toPlainString();
            case PriceComponent.Setup _ -> Integer.toString(group.size());
            case PriceComponent.Usage _ ->
                    Long.toString(group.stream().mapToLong(Drafts::units).sum());
        };
    }

    private static long seconds(List<Charge> group) {
        return group.stream().mapToLong(Charge::seconds).sum();
    }

    private static BigDecimal periods(Charge charge) {
        Long whole = charge.priceSeconds();
        return BigDecimal.valueOf(charge.seconds())
                .divide(
                        BigDecimal.valueOf(whole == null ? charge.seconds() : whole),
                        4,
                        RoundingMode.HALF_UP);
    }

    private static long units(Charge charge) {
        Long quantity = charge.quantity();
        return quantity == null ? 0 : quantity;
    }

    private static String divided(long seconds, BigDecimal by) {
        return BigDecimal.valueOf(seconds)
                .divide(by, 4, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    /**
     * Some of a line taken back.
     *
     * @param n the line
     * @param before how much of it went back before, gross
     * @param now how much more, gross, above zero
     * @param spans which charges, and how much of each
     */
    record Taken(int n, Money before, Money now, Map<UUID, Long> spans) {}

    /**
     * A document that takes back some of another.
     *
     * @param takings at least one, one per line
     */
    static Draft correction(Invoice invoice, List<Taken> takings, String reason) {
        Document original = invoice.document();
        Map<String, Tax.Taxed> sums = new LinkedHashMap<>();
        List<Document.Line> lines = new ArrayList<>();
        List<Draft.Source> sources = new ArrayList<>();
        Money zero = original.money(0);
        Tax.Taxed total = new Tax.Taxed(zero, zero);
        for (Taken taking : takings) {
            Document.Line line = original.lines().get(taking.n() - 1);
            Tax.Taxed whole =
                    new Tax.Taxed(original.money(line.netMinor()), original.money(line.taxMinor()));
            Tax.Taxed piece = Tax.piece(whole, taking.before(), taking.before().plus(taking.now()));
            lines.add(corrected(line, piece));
            total = plus(total, piece);
            sums.merge(line.taxPercent(), piece, Drafts::plus);
            taking.spans()
                    .forEach((span, minor) ->
                            sources.add(new Draft.Source(taking.n(), span, minor)));
        }
        List<Document.TaxSum> taxes =
                original.taxes().stream()
                        .filter(tax -> sums.containsKey(tax.percent()))
                        .map(tax -> {
                            Tax.Taxed sum =
                                    sums.getOrDefault(tax.percent(), new Tax.Taxed(zero, zero));
                            return new Document.TaxSum(
                                    tax.percent(),
                                    tax.label(),
                                    sum.net().minor(),
                                    sum.tax().minor());
                        })
                        .toList();
        Document document =
                new Document(
                        FORMAT,
                        invoice.kind().correction(),
                        "",
                        Instant.EPOCH,
                        original.zone(),
                        original.seller(),
                        original.buyer(),
                        original.asset(),
                        original.scale(),
                        lines,
                        taxes,
                        total.net().minor(),
                        total.tax().minor(),
                        total.gross().minor(),
                        new Document.Corrected(
                                invoice.id(), invoice.reference(), invoice.issuedAt(), reason),
                        exchanged(original.exchange(), total.gross()),
                        original.note());
        return new Draft(invoice.team(), invoice.account(), document, sources);
    }

    private static Document.Line corrected(Document.Line line, Tax.Taxed piece) {
        return new Document.Line(
                line.n(),
                line.description(),
                line.component(),
                line.subscription(),
                line.instance(),
                line.from(),
                line.to(),
                "",
                line.unit(),
                line.unitPriceMinor(),
                line.taxPercent(),
                piece.net().minor(),
                piece.tax().minor(),
                piece.gross().minor());
    }

    private static Document document(
            DocumentKind kind,
            Terms terms,
            Asset asset,
            List<Document.Line> lines,
            List<Document.TaxSum> taxes,
            Tax.Taxed total,
            Map<String, String> note) {
        ExchangeRate rate = terms.exchange();
        return new Document(
                FORMAT,
                kind,
                "",
                Instant.EPOCH,
                terms.seller().zone().getId(),
                terms.seller().party(),
                terms.buyer(),
                asset.code(),
                asset.scale(),
                lines,
                taxes,
                total.net().minor(),
                total.tax().minor(),
                total.gross().minor(),
                null,
                rate == null ? null : exchange(rate, total.gross()),
                note);
    }

    private static Document.TaxSum taxSum(Percent percent, Text label, Tax.Taxed sum) {
        return new Document.TaxSum(
                percent.toString(), label.byLanguage(), sum.net().minor(), sum.tax().minor());
    }

    /** A correction is exchanged at the rate of what it corrects. */
    private static Document.@Nullable Exchange exchanged(
            Document.@Nullable Exchange original, Money total) {
        if (original == null) {
            return null;
        }
        return exchange(
                new ExchangeRate(
                        total.asset(),
                        new Asset(original.asset(), original.scale()),
                        new BigDecimal(original.rate()),
                        original.source(),
                        original.at()),
                total);
    }

    private static Document.Exchange exchange(ExchangeRate rate, Money total) {
        return new Document.Exchange(
                rate.to().code(),
                rate.to().scale(),
                rate.convert(total).minor(),
                rate.rate().toPlainString(),
                rate.source(),
                rate.at());
    }

    private static Money sum(Asset asset, List<Charge> group) {
        return group.stream().map(Charge::amount).reduce(Money.zero(asset), Money::plus);
    }

    private static Tax.Taxed plus(Tax.Taxed one, Tax.Taxed other) {
        return new Tax.Taxed(one.net().plus(other.net()), one.tax().plus(other.tax()));
    }
}
