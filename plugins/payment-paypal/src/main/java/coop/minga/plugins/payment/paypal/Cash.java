package coop.minga.plugins.payment.paypal;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.payment.AmountRange;

import java.math.BigDecimal;
import java.util.List;
import java.util.Set;

/** Money the way PayPal writes it: a currency code and a decimal number in a string. */
final class Cash {

    /** PayPal takes these without decimals, whatever their standard says. */
    private static final Set<String> WHOLE = Set.of("JPY", "HUF", "TWD");

    /**
     * Those whose decimals are the same at PayPal and in ISO 4217, so that no amount exists on one
     * side only.
     */
    private static final Set<String> TAKEN =
            Set.of(
                    "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "JPY",
                    "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "USD");

    /** Ten thousand units, or a million yen: what PayPal lets most accounts take at once. */
    private static final long MOST = 1_000_000;

    private Cash() {}

    static boolean isTaken(String currency) {
        return TAKEN.contains(currency);
    }

    /** What is taken at least covers PayPal's own fixed fee. */
    static List<AmountRange> ranges(List<String> currencies) {
        return currencies.stream()
                .filter(Cash::isTaken)
                .map(Cash::asset)
                .map(asset -> AmountRange.of(asset, 100, MOST))
                .toList();
    }

    static Asset asset(String currency) {
        return new Asset(currency, WHOLE.contains(currency) ? 0 : 2);
    }

    static String written(Money money) {
        return BigDecimal.valueOf(money.minor(), money.asset().scale()).toPlainString();
    }

    /**
     * @throws IllegalArgumentException when it is no amount
     */
    static Money read(String currency, String value) {
        Asset asset = asset(currency);
        try {
            return Money.of(
                    new BigDecimal(value).movePointRight(asset.scale()).longValueExact(), asset);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("No amount of " + asset.code(), e);
        }
    }
}
