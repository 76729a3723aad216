package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.AmountRange;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How Stripe counts money: the decimal places of currencies, and its least amounts. */
final class Currencies {

    /** Stripe takes at most eight digits. */
    private static final long MOST = 99_999_999L;

    private static final Set<String> NO_DECIMALS =
            Set.of(
                    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND",
                    "VUV", "XAF", "XOF", "XPF");

    private static final Set<String> THREE_DECIMALS = Set.of("BHD", "JOD", "KWD", "OMR", "TND");

    /** What is offered, with the least amount in minor units. */
    private static final Map<String, Long> LEAST =
            Map.ofEntries(
                    Map.entry("AUD", 50L),
                    Map.entry("BHD", 200L),
                    Map.entry("BRL", 50L),
                    Map.entry("CAD", 50L),
                    Map.entry("CHF", 50L),
                    Map.entry("CLP", 500L),
                    Map.entry("COP", 200_000L),
                    Map.entry("CRC", 30_000L),
                    Map.entry("CZK", 1500L),
                    Map.entry("DKK", 250L),
                    Map.entry("DOP", 3000L),
                    Map.entry("EUR", 50L),
                    Map.entry("GBP", 30L),
                    Map.entry("GTQ", 500L),
                    Map.entry("JPY", 50L),
                    Map.entry("KWD", 200L),
                    Map.entry("MXN", 1000L),
                    Map.entry("NOK", 300L),
                    Map.entry("NZD", 50L),
                    Map.entry("PEN", 200L),
                    Map.entry("PLN", 200L),
                    Map.entry("PYG", 4000L),
                    Map.entry("SEK", 300L),
                    Map.entry("USD", 50L),
                    Map.entry("UYU", 2000L));

    private Currencies() {}

    /** The asset of a currency as Stripe spells it, for example {@code usd}. */
    static Asset asset(String currency) {
        String code = currency.toUpperCase(Locale.ROOT);
        int scale = NO_DECIMALS.contains(code) ? 0 : THREE_DECIMALS.contains(code) ? 3 : 2;
        return new Asset(code, scale);
    }

    static Money money(long minor, String currency) {
        return Money.of(minor, asset(currency));
    }

    static String code(Money money) {
        return money.asset().code().toLowerCase(Locale.ROOT);
    }

    /** What Stripe takes of a currency; empty for those this plugin does not offer. */
    static Optional<AmountRange> range(String code) {
        Long least = LEAST.get(code);
        return least == null
                ? Optional.empty()
                : Optional.of(AmountRange.of(asset(code), least, MOST));
    }

    /** Stripe wants the last of three decimals to be zero. */
    static boolean isRound(Money money) {
        return money.asset().scale() != 3 || money.minor() % 10 == 0;
    }
}
