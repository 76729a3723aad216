package coop.minga.platform.invoices;

import java.util.List;

/** A document on A4. The same document gives the same bytes, whenever and wherever it is made. */
final class InvoicePdf {

    private static final int BODY = 9;
    private static final int SMALL = 8;
    private static final int TITLE = 18;

    /** Where columns of numbers end, in points from the left. */
    private static final int QUANTITY = 330;

    private static final int PRICE = 400;
    private static final int TAX = 450;
    private static final int AMOUNT = 545;

    private static final int LEFT = 50;
    private static final int MIDDLE = 310;

    private final Document document;
    private final Words words;
    private final PdfSheet sheet;

    private InvoicePdf(Document document, Words words, PdfSheet sheet) {
        this.document = document;
        this.words = words;
        this.sheet = sheet;
    }

    /**
     * @param fiscal its number at the tax authority; empty without one
     */
    static byte[] of(Document document, String language, String fiscal) {
        Words words = new Words(document, language);
        String title = words.of(document.kind().title().byLanguage()) + " " + document.reference();
        try (PdfSheet sheet =
                new PdfSheet(
                        title,
                        document.seller().name(),
                        words.language(),
                        document.issuedAt(),
                        words.say("Page", "Página"))) {
            new InvoicePdf(document, words, sheet).write(title, fiscal);
            return sheet.bytes();
        }
    }

    private void write(String title, String fiscal) {
        sheet.text(LEFT, TITLE, title);
        sheet.down(TITLE + 6);
        sheet.text(LEFT, BODY, words.date(document.issuedAt()));
        sheet.down(BODY + 5);
        Document.Corrected corrects = document.corrects();
        if (corrects != null) {
            paragraph(InvoicePage.corrected(words, corrects));
        }
        if (!fiscal.isEmpty()) {
            paragraph(InvoicePage.fiscal(words, fiscal));
        }
        sheet.down(12);
        parties();
        sheet.down(14);
        heads();
        document.lines().forEach(this::line);
        sheet.down(6);
        for (InvoicePage.Sum sum : InvoicePage.sums(document, words)) {
            sheet.room(BODY + 6);
            sheet.right(TAX, BODY, sum.label());
            sheet.right(AMOUNT, BODY, sum.amount());
            sheet.down(BODY + 6);
        }
        String note = words.of(document.note());
        if (!note.isEmpty()) {
            sheet.down(10);
            paragraph(note);
        }
    }

    private void parties() {
        List<String> seller = InvoicePage.lines(words, document.seller());
        List<String> buyer = InvoicePage.lines(words, document.buyer());
        sheet.text(LEFT, SMALL, words.say("SELLER", "VENDEDOR"));
        sheet.text(MIDDLE, SMALL, words.say("BUYER", "COMPRADOR"));
        sheet.down(SMALL + 5);
        for (int i = 0; i < Math.max(seller.size(), buyer.size()); i++) {
            if (i < seller.size()) {
                sheet.text(LEFT, BODY, sheet.cut(seller.get(i), BODY, MIDDLE - LEFT - 15));
            }
            if (i < buyer.size()) {
                sheet.text(MIDDLE, BODY, sheet.cut(buyer.get(i), BODY, AMOUNT - MIDDLE));
            }
            sheet.down(BODY + 4);
        }
    }

    private void heads() {
        sheet.text(LEFT, SMALL, words.say("Description", "Descripción"));
        sheet.right(QUANTITY, SMALL, words.say("Quantity", "Cantidad"));
        sheet.right(PRICE, SMALL, words.say("Price", "Precio"));
        if (!document.taxes().isEmpty()) {
            sheet.right(TAX, SMALL, words.say("Tax", "Impuesto"));
        }
        sheet.right(AMOUNT, SMALL, words.say("Amount", "Importe"));
        sheet.down(5);
        sheet.rule(LEFT, AMOUNT);
        sheet.down(SMALL + 5);
    }

    private void line(Document.Line line) {
        sheet.room(2 * (BODY + 5));
        sheet.text(LEFT, BODY, sheet.cut(words.of(line.description()), BODY, QUANTITY - LEFT - 80));
        sheet.right(QUANTITY, BODY, words.quantity(line));
        if (!line.quantity().isEmpty()) {
            sheet.right(PRICE, BODY, words.amount(line.unitPriceMinor()));
        }
        sheet.right(TAX, BODY, words.percent(line.taxPercent()));
        sheet.right(AMOUNT, BODY, words.amount(line.totalMinor()));
        sheet.down(BODY + 3);
        sheet.text(LEFT, SMALL, words.period(line));
        sheet.down(SMALL + 7);
    }

    private void paragraph(String text) {
        for (String line : sheet.wrap(text, BODY, AMOUNT - LEFT)) {
            sheet.room(BODY + 4);
            sheet.text(LEFT, BODY, line);
            sheet.down(BODY + 4);
        }
    }
}
