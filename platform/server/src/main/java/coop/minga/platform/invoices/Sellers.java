package coop.minga.platform.invoices;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Json;
import coop.minga.platform.pricing.ExchangeRate;
import coop.minga.platform.pricing.Percent;
import coop.minga.platform.pricing.TaxRate;
import coop.minga.platform.pricing.TaxTable;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What operators say about selling: who sells, tax, exchange, series. Audited. Thread-safe. */
final class Sellers {

    private static final ErrorCode CHANGED =
            ErrorCode.of(ErrorCode.Type.PRECONDITION, "invoices.seller-changed-meanwhile");
    private static final ErrorCode OVERLAP = ErrorCode.conflict("invoices.tax-rates-overlap");

    private final Db db;
    private final Audit audit;
    private final Ids ids;
    private final Clock clock;
    private final TermsStore store = new TermsStore();

    Sellers(Db db, Audit audit, Ids ids, Clock clock) {
        this.db = db;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    /** A seller as typed. */
    record SellerForm(
            InvoiceForms.@Nullable PartyForm party,
            @Nullable String zone,
            @Nullable String taxCategory,
            @Nullable String foreignBuyers,
            @Nullable String reportsIn) {}

    Optional<TermsStore.VersionedSeller> current() {
        return db.read(store::seller);
    }

    /**
     * Writes the next version.
     *
     * @param version the one the operator saw; 0 for none
     * @throws MingaException 412 when it is another one by now
     */
    TermsStore.VersionedSeller change(Exchange exchange, SellerForm form, long version) {
        Seller seller = check(form);
        return db.inTransaction(handle -> {
            Optional<TermsStore.VersionedSeller> before = store.seller(handle);
            long known = before.map(TermsStore.VersionedSeller::version).orElse(0L);
            if (known != version
                    || !store.insertSeller(
                            handle,
                            seller,
                            version + 1,
                            exchange.principal().account(),
                            clock.instant())) {
                throw MingaException.of(
                        CHANGED,
                        "Somebody else changed the seller in the meantime. Load it again and"
                                + " repeat your change.",
                        "Alguien cambió el vendedor entretanto. Cárgalo de nuevo y repite tu"
                                + " cambio.");
            }
            audit.record(
                    handle,
                    entry(
                            exchange,
                            "invoices.seller-changed",
                            "seller",
                            before.map(one -> described(one.seller())).orElse(Map.of()),
                            described(seller)));
            return new TermsStore.VersionedSeller(seller, version + 1);
        });
    }

    private static Seller check(SellerForm form) {
        InvoiceForms forms = new InvoiceForms();
        InvoiceForms.PartyForm partyForm = form.party();
        Party party =
                forms.party(
                        "/party",
                        partyForm == null
                                ? new InvoiceForms.PartyForm(null, null, null, null, null, null)
                                : partyForm);
        ZoneId zone = ZoneId.of("UTC");
        try {
            zone = ZoneId.of(form.zone() == null ? "" : form.zone());
        } catch (DateTimeException e) {
            forms.problem(
                    "/zone",
                    "unknown-zone",
                    "This is not a time zone such as America/Guayaquil.",
                    "Esto no es una zona horaria como America/Guayaquil.");
        }
        String category = category(forms, "/tax_category", form.taxCategory());
        Seller.ForeignBuyers foreign =
                forms.one(
                        "/foreign_buyers",
                        form.foreignBuyers(),
                        Seller.ForeignBuyers.values(),
                        Seller.ForeignBuyers::id);
        Asset reportsIn = form.reportsIn() == null ? null : currency(forms, form.reportsIn());
        forms.done();
        return new Seller(party, zone, category, foreign, reportsIn);
    }

    private static String category(InvoiceForms forms, String pointer, @Nullable String value) {
        String category = value == null ? "" : value;
        if (!category.matches("[a-z][a-z0-9-]{0,39}")) {
            forms.problem(
                    pointer,
                    "invalid-category",
                    "A category has small letters, digits and hyphens, such as standard.",
                    "Una categoría lleva minúsculas, dígitos y guiones, como standard.");
        }
        return category;
    }

    private static Asset currency(InvoiceForms forms, String code) {
        return Currency.getAvailableCurrencies().stream()
                .filter(currency -> currency.getCurrencyCode().equals(code))
                .filter(currency -> currency.getDefaultFractionDigits() >= 0)
                .findFirst()
                .map(currency -> new Asset(code, currency.getDefaultFractionDigits()))
                .orElseGet(() -> {
                    forms.problem(
                            "/reports_in",
                            "unknown-currency",
                            "This is not a currency such as USD or EUR.",
                            "Esto no es una moneda como USD o EUR.");
                    return Asset.USD;
                });
    }

    // ------------------------------------------------------------------ tax and exchange

    /** A tax rate as typed. */
    record TaxRateForm(
            @Nullable String country,
            @Nullable String category,
            @Nullable BigDecimal percent,
            @Nullable LocalDate from,
            @Nullable String labelEn,
            @Nullable String labelEs) {}

    List<TermsStore.KnownRate> taxRates() {
        return db.read(store::taxRates);
    }

    /**
     * Adds a rate from a day on; the rate that was open until then ends that day. Days that were
     * taxed already keep their rate: it must begin after the newest one.
     */
    TermsStore.KnownRate addTaxRate(Exchange exchange, TaxRateForm form) {
        TaxRate rate = check(form);
        return db.inTransaction(handle -> {
            store.lockTaxRates(handle);
            List<TaxRate> kept = new ArrayList<>();
            for (TermsStore.KnownRate known : store.taxRates(handle)) {
                TaxRate old = known.rate();
                boolean ends =
                        old.country().equals(rate.country())
                                && old.category().equals(rate.category())
                                && old.until() == null
                                && old.from().isBefore(rate.from());
                if (ends) {
                    store.endTaxRate(handle, known.id(), rate.from());
                } else {
                    kept.add(old);
                }
            }
            kept.add(rate);
            requireNoOverlap(kept);
            UUID id = ids.next();
            store.insertTaxRate(handle, id, rate);
            audit.record(
                    handle,
                    entry(
                            exchange,
                            "invoices.tax-rate-added",
                            rate.country() + "/" + rate.category(),
                            Map.of(),
                            Map.of(
                                    "percent", rate.percent().toString(),
                                    "from", rate.from().toString())));
            return new TermsStore.KnownRate(id, rate);
        });
    }

    private static void requireNoOverlap(List<TaxRate> rates) {
        try {
            new TaxTable(rates);
        } catch (IllegalArgumentException e) {
            throw MingaException.of(
                            OVERLAP,
                            "There is a rate for that time already: the new one must begin after"
                                    + " the newest.",
                            "Ya hay una tarifa para ese tiempo: la nueva debe comenzar después de"
                                    + " la más reciente.")
                    .causedBy(e);
        }
    }

    private static TaxRate check(TaxRateForm form) {
        InvoiceForms forms = new InvoiceForms();
        String country = form.country() == null ? "" : form.country();
        if (!country.matches("[A-Z]{2}")) {
            forms.problem(
                    "/country",
                    "unknown-country",
                    "This is not a country code such as EC.",
                    "Esto no es un código de país como EC.");
        }
        String category = category(forms, "/category", form.category());
        String english = forms.text("/label_en", form.labelEn(), 1, 60, false);
        String spanish = forms.text("/label_es", form.labelEs(), 1, 60, false);
        Percent percent = Percent.ZERO;
        try {
            percent =
                    new Percent(form.percent() == null ? BigDecimal.ONE.negate() : form.percent());
        } catch (IllegalArgumentException | ArithmeticException e) {
            forms.problem(
                    "/percent",
                    "out-of-range",
                    "A percentage is 0 to 1000 with at most four decimal places.",
                    "Un porcentaje va de 0 a 1000 con un máximo de cuatro decimales.");
        }
        LocalDate from = form.from();
        if (from == null || from.getYear() < 1900 || from.getYear() > 9_999) {
            forms.problem(
                    "/from", "required", "Say from which day on.", "Indica desde qué día rige.");
            from = LocalDate.EPOCH;
        }
        forms.done();
        return new TaxRate(country, category, percent, from, null, Text.of(english, spanish));
    }

    /** An exchange rate as typed. */
    record ExchangeRateForm(
            @Nullable String from,
            @Nullable String to,
            @Nullable BigDecimal rate,
            @Nullable String source) {}

    ExchangeRate addExchangeRate(Exchange exchange, ExchangeRateForm form) {
        InvoiceForms forms = new InvoiceForms();
        Asset from = currency(forms, form.from() == null ? "" : form.from());
        Asset to = currency(forms, form.to() == null ? "" : form.to());
        String source = forms.text("/source", form.source(), 1, 100, false);
        BigDecimal number = form.rate();
        if (number == null
                || number.signum() <= 0
                || number.scale() > 12
                || number.precision() - number.scale() > 18
                || from.equals(to)) {
            forms.problem(
                    "/rate",
                    "out-of-range",
                    "A rate is above zero, with at most twelve decimal places, between two"
                            + " currencies.",
                    "Una tasa es mayor que cero, con un máximo de doce decimales, entre dos"
                            + " monedas.");
            number = BigDecimal.ONE;
        }
        forms.done();
        ExchangeRate rate = new ExchangeRate(from, to, number, source, clock.instant());
        return db.inTransaction(handle -> {
            store.insertExchangeRate(handle, ids.next(), rate);
            audit.record(
                    handle,
                    entry(
                            exchange,
                            "invoices.exchange-rate-added",
                            from.code() + "/" + to.code(),
                            Map.of(),
                            Map.of("rate", rate.rate().toPlainString(), "source", source)));
            return rate;
        });
    }

    // ------------------------------------------------------------------ series

    /** A series as typed. */
    record SeriesForm(@Nullable String kind, @Nullable String prefix, @Nullable Integer width) {}

    List<TermsStore.Series> series() {
        return db.read(store::series);
    }

    /** Makes a series the one that numbers of a kind are taken from. */
    List<TermsStore.Series> useSeries(Exchange exchange, SeriesForm form) {
        InvoiceForms forms = new InvoiceForms();
        DocumentKind kind =
                forms.one("/kind", form.kind(), DocumentKind.values(), DocumentKind::id);
        String prefix = form.prefix() == null ? "" : form.prefix();
        if (!prefix.matches("[A-Z0-9-]{1,20}")) {
            forms.problem(
                    "/prefix",
                    "invalid-prefix",
                    "A prefix has 1 to 20 capitals, digits and hyphens, such as 001-002-.",
                    "Un prefijo lleva de 1 a 20 mayúsculas, dígitos y guiones, como 001-002-.");
        }
        int width = form.width() == null ? 9 : form.width();
        if (width < 1 || width > 12) {
            forms.problem(
                    "/width",
                    "out-of-range",
                    "A number has 1 to 12 digits.",
                    "Un número tiene de 1 a 12 dígitos.");
        }
        forms.done();
        return db.inTransaction(handle -> {
            store.activateSeries(handle, kind, prefix, width);
            audit.record(
                    handle,
                    entry(
                            exchange,
                            "invoices.series-changed",
                            kind.id(),
                            Map.of(),
                            Map.of("prefix", prefix, "width", width)));
            return store.series(handle);
        });
    }

    private static Audit.Entry entry(
            Exchange exchange,
            String action,
            String subject,
            Map<String, Object> before,
            Map<String, Object> after) {
        return new Audit.Entry(
                exchange.principal().account().toString(),
                exchange.address(),
                action,
                subject,
                before,
                after,
                exchange.traceId());
    }

    private static Map<String, Object> described(Seller seller) {
        return Map.of("seller", Json.write(seller));
    }

    /** The moment in the seller's calendar. */
    static LocalDate day(Seller seller, Instant at) {
        return at.atZone(seller.zone()).toLocalDate();
    }
}
