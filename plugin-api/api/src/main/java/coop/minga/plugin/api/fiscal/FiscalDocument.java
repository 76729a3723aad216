package coop.minga.plugin.api.fiscal;

import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;

/**
 * A numbered document. Made by the host; may grow. All amounts are of one asset and above zero, on
 * credit notes too.
 *
 * @param series the prefix of the number, as the operator set it, for example {@code 001-002-}
 * @param number without gaps within kind and series, from 1
 * @param reference series and number as people see them
 * @param issued the day, in the seller's calendar
 * @param corrected what a credit note takes back some of; null on invoices
 */
public record FiscalDocument(
        Kind kind,
        String series,
        long number,
        String reference,
        LocalDate issued,
        Party seller,
        Party buyer,
        List<Line> lines,
        List<Tax> taxes,
        Money net,
        Money tax,
        Money total,
        @Nullable Corrected corrected) {

    /** What a document is. */
    public enum Kind {
        INVOICE,
        CREDIT_NOTE
    }

    /**
     * Somebody on a document.
     *
     * @param taxIdKind {@code none} for a final consumer, {@code ruc}, {@code cedula}, {@code
     *     passport}, {@code foreign}
     * @param taxId empty for a final consumer
     * @param address may be empty
     * @param country ISO 3166-1 alpha-2
     * @param email may be empty
     */
    public record Party(
            String name,
            String taxIdKind,
            String taxId,
            String address,
            String country,
            String email) {

        @Override
        public String toString() {
            return "Party[taxIdKind=" + taxIdKind + ", country=" + country + "]";
        }
    }

    /**
     * One line.
     *
     * @param quantity above zero; 1 on credit notes
     * @param percent the tax on its net amount
     */
    public record Line(
            String description, BigDecimal quantity, BigDecimal percent, Money net, Money tax) {}

    /** The tax at one rate, and what it is on. */
    public record Tax(BigDecimal percent, Money net, Money tax) {}

    /** The invoice a credit note is about. */
    public record Corrected(String reference, LocalDate issued, String reason) {}

    public FiscalDocument {
        lines = List.copyOf(lines);
        taxes = List.copyOf(taxes);
    }
}
