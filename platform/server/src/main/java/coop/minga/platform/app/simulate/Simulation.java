package coop.minga.platform.app.simulate;

import coop.minga.platform.Ids;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.audit.AuditLog;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.Charges;
import coop.minga.platform.billing.Dues;
import coop.minga.platform.billing.SavedMethods;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Fact;
import coop.minga.platform.identity.Site;
import coop.minga.platform.invoices.FiscalOffice;
import coop.minga.platform.invoices.InvoiceService;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.providers.Outcome;
import coop.minga.platform.wallet.WalletConfig;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.fiscal.FiscalDocument;
import coop.minga.plugin.api.fiscal.FiscalResult;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Lets billing and invoicing run through the days to come on a copy of the database, with a clock
 * that is moved from one thing that is due to the next. Nobody is asked or told: there are no
 * providers, saved methods decline, and no machine is touched.
 */
public final class Simulation {

    /** What happens. */
    public enum Kind {
        CHARGE,
        ATTEMPT,
        REMINDER,
        SUSPENSION,
        EXPIRY,
        DESTRUCTION,
        INVOICE;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something that would happen.
     *
     * @param subject the public id of the instance, or of the document
     * @param detail an amount, a reference, an attempt
     */
    public record Happening(Instant at, Kind kind, String subject, String detail) {}

    private final MovedClock clock;
    private final HeardFacts facts = new HeardFacts();
    private final Db copy;
    private final Dues dues;
    private final InvoiceService invoices;
    private final Consumer<Happening> told;

    /**
     * @param copy a database that nobody else works with
     * @param start the moment it was taken
     * @param told hears of everything in the order of time
     */
    public Simulation(Db copy, Instant start, Consumer<Happening> told) {
        this.copy = copy;
        this.told = told;
        this.clock = new MovedClock(start);
        Ids ids = new Ids(clock, new SecureRandom());
        IdleJobs jobs = new IdleJobs();
        WalletService wallet = new WalletService(new Ledger(clock), ids, WalletConfig.trial());
        this.dues =
                new Dues(
                        new BillingService(wallet, SavedMethods.NONE, jobs, facts, ids, clock),
                        copy);
        this.invoices =
                new InvoiceService(
                        new InvoiceService.Parts(
                                copy,
                                new Charges(wallet),
                                new Catalog(ids, facts, clock),
                                (handle, account) -> Optional.empty(),
                                () -> Site.INITIAL,
                                new ClosedOffice(),
                                jobs,
                                facts,
                                new AuditLog(copy, clock, ids),
                                ids,
                                clock));
    }

    /** Runs through some days. */
    public void run(int days) {
        Instant end = clock.instant().plus(Duration.ofDays(days));
        Instant midnight = midnightAfter(clock.instant());
        while (clock.instant().isBefore(end)) {
            Instant now = clock.instant();
            Instant next = dues.next().filter(at -> at.isAfter(now)).orElse(end);
            clock.moveTo(earliest(next, midnight, end));
            dues.settle(clock.instant());
            tell();
            boolean dayIsOver =
                    !clock.instant().isBefore(midnight) || !clock.instant().isBefore(end);
            if (dayIsOver) {
                invoices.issueDue(handle -> {});
                tell();
                midnight = midnightAfter(clock.instant());
            }
        }
    }

    private static Instant earliest(Instant one, Instant other, Instant third) {
        Instant least = one.isBefore(other) ? one : other;
        return least.isBefore(third) ? least : third;
    }

    private static Instant midnightAfter(Instant at) {
        return at.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
    }

    private void tell() {
        for (Fact fact : facts.take()) {
            String price = String.valueOf(fact.data().get("price"));
            switch (fact.type()) {
                case "billing.charged" -> told(fact, Kind.CHARGE, price);
                case "billing.past-due" ->
                        told(fact, Kind.ATTEMPT, price + " #" + fact.data().get("attempt"));
                case "billing.renews-soon" -> told(fact, Kind.REMINDER, price);
                case "billing.suspended", "billing.exhausted" -> told(fact, Kind.SUSPENSION, price);
                case "billing.expired" -> told(fact, Kind.EXPIRY, price);
                case "billing.lapsed" -> lapse(fact);
                case "invoice.issued" ->
                        told(
                                fact,
                                Kind.INVOICE,
                                fact.data().get("reference") + " " + fact.data().get("total"));
                default -> {}
            }
        }
    }

    private void lapse(Fact fact) {
        SubscriptionId id = SubscriptionId.parse(String.valueOf(fact.data().get("subscription")));
        boolean destroyed =
                copy.inTransaction(handle -> dues.destroyUnpaid(handle, id, clock.instant()));
        if (destroyed) {
            told(fact, Kind.DESTRUCTION, String.valueOf(fact.data().get("price")));
        }
    }

    private void told(Fact fact, Kind kind, String detail) {
        told.accept(new Happening(clock.instant(), kind, fact.subject(), detail));
    }

    /** Nobody reports to anybody. */
    private static final class ClosedOffice implements FiscalOffice {

        @Override
        public boolean isSetUp() {
            return false;
        }

        @Override
        public Optional<String> open() {
            return Optional.empty();
        }

        @Override
        public Outcome<FiscalResult> issue(
                String name, IdempotencyKey key, FiscalDocument document, String traceId) {
            throw new UnsupportedOperationException("The office is closed");
        }

        @Override
        public Outcome<Optional<FiscalResult>> status(
                String name, IdempotencyKey key, String traceId) {
            throw new UnsupportedOperationException("The office is closed");
        }
    }
}
