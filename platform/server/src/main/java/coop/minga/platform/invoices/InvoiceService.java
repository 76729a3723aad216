package coop.minga.platform.invoices;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.billing.Charge;
import coop.minga.platform.billing.Charges;
import coop.minga.platform.catalog.Catalog;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.identity.Site;
import coop.minga.platform.jobs.Jobs;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Documents about money. Thread-safe.
 *
 * <p>Publishes {@code invoice.issued} for every document and {@code invoice.resent} when somebody
 * wants one once more; the subject of both is the document.
 */
public final class InvoiceService {

    private static final ErrorCode TOO_MUCH = ErrorCode.conflict("invoices.nothing-left");
    private static final ErrorCode NOT_CORRECTABLE = ErrorCode.conflict("invoices.not-correctable");

    private final Db db;
    private final Charges charges;
    private final Catalog catalog;
    private final Audit audit;
    private final Clock clock;
    private final Issuer issuer;
    private final DueDocuments due;
    private final Sellers sellers;
    private final InvoiceStore store = new InvoiceStore();
    private final TermsStore terms = new TermsStore();
    private final FiscalStore fiscal = new FiscalStore();

    /**
     * What the room needs of the house.
     *
     * @param site whose name is on receipts while nobody said who sells
     */
    public record Parts(
            Db db,
            Charges charges,
            Catalog catalog,
            Buyers buyers,
            Supplier<Site> site,
            FiscalOffice office,
            Jobs jobs,
            Events events,
            Audit audit,
            Ids ids,
            Clock clock) {}

    public InvoiceService(Parts parts) {
        this.db = parts.db();
        this.charges = parts.charges();
        this.catalog = parts.catalog();
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.issuer =
                new Issuer(
                        parts.events(), parts.jobs(), parts.office(), parts.ids(), parts.clock());
        this.sellers = new Sellers(parts.db(), parts.audit(), parts.ids(), parts.clock());
        this.due =
                new DueDocuments(
                        parts.db(),
                        parts.charges(),
                        parts.catalog(),
                        parts.buyers(),
                        parts.site(),
                        issuer,
                        parts.clock());
    }

    Sellers sellers() {
        return sellers;
    }

    /**
     * Writes every document that is due: charges that are on none, and what was given back.
     *
     * @param fence begins every transaction
     * @return how many were issued
     */
    public int issueDue(Consumer<Handle> fence) {
        return due.issue(fence);
    }

    /** Why documents about money wait, if they do. */
    Optional<Text> obstacle() {
        return db.read(due::obstacle);
    }

    // ------------------------------------------------------------------ reading

    /** A team's documents, newest first; of one kind, or of all with an empty one. */
    List<Invoice> ofTeam(TeamId team, String kind, Cursor after, int limit) {
        return db.read(handle -> store.ofTeam(handle, team, kind, after, limit));
    }

    /** Everybody's, newest first. */
    List<Invoice> all(String kind, Cursor after, int limit) {
        return db.read(handle -> store.all(handle, kind, after, limit));
    }

    /**
     * One document.
     *
     * @param owner whose it must be; null for operators
     * @throws MingaException 404 for what is not there and what is somebody else's
     */
    Invoice get(InvoiceId id, @Nullable TeamId owner) {
        return db.read(handle -> store.find(handle, id))
                .filter(invoice -> owner == null || invoice.team().equals(owner))
                .orElseThrow(Ids::noSuchThing);
    }

    /** What a tax authority made of a document; empty while nothing was reported. */
    Optional<FiscalRecord> fiscal(InvoiceId id) {
        return db.read(handle -> fiscal.find(handle, id));
    }

    List<Invoice> corrections(InvoiceId id) {
        return db.read(handle -> store.corrections(handle, id));
    }

    /**
     * What a line rests on.
     *
     * @param line of the document
     * @param price when the price began to apply, where the shelf still knows it
     * @param charges the spans of time, in order
     * @param amounts how much of each is on the line
     * @param shares where the money went, by party
     */
    record Explanation(
            Document document,
            Document.Line line,
            Optional<Price> price,
            List<Charge> charges,
            Map<UUID, Long> amounts,
            Map<String, Money> shares) {}

    Explanation explain(Invoice invoice, int n) {
        Document document = invoice.document();
        Document.Line line =
                document.lines().stream()
                        .filter(each -> each.n() == n)
                        .findFirst()
                        .orElseThrow(Ids::noSuchThing);
        return db.read(handle -> {
            Map<UUID, Long> amounts = new LinkedHashMap<>();
            store.sources(handle, invoice.id()).stream()
                    .filter(source -> source.line() == n)
                    .forEach(source -> amounts.put(source.span(), source.amountMinor()));
            List<Charge> spans = charges.find(handle, amounts.keySet());
            Map<String, Money> shares = new LinkedHashMap<>();
            for (Charge charge : spans) {
                Money part =
                        new Money(amounts.getOrDefault(charge.span(), 0L), charge.amount().asset());
                charge.rule()
                        .split(part)
                        .forEach(share -> shares.merge(share.party(), share.amount(), Money::plus));
            }
            Charge first = spans.getFirst();
            return new Explanation(
                    document,
                    line,
                    catalog.priceOf(
                            handle,
                            first.plan(),
                            first.component().code(),
                            first.price(),
                            first.opened()),
                    spans,
                    amounts,
                    shares);
        });
    }

    // ------------------------------------------------------------------ acting

    /** Has a document mailed once more to whose it is. */
    void resend(Exchange exchange, Invoice invoice) {
        db.useTransaction(handle -> {
            issuer.publish(handle, "invoice.resent", invoice);
            audit.record(
                    handle,
                    Audit.entry(
                            exchange.principal().account().toString(),
                            exchange.address(),
                            "invoices.resent",
                            invoice.id().toString(),
                            exchange.traceId()));
        });
    }

    /**
     * Gives money of a document back to where it came from and puts that on paper, the last charged
     * first.
     *
     * @param amount above zero in the document's asset; null for all that is left
     * @throws MingaException 409 when less is left, or for a correction
     */
    Invoice credit(Exchange exchange, InvoiceId id, @Nullable Long amount, String reason) {
        return db.inTransaction(handle -> {
            Invoice invoice = store.find(handle, id).orElseThrow(Ids::noSuchThing);
            if (invoice.corrects() != null) {
                throw MingaException.of(
                        NOT_CORRECTABLE,
                        "This is a correction itself: it cannot be corrected.",
                        "Esto ya es una corrección: no se puede corregir.");
            }
            store.lockCorrections(handle, id);
            Set<UUID> spans = new HashSet<>();
            store.sources(handle, id).forEach(source -> spans.add(source.span()));
            List<Charge> charged = new ArrayList<>(charges.find(handle, spans)).reversed();
            Money zero = Money.zero(invoice.net().asset());
            Money left =
                    charged.stream()
                            .map(charge -> charge.amount().minus(charge.refunded()))
                            .reduce(zero, Money::plus);
            Money wanted = amount == null ? left : new Money(amount, zero.asset());
            if (!left.isPositive() || wanted.compareTo(left) > 0) {
                throw MingaException.of(
                        TOO_MUCH,
                        "Of this document " + left + " is left to give back.",
                        "De este documento quedan " + left + " por devolver.");
            }
            for (Charge charge : charged) {
                Money gives = charge.amount().minus(charge.refunded()).min(wanted);
                if (gives.isPositive()) {
                    charges.refund(handle, charge.span(), gives);
                    wanted = wanted.minus(gives);
                }
            }
            Invoice correction = due.correct(handle, id, reason).orElseThrow();
            audit.record(
                    handle,
                    new Audit.Entry(
                            exchange.principal().account().toString(),
                            exchange.address(),
                            "invoices.credited",
                            id.toString(),
                            Map.of("reference", invoice.reference()),
                            Map.of(
                                    "reference", correction.reference(),
                                    "total", correction.total().toString(),
                                    "reason", reason),
                            exchange.traceId()));
            return correction;
        });
    }

    // ------------------------------------------------------------------ buyers

    /** To whom a team's documents are made out; empty while nobody said. */
    Optional<TermsStore.VersionedProfile> profile(TeamId team) {
        return db.read(handle -> terms.profile(handle, team));
    }

    /** Says to whom a team's documents are made out from now on. */
    TermsStore.VersionedProfile saveProfile(Exchange exchange, InvoiceForms.PartyForm form) {
        InvoiceForms forms = new InvoiceForms();
        Party party = forms.party("", form);
        forms.done();
        TeamId team = exchange.principal().team();
        return db.inTransaction(handle -> {
            terms.saveProfile(handle, team, party, clock.instant());
            audit.record(
                    handle,
                    Audit.entry(
                            exchange.principal().account().toString(),
                            exchange.address(),
                            "invoices.profile-changed",
                            team.toString(),
                            exchange.traceId()));
            return terms.profile(handle, team).orElseThrow();
        });
    }
}
