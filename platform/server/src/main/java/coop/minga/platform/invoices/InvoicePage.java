package coop.minga.platform.invoices;

import coop.minga.plugin.api.Asset;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A document as one page of HTML that needs nothing else: to be read, printed and kept. */
final class InvoicePage {

    private static final String STYLE =
            """
            body{font:16px/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:0}
            main{max-width:52rem;margin:2rem auto;padding:0 1rem}
            .parties{display:flex;flex-wrap:wrap;gap:2rem}
            .parties section{flex:1 1 16rem}
            h1{font-size:1.6rem;margin:0}h2{font-size:1rem;margin:1rem 0 0}
            table{width:100%;border-collapse:collapse;margin-top:1.5rem}
            th,td{text-align:left;vertical-align:top;padding:.4rem .3rem;border-bottom:1px solid #999}
            .number{text-align:right;white-space:nowrap}small{color:#444}
            dl{display:grid;grid-template-columns:1fr auto;gap:.3rem 1rem;margin:1rem 0}
            dt{text-align:right}dd{margin:0;text-align:right}
            """;

    private final Document document;
    private final Words words;
    private final String fiscal;
    private final StringBuilder out = new StringBuilder();

    private InvoicePage(Document document, Words words, String fiscal) {
        this.document = document;
        this.words = words;
        this.fiscal = fiscal;
    }

    /**
     * @param fiscal its number at the tax authority; empty without one
     */
    static String of(Document document, String language, String fiscal) {
        return new InvoicePage(document, new Words(document, language), fiscal).write();
    }

    private String write() {
        String title = words.of(document.kind().title().byLanguage()) + " " + document.reference();
        out.append("<!doctype html>\n<html lang=\"").append(words.language()).append("\">\n<head>");
        out.append("<meta charset=\"utf-8\">");
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        element("title", title);
        out.append("<style>").append(STYLE).append("</style></head>\n<body>\n<main>\n");
        element("h1", title);
        element("p", words.date(document.issuedAt()));
        Document.Corrected corrects = document.corrects();
        if (corrects != null) {
            element("p", corrected(words, corrects));
        }
        if (!fiscal.isEmpty()) {
            element("p", fiscal(words, fiscal));
        }
        out.append("<div class=\"parties\">\n");
        party(words.say("Seller", "Vendedor"), document.seller());
        party(words.say("Buyer", "Comprador"), document.buyer());
        out.append("</div>\n");
        lines();
        sums();
        String note = words.of(document.note());
        if (!note.isEmpty()) {
            element("p", note);
        }
        out.append("</main>\n</body>\n</html>\n");
        return out.toString();
    }

    private void party(String role, Party party) {
        out.append("<section>");
        element("h2", role);
        out.append("<p>");
        out.append(
                String.join("<br>", lines(words, party).stream().map(InvoicePage::safe).toList()));
        out.append("</p></section>\n");
    }

    /** Somebody in lines, as on paper. */
    static List<String> lines(Words words, Party party) {
        List<String> lines = new ArrayList<>();
        lines.add(party.name());
        String kind = words.of(party.taxIdKind().title().byLanguage());
        if (!party.taxId().isEmpty()) {
            lines.add(kind + " " + party.taxId());
        }
        party.address().lines().filter(line -> !line.isBlank()).forEach(lines::add);
        lines.add(party.country());
        if (!party.email().isEmpty()) {
            lines.add(party.email());
        }
        return lines;
    }

    static String fiscal(Words words, String reference) {
        return words.say("Fiscal reference: ", "Clave de acceso: ") + reference;
    }

    static String corrected(Words words, Document.Corrected corrects) {
        String reason = corrects.reason().isEmpty() ? "" : ": " + corrects.reason();
        return words.say("Corrects ", "Corrige ")
                + corrects.reference()
                + words.say(" of ", " del ")
                + words.date(corrects.issuedAt())
                + reason;
    }

    private void lines() {
        boolean taxed = !document.taxes().isEmpty();
        out.append("<table><thead><tr>");
        head(words.say("Description", "Descripción"), false);
        head(words.say("Quantity", "Cantidad"), true);
        head(words.say("Price", "Precio"), true);
        if (taxed) {
            head(words.say("Net", "Neto"), true);
            head(words.say("Tax", "Impuesto"), true);
        }
        head(words.say("Amount", "Importe"), true);
        out.append("</tr></thead>\n<tbody>\n");
        for (Document.Line line : document.lines()) {
            out.append("<tr><td>").append(safe(words.of(line.description())));
            out.append("<br><small>").append(safe(words.period(line))).append("</small></td>");
            cell(words.quantity(line));
            cell(line.quantity().isEmpty() ? "" : words.amount(line.unitPriceMinor()));
            if (taxed) {
                cell(words.amount(line.netMinor()));
                cell(words.percent(line.taxPercent()));
            }
            cell(words.amount(line.totalMinor()));
            out.append("</tr>\n");
        }
        out.append("</tbody></table>\n");
    }

    private void sums() {
        out.append("<dl>");
        for (Sum sum : sums(document, words)) {
            element("dt", sum.label());
            element("dd", sum.amount());
        }
        out.append("</dl>\n");
    }

    /** A line below the table. */
    record Sum(String label, String amount) {}

    static List<Sum> sums(Document document, Words words) {
        List<Sum> sums = new ArrayList<>();
        if (!document.taxes().isEmpty()) {
            sums.add(new Sum(words.say("Net", "Neto"), words.amount(document.netMinor())));
            for (Document.TaxSum tax : document.taxes()) {
                sums.add(new Sum(words.of(tax.label()), words.amount(tax.taxMinor())));
            }
        }
        sums.add(new Sum("Total", words.amount(document.totalMinor())));
        Document.Exchange exchange = document.exchange();
        if (exchange != null) {
            sums.add(
                    new Sum(
                            words.say("At ", "A ")
                                    + exchange.rate()
                                    + " ("
                                    + exchange.source()
                                    + ", "
                                    + words.date(exchange.at())
                                    + ")",
                            words.amount(
                                    exchange.totalMinor(),
                                    new Asset(exchange.asset(), exchange.scale()))));
        }
        return sums;
    }

    private void head(String text, boolean number) {
        out.append(number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
        out.append(safe(text)).append("</th>");
    }

    private void cell(String text) {
        out.append("<td class=\"number\">").append(safe(text)).append("</td>");
    }

    private void element(String name, String text) {
        out.append('<').append(name).append('>').append(safe(text));
        out.append("</").append(name).append(">\n");
    }

    private static String safe(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Lets the page's own style through, and nothing else. */
    static String contentSecurityPolicy() {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(STYLE.getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'sha256-"
                    + Base64.getEncoder().encodeToString(hash)
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
