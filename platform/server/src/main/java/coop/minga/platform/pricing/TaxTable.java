package coop.minga.platform.pricing;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * The tax rates an installation knows.
 *
 * @param rates no two apply to the same country, category and day
 */
public record TaxTable(List<TaxRate> rates) {

    public TaxTable {
        rates = List.copyOf(rates);
        for (int i = 0; i < rates.size(); i++) {
            for (TaxRate other : rates.subList(i + 1, rates.size())) {
                if (rates.get(i).overlaps(other)) {
                    throw new IllegalArgumentException(
                            "Two rates apply at once: " + rates.get(i) + " and " + other);
                }
            }
        }
    }

    /** The rate of a day; empty when nobody said, which is not the same as zero. */
    public Optional<TaxRate> find(String country, String category, LocalDate day) {
        return rates.stream()
                .filter(rate -> rate.country().equals(country))
                .filter(rate -> rate.category().equals(category))
                .filter(rate -> rate.appliesOn(day))
                .findFirst();
    }
}
