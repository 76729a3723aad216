package coop.minga.platform.invoices;

import coop.minga.platform.pricing.Percent;
import coop.minga.platform.pricing.TaxRate;
import coop.minga.platform.pricing.TaxTable;
import coop.minga.plugin.api.Text;

import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;

/**
 * How a document is taxed.
 *
 * @param percent of the net amount
 * @param label as the law calls it
 * @param note what has to be said about it, by language; may be empty
 */
record TaxChoice(Percent percent, Text label, Map<String, String> note) {

    private static final Text EXPORT =
            Text.of("Export of services, 0 %", "Exportación de servicios, 0 %");

    private static final Text REVERSE =
            Text.of("Reverse charge, 0 %", "Inversión del sujeto pasivo, 0 %");

    private static final Text REVERSE_NOTE =
            Text.of(
                    "Reverse charge: the buyer owes the tax in their country.",
                    "Inversión del sujeto pasivo: el impuesto lo debe el comprador en su país.");

    /**
     * @return empty when nobody said which rate applies
     */
    static Optional<TaxChoice> of(Seller seller, Party buyer, TaxTable table, LocalDate day) {
        if (!buyer.country().equals(seller.party().country())) {
            switch (seller.foreignBuyers()) {
                case TAXED -> {}
                case ZERO -> {
                    return Optional.of(new TaxChoice(Percent.ZERO, EXPORT, Map.of()));
                }
                case REVERSE_CHARGE -> {
                    if (buyer.taxIdKind() != TaxIdKind.NONE) {
                        return Optional.of(
                                new TaxChoice(Percent.ZERO, REVERSE, REVERSE_NOTE.byLanguage()));
                    }
                }
            }
        }
        return table.find(seller.party().country(), seller.taxCategory(), day).map(TaxChoice::of);
    }

    private static TaxChoice of(TaxRate rate) {
        return new TaxChoice(rate.percent(), rate.label(), Map.of());
    }
}
