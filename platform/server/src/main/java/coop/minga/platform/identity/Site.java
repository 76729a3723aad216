package coop.minga.platform.identity;

import coop.minga.plugin.api.Asset;

import java.util.Currency;

/**
 * What the operator calls this installation and how it speaks and counts.
 *
 * @param name shown on every page
 * @param locale ISO 639-1, for visitors who ask for no language spoken here
 * @param currency ISO 4217, what money is counted in
 * @param region ISO 3166-1 alpha-2 in capitals, whose rules and formats hold
 */
public record Site(String name, String locale, String currency, String region) {

    /** Until somebody decides otherwise. */
    public static final Site INITIAL = new Site("Minga", "en", "USD", "EC");

    /** The currency with its decimal places. */
    public Asset money() {
        return new Asset(currency, Currency.getInstance(currency).getDefaultFractionDigits());
    }
}
