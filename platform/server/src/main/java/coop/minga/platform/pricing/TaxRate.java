package coop.minga.platform.pricing;

import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.time.LocalDate;

/**
 * What a country takes of a category of things for a time.
 *
 * @param country ISO 3166-1 alpha-2 of whoever sells
 * @param category for example {@code standard}; the product says which it is
 * @param percent on top of the net amount
 * @param from the first day
 * @param until the first day it no longer applies; null for open
 * @param label as the law calls it, for example {@code IVA 15 %}
 */
public record TaxRate(
        String country,
        String category,
        Percent percent,
        LocalDate from,
        @Nullable LocalDate until,
        Text label) {

    public TaxRate {
        if (!country.matches("[A-Z]{2}")) {
            throw new IllegalArgumentException("A country has two letters, not " + country);
        }
        if (!category.matches("[a-z][a-z0-9-]{0,39}")) {
            throw new IllegalArgumentException("No category can be called " + category);
        }
        if (until != null && !from.isBefore(until)) {
            throw new IllegalArgumentException("A rate lasts at least one day");
        }
    }

    boolean appliesOn(LocalDate day) {
        LocalDate end = until;
        return !day.isBefore(from) && (end == null || day.isBefore(end));
    }

    boolean overlaps(TaxRate other) {
        LocalDate end = until;
        LocalDate otherEnd = other.until;
        return country.equals(other.country)
                && category.equals(other.category)
                && (end == null || other.from.isBefore(end))
                && (otherEnd == null || from.isBefore(otherEnd));
    }
}
