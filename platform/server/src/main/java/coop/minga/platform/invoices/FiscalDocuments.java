package coop.minga.platform.invoices;

import coop.minga.plugin.api.fiscal.FiscalDocument;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** Says an issued document in the words of the plugin API. */
final class FiscalDocuments {

    private FiscalDocuments() {}

    static FiscalDocument of(Invoice invoice, String series) {
        Document document = invoice.document();
        Words words = new Words(document, "es");
        Document.Corrected corrects = document.corrects();
        return new FiscalDocument(
                corrects == null ? FiscalDocument.Kind.INVOICE : FiscalDocument.Kind.CREDIT_NOTE,
                series,
                invoice.number(),
                invoice.reference(),
                day(document, document.issuedAt()),
                party(document.seller()),
                party(document.buyer()),
                document.lines().stream().map(line -> line(document, line, words)).toList(),
                document.taxes().stream()
                        .map(tax ->
                                new FiscalDocument.Tax(
                                        new BigDecimal(tax.percent()),
                                        document.money(tax.netMinor()),
                                        document.money(tax.taxMinor())))
                        .toList(),
                document.money(document.netMinor()),
                document.money(document.taxMinor()),
                document.total(),
                corrects == null
                        ? null
                        : new FiscalDocument.Corrected(
                                corrects.reference(),
                                day(document, corrects.issuedAt()),
                                corrects.reason()));
    }

    private static FiscalDocument.Line line(Document document, Document.Line line, Words words) {
        return new FiscalDocument.Line(
                words.of(line.description()),
                line.quantity().isEmpty() ? BigDecimal.ONE : new BigDecimal(line.quantity()),
                new BigDecimal(line.taxPercent()),
                document.money(line.netMinor()),
                document.money(line.taxMinor()));
    }

    private static FiscalDocument.Party party(Party party) {
        return new FiscalDocument.Party(
                party.name(),
                party.taxIdKind().id(),
                party.taxId(),
                party.address(),
                party.country(),
                party.email());
    }

    private static LocalDate day(Document document, Instant at) {
        return at.atZone(ZoneId.of(document.zone())).toLocalDate();
    }
}
