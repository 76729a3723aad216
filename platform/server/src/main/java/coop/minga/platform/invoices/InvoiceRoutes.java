package coop.minga.platform.invoices;

import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Csv;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.platform.invoices.InvoiceViews.ExplanationView;
import coop.minga.platform.invoices.InvoiceViews.InvoiceDetail;
import coop.minga.platform.invoices.InvoiceViews.InvoiceItem;
import coop.minga.platform.invoices.InvoiceViews.InvoiceList;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Documents over HTTP, for those they are made out to and for operators. */
public final class InvoiceRoutes implements Routes {

    private static final int PAGE = 100;
    private static final int CSV_ROWS = 10_000;
    private static final String HTML = "text/html; charset=utf-8";
    private static final String PDF = "application/pdf";

    private final InvoiceService invoices;

    public InvoiceRoutes(InvoiceService invoices) {
        this.invoices = invoices;
    }

    /**
     * Money to give back.
     *
     * @param amountMinor in the document's asset; without it all that is left
     * @param reason shown on the correction
     */
    public record CreditBody(@Nullable Long amountMinor, @Nullable String reason) {}

    /** To whom documents are made out; the name is empty while nobody said. */
    public record ProfilePage(Party profile, boolean given) {}

    @Override
    public void register(RouteTable table) {
        documents(table, "/api/v1/invoices", Access.signedIn("wallet"), true);
        documents(table, "/api/v1/admin/invoices", Access.staff(), false);
        table.post("/api/v1/invoices/{id}/resend", Access.signedIn("wallet"))
                .summary("Mails a document once more")
                .limit(RateLimit.WRITE)
                .answers(202, InvoiceItem.class)
                .handle(exchange -> resend(exchange, exchange.principal().team()));
        table.post("/api/v1/admin/invoices/{id}/resend", Access.admins())
                .summary("Mails a document once more to whose it is")
                .limit(RateLimit.WRITE)
                .answers(202, InvoiceItem.class)
                .handle(exchange -> resend(exchange, null));
        table.post("/api/v1/admin/invoices/{id}/credit-notes", Access.admins())
                .summary("Gives money of a document back and issues the correction")
                .body(CreditBody.class)
                .limit(RateLimit.WRITE)
                .idempotent()
                .answers(201, InvoiceDetail.class)
                .handle(this::credit);
        table.get("/api/v1/billing-profile", Access.signedIn("wallet"))
                .summary("To whom documents are made out")
                .answers(200, ProfilePage.class)
                .handle(exchange ->
                        profile(
                                invoices.profile(exchange.principal().team())
                                        .map(TermsStore.VersionedProfile::party)
                                        .orElse(null)));
        table.put("/api/v1/billing-profile", Access.signedIn("wallet"))
                .summary("Says to whom documents are made out from now on")
                .body(InvoiceForms.PartyForm.class)
                .limit(RateLimit.WRITE)
                .answers(200, ProfilePage.class)
                .handle(exchange ->
                        profile(
                                invoices.saveProfile(
                                                exchange,
                                                exchange.body(InvoiceForms.PartyForm.class))
                                        .party()));
    }

    private void documents(RouteTable table, String base, Access access, boolean own) {
        table.get(base, access)
                .summary("Invoices, credit notes and receipts, newest first; also as CSV")
                .query("kind", "cursor", "limit", "format")
                .answers(200, InvoiceList.class)
                .handle(exchange -> list(exchange, owner(exchange, own)));
        table.get(base + "/{id}", access)
                .summary("A document as issued")
                .answers(200, InvoiceDetail.class)
                .handle(exchange -> detail(exchange, owner(exchange, own)));
        table.get(base + "/{id}/html", access)
                .summary("A document as a page to print")
                .query("lang")
                .handle(exchange -> html(exchange, owner(exchange, own)));
        table.get(base + "/{id}/pdf", access)
                .summary("A document as PDF")
                .query("lang")
                .handle(exchange -> pdf(exchange, owner(exchange, own)));
        table.get(base + "/{id}/lines/{n}", access)
                .summary("What a line rests on: spans of time, formula, price, where it went")
                .answers(200, ExplanationView.class)
                .handle(exchange -> explain(exchange, owner(exchange, own)));
    }

    private static @Nullable TeamId owner(Exchange exchange, boolean own) {
        return own ? exchange.principal().team() : null;
    }

    private Invoice find(Exchange exchange, @Nullable TeamId owner) {
        return invoices.get(InvoiceId.parse(exchange.path("id")), owner);
    }

    private List<Invoice> page(@Nullable TeamId owner, String kind, Cursor after, int limit) {
        return owner == null
                ? invoices.all(kind, after, limit)
                : invoices.ofTeam(owner, kind, after, limit);
    }

    private Reply list(Exchange exchange, @Nullable TeamId owner) {
        String kind =
                oneOf(
                        exchange,
                        "kind",
                        Arrays.stream(DocumentKind.values()).map(DocumentKind::id).toList());
        String format = oneOf(exchange, "format", List.of("json", "csv"));
        if (format.equals("csv") || format.isEmpty() && Csv.isWanted(exchange)) {
            return csv(owner, kind, Cursor.of(exchange), exchange.language());
        }
        int limit = exchange.query("limit", 50, 1, PAGE);
        List<Invoice> found = page(owner, kind, Cursor.of(exchange), limit + 1);
        List<Invoice> page = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit ? cursor(page.getLast()).text() : null;
        return Reply.ok(
                new InvoiceList(
                        page.stream()
                                .map(invoice -> InvoiceViews.item(invoice, exchange.language()))
                                .toList(),
                        next));
    }

    private static String oneOf(Exchange exchange, String name, List<String> known) {
        String value = exchange.query(name).orElse("");
        if (!value.isEmpty() && !known.contains(value)) {
            throw MingaException.invalid(
                    "query:" + name,
                    "unknown-value",
                    name + " is one of " + String.join(", ", known) + ".",
                    name + " es uno de " + String.join(", ", known) + ".");
        }
        return value;
    }

    private static Cursor cursor(Invoice last) {
        return new Cursor(last.issuedAt(), last.id().value());
    }

    private Reply csv(@Nullable TeamId owner, String kind, Cursor first, String language) {
        List<List<Object>> rows = new ArrayList<>();
        Cursor after = first;
        while (rows.size() < CSV_ROWS) {
            List<Invoice> page = page(owner, kind, after, PAGE);
            for (Invoice invoice : page) {
                InvoiceItem item = InvoiceViews.item(invoice, language);
                InvoiceId corrects = item.corrects();
                rows.add(
                        List.of(
                                item.id(),
                                item.kind().id(),
                                item.reference(),
                                item.issuedAt(),
                                item.buyer(),
                                invoice.document().buyer().taxId(),
                                item.asset(),
                                item.netMinor(),
                                item.taxMinor(),
                                item.totalMinor(),
                                corrects == null ? "" : corrects));
            }
            if (page.size() < PAGE) {
                break;
            }
            after = cursor(page.getLast());
        }
        return Csv.reply(
                List.of(
                        "id",
                        "kind",
                        "reference",
                        "issued_at",
                        "buyer",
                        "buyer_tax_id",
                        "asset",
                        "net_minor",
                        "tax_minor",
                        "total_minor",
                        "corrects"),
                rows);
    }

    private Reply detail(Exchange exchange, @Nullable TeamId owner) {
        Invoice invoice = find(exchange, owner);
        return Reply.ok(
                InvoiceViews.detail(
                        invoice,
                        invoices.fiscal(invoice.id()),
                        invoices.corrections(invoice.id()),
                        exchange.language()));
    }

    private Reply html(Exchange exchange, @Nullable TeamId owner) {
        Invoice invoice = find(exchange, owner);
        String page =
                InvoicePage.of(invoice.document(), language(exchange), fiscalReference(invoice));
        return Reply.text(HTML, page)
                .with("Content-Security-Policy", InvoicePage.contentSecurityPolicy());
    }

    private Reply pdf(Exchange exchange, @Nullable TeamId owner) {
        Invoice invoice = find(exchange, owner);
        String name = invoice.kind().id() + "-" + invoice.reference() + ".pdf";
        return Reply.bytes(
                        PDF,
                        InvoicePdf.of(
                                invoice.document(), language(exchange), fiscalReference(invoice)))
                .with("Content-Disposition", "attachment; filename=\"" + name + "\"");
    }

    private String fiscalReference(Invoice invoice) {
        return invoices.fiscal(invoice.id()).map(FiscalRecord::reference).orElse("");
    }

    private static String language(Exchange exchange) {
        String chosen = oneOf(exchange, "lang", List.of("es", "en"));
        return chosen.isEmpty() ? exchange.language() : chosen;
    }

    private Reply explain(Exchange exchange, @Nullable TeamId owner) {
        String n = exchange.path("n");
        int line = n.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(n) : 0;
        return Reply.ok(
                InvoiceViews.explanation(
                        invoices.explain(find(exchange, owner), line), exchange.language()));
    }

    private Reply resend(Exchange exchange, @Nullable TeamId owner) {
        Invoice invoice = find(exchange, owner);
        invoices.resend(exchange, invoice);
        return Reply.accepted(InvoiceViews.item(invoice, exchange.language()));
    }

    private Reply credit(Exchange exchange) {
        CreditBody body = exchange.body(CreditBody.class);
        InvoiceForms forms = new InvoiceForms();
        String reason = forms.text("/reason", body.reason(), 3, 200, false);
        Long amount = body.amountMinor();
        if (amount != null && amount <= 0) {
            forms.problem(
                    "/amount_minor",
                    "out-of-range",
                    "The amount must be above zero.",
                    "El monto debe ser mayor que cero.");
        }
        forms.done();
        Invoice correction =
                invoices.credit(exchange, InvoiceId.parse(exchange.path("id")), amount, reason);
        return Reply.created(
                InvoiceViews.detail(correction, Optional.empty(), List.of(), exchange.language()));
    }

    private static Reply profile(@Nullable Party party) {
        return Reply.ok(
                new ProfilePage(
                        party == null ? new Party("", TaxIdKind.NONE, "", "", "", "") : party,
                        party != null));
    }
}
