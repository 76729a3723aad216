package coop.minga.platform.invoices;

import coop.minga.platform.PlanId;
import coop.minga.platform.billing.Charge;
import coop.minga.platform.billing.Charges;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.db.Db;
import coop.minga.platform.identity.Site;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.pricing.ExchangeRate;
import coop.minga.platform.pricing.TaxTable;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Writes the documents that are due: what was charged, and what of it was given back. Each payer's
 * is a transaction of its own; charges it concerns are locked, so that two hosts never put one on
 * two documents. Thread-safe.
 */
final class DueDocuments {

    /** Charges on one document at most; the rest comes on the next. */
    private static final int MOST = 2_000;

    private static final int CORRECTIONS = 500;

    private final Db db;
    private final Charges charges;
    private final Catalog catalog;
    private final Buyers buyers;
    private final Supplier<Site> site;
    private final Issuer issuer;
    private final Clock clock;
    private final TermsStore terms = new TermsStore();
    private final InvoiceStore store = new InvoiceStore();

    DueDocuments(
            Db db,
            Charges charges,
            Catalog catalog,
            Buyers buyers,
            Supplier<Site> site,
            Issuer issuer,
            Clock clock) {
        this.db = db;
        this.charges = charges;
        this.catalog = catalog;
        this.buyers = buyers;
        this.site = site;
        this.issuer = issuer;
        this.clock = clock;
    }

    /**
     * Writes all that is due.
     *
     * @param fence begins every transaction
     * @return how many documents were issued
     * @throws IllegalStateException after all others were, when some could not be
     */
    int issue(Consumer<Handle> fence) {
        Run run = new Run(fence);
        for (Charges.Payer payer : db.read(handle -> charges.payers(handle, monthBegan(handle)))) {
            run.attempt(handle -> document(handle, payer));
        }
        for (UUID document : db.read(handle -> charges.toCorrect(handle, CORRECTIONS))) {
            run.attempt(handle -> correct(handle, new InvoiceId(document), "").isPresent());
        }
        return run.finish();
    }

    /** One round: a document that cannot be written keeps no other from being written. */
    private final class Run {

        private final Consumer<Handle> fence;
        private final List<RuntimeException> failures = new ArrayList<>();
        private int issued;

        Run(Consumer<Handle> fence) {
            this.fence = fence;
        }

        void attempt(Predicate<Handle> work) {
            try {
                boolean done =
                        db.inTransaction(handle -> {
                            fence.accept(handle);
                            return work.test(handle);
                        });
                issued += done ? 1 : 0;
            } catch (JobRun.LostLease e) {
                throw e;
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }

        int finish() {
            if (!failures.isEmpty()) {
                throw new IllegalStateException(
                        failures.size() + " documents could not be written", failures.getFirst());
            }
            return issued;
        }
    }

    /** Hours of what goes on are documented by the month, in the seller's calendar. */
    private Instant monthBegan(Handle handle) {
        ZoneId zone =
                terms.seller(handle).map(known -> known.seller().zone()).orElse(ZoneOffset.UTC);
        return clock.instant()
                .atZone(zone)
                .toLocalDate()
                .withDayOfMonth(1)
                .atStartOfDay(zone)
                .toInstant();
    }

    private boolean document(Handle handle, Charges.Payer payer) {
        Optional<Drafts.Terms> agreed = terms(handle, payer);
        if (agreed.isEmpty()) {
            return false;
        }
        List<Charge> due = charges.take(handle, payer, monthBegan(handle), MOST);
        if (due.isEmpty()) {
            return false;
        }
        Map<PlanId, Text> names = names(handle, due);
        Invoice invoice =
                issuer.issue(
                        handle,
                        Drafts.ofCharges(
                                agreed.get(),
                                due,
                                plan -> names.getOrDefault(plan, Text.of(plan.toString()))));
        charges.documented(handle, due.stream().map(Charge::span).toList(), invoice.id().value());
        return true;
    }

    /** On which terms a payer's document can be written; empty while something is missing. */
    private Optional<Drafts.Terms> terms(Handle handle, Charges.Payer payer) {
        Optional<Seller> seller = terms.seller(handle).map(TermsStore.VersionedSeller::seller);
        if (payer.asset().equals(Asset.COIN)) {
            Seller known = seller.orElseGet(this::unnamedSeller);
            return Optional.of(new Drafts.Terms(known, buyer(handle, payer, known), null, null));
        }
        if (seller.isEmpty()) {
            return Optional.empty();
        }
        Seller known = seller.get();
        Party buyer = buyer(handle, payer, known);
        Optional<TaxChoice> tax = tax(handle, known, buyer);
        Optional<ExchangeRate> exchange = exchange(handle, known, payer.asset());
        if (tax.isEmpty() || exchange.isEmpty() && needsExchange(known, payer.asset())) {
            return Optional.empty();
        }
        return Optional.of(new Drafts.Terms(known, buyer, tax.get(), exchange.orElse(null)));
    }

    /** Why documents about money wait, if they do, in words that say what to do. */
    Optional<Text> obstacle(Handle handle) {
        Optional<Seller> seller = terms.seller(handle).map(TermsStore.VersionedSeller::seller);
        List<Charges.Payer> waiting =
                charges.payers(handle, monthBegan(handle)).stream()
                        .filter(payer -> !payer.asset().equals(Asset.COIN))
                        .toList();
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        if (seller.isEmpty()) {
            return Optional.of(
                    Text.of(
                            waiting.size() + " customers wait for their invoices: say who sells.",
                            waiting.size() + " clientes esperan su factura: indica quién vende."));
        }
        Seller known = seller.get();
        for (Charges.Payer payer : waiting) {
            if (needsExchange(known, payer.asset())
                    && exchange(handle, known, payer.asset()).isEmpty()) {
                String pair = payer.asset().code() + "/" + reportsIn(known).code();
                return Optional.of(
                        Text.of(
                                "Invoices wait for an exchange rate: add one for " + pair + ".",
                                "Hay facturas que esperan una tasa de cambio: agrega una para "
                                        + pair
                                        + "."));
            }
        }
        if (tax(handle, known, known.party()).isEmpty()) {
            String place = known.party().country() + "/" + known.taxCategory();
            return Optional.of(
                    Text.of(
                            "Invoices wait for a tax rate: add one for " + place + ".",
                            "Hay facturas que esperan una tarifa de impuesto: agrega una para "
                                    + place
                                    + "."));
        }
        return Optional.empty();
    }

    private Optional<TaxChoice> tax(Handle handle, Seller seller, Party buyer) {
        TaxTable table =
                new TaxTable(
                        terms.taxRates(handle).stream().map(TermsStore.KnownRate::rate).toList());
        return TaxChoice.of(seller, buyer, table, Sellers.day(seller, clock.instant()));
    }

    private Optional<ExchangeRate> exchange(Handle handle, Seller seller, Asset asset) {
        return needsExchange(seller, asset)
                ? terms.exchangeRate(handle, asset, reportsIn(seller), clock.instant())
                : Optional.empty();
    }

    private static boolean needsExchange(Seller seller, Asset asset) {
        Asset reports = seller.reportsIn();
        return reports != null && !reports.equals(asset);
    }

    private static Asset reportsIn(Seller seller) {
        Asset reports = seller.reportsIn();
        return reports == null ? Asset.USD : reports;
    }

    /** Receipts for coins need nobody's tax number. */
    private Seller unnamedSeller() {
        Site here = site.get();
        return new Seller(
                new Party(here.name(), TaxIdKind.NONE, "", "", here.region(), ""),
                ZoneOffset.UTC,
                "standard",
                Seller.ForeignBuyers.TAXED,
                null);
    }

    private Party buyer(Handle handle, Charges.Payer payer, Seller seller) {
        return terms.profile(handle, payer.team())
                .map(TermsStore.VersionedProfile::party)
                .orElseGet(() -> {
                    Buyers.Buyer buyer =
                            buyers.find(handle, payer.account())
                                    .orElseGet(
                                            () -> new Buyers.Buyer(payer.account().toString(), ""));
                    return new Party(
                            buyer.name(),
                            TaxIdKind.NONE,
                            "",
                            "",
                            seller.party().country(),
                            buyer.email());
                });
    }

    private Map<PlanId, Text> names(Handle handle, List<Charge> due) {
        Map<PlanId, Text> names = new LinkedHashMap<>();
        for (Charge charge : due) {
            names.computeIfAbsent(
                    charge.plan(),
                    plan ->
                            catalog.plan(handle, plan)
                                    .map(view ->
                                            Text.of(
                                                    view.product().name().in("en")
                                                            + " "
                                                            + view.plan().name().in("en"),
                                                    view.product().name().in("es")
                                                            + " "
                                                            + view.plan().name().in("es")))
                                    .orElseGet(() -> Text.of(plan.toString())));
        }
        return names;
    }

    /**
     * Puts on paper what was given back of a document's charges and is not on paper yet.
     *
     * @param reason for people; may be empty
     */
    Optional<Invoice> correct(Handle handle, InvoiceId id, String reason) {
        store.lockCorrections(handle, id);
        List<Charge> refunded = charges.takeRefunded(handle, id.value());
        if (refunded.isEmpty()) {
            return Optional.empty();
        }
        Invoice invoice = store.find(handle, id).orElseThrow();
        Map<UUID, Integer> lines = new LinkedHashMap<>();
        store.sources(handle, id).forEach(source -> lines.put(source.span(), source.line()));
        Map<Integer, Money> before = new LinkedHashMap<>();
        for (Invoice earlier : store.corrections(handle, id)) {
            for (Document.Line line : earlier.document().lines()) {
                before.merge(line.n(), earlier.document().money(line.totalMinor()), Money::plus);
            }
        }
        Map<Integer, Map<UUID, Long>> now = new LinkedHashMap<>();
        for (Charge charge : refunded) {
            now.computeIfAbsent(lines.get(charge.span()), line -> new LinkedHashMap<>())
                    .put(charge.span(), charge.uncredited().minor());
        }
        Money zero = Money.zero(invoice.net().asset());
        List<Drafts.Taken> takings =
                now.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry ->
                                new Drafts.Taken(
                                        entry.getKey(),
                                        before.getOrDefault(entry.getKey(), zero),
                                        sum(entry.getValue(), zero),
                                        entry.getValue()))
                        .toList();
        Invoice correction = issuer.issue(handle, Drafts.correction(invoice, takings, reason));
        charges.corrected(handle, refunded);
        return Optional.of(correction);
    }

    private static Money sum(Map<UUID, Long> spans, Money zero) {
        Money sum = zero;
        for (long minor : spans.values()) {
            sum = sum.plus(new Money(minor, zero.asset()));
        }
        return sum;
    }
}
