package coop.minga.platform.invoices;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything on a document, as it is kept for ever: plain texts and numbers that need nothing else
 * to be read. Amounts are minor units of the asset and above zero on corrections, too.
 *
 * @param format of this record, 1
 * @param reference the number people see
 * @param zone whose calendar dates the document
 * @param taxes one per rate; none on receipts
 * @param corrects what a correction takes back some of
 * @param exchange what the total is worth in the asset the seller reports in
 * @param note what the law wants said, by language
 */
public record Document(
        int format,
        DocumentKind kind,
        String reference,
        Instant issuedAt,
        String zone,
        Party seller,
        Party buyer,
        String asset,
        int scale,
        List<Line> lines,
        List<TaxSum> taxes,
        long netMinor,
        long taxMinor,
        long totalMinor,
        @Nullable Corrected corrects,
        @Nullable Exchange exchange,
        Map<String, String> note) {

    /**
     * One line.
     *
     * @param n from 1; on a correction the line it corrects
     * @param description by language
     * @param component the price's code
     * @param quantity how many of the unit, as a decimal number
     * @param unit {@code hour}, {@code 24h}
     * @param unitPriceMinor of one unit, as promised, with its tax in it
     * @param taxPercent of the net amount; empty on receipts
     */
    public record Line(
            int n,
            Map<String, String> description,
            String component,
            String subscription,
            String instance,
            Instant from,
            Instant to,
            String quantity,
            String unit,
            long unitPriceMinor,
            String taxPercent,
            long netMinor,
            long taxMinor,
            long totalMinor) {}

    /**
     * The tax at one rate.
     *
     * @param label as the law calls it, by language
     * @param netMinor what it is on
     */
    public record TaxSum(String percent, Map<String, String> label, long netMinor, long taxMinor) {}

    /** The document that is corrected. */
    public record Corrected(InvoiceId id, String reference, Instant issuedAt, String reason) {}

    /** What the total is worth elsewhere, and who said so. */
    public record Exchange(
            String asset, int scale, long totalMinor, String rate, String source, Instant at) {}

    public Document {
        lines = List.copyOf(lines);
        taxes = List.copyOf(taxes);
    }

    Money money(long minor) {
        return new Money(minor, new Asset(asset, scale));
    }

    Money total() {
        return money(totalMinor);
    }

    Document numbered(String number, Instant at) {
        return new Document(
                format,
                kind,
                number,
                at,
                zone,
                seller,
                buyer,
                asset,
                scale,
                lines,
                taxes,
                netMinor,
                taxMinor,
                totalMinor,
                corrects,
                exchange,
                note);
    }
}
