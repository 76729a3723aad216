package coop.minga.platform.pricing;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;

/**
 * What one unit of an asset is worth in another, as somebody said at a moment.
 *
 * @param from what is given
 * @param to what is got
 * @param rate units of {@code to} for one unit of {@code from}; above zero
 * @param source who said so
 * @param at when
 */
public record ExchangeRate(Asset from, Asset to, BigDecimal rate, String source, Instant at) {

    public ExchangeRate {
        if (rate.signum() <= 0) {
            throw new IllegalArgumentException("A rate is above zero, not " + rate);
        }
        if (from.equals(to)) {
            throw new IllegalArgumentException("Nothing is exchanged for itself");
        }
    }

    /**
     * An amount in the other asset, rounded half up, away from zero below it.
     *
     * @throws ArithmeticException beyond 10^15 minor units
     */
    public Money convert(Money amount) {
        if (!amount.asset().equals(from)) {
            throw new IllegalArgumentException("The rate is for " + from + ", not " + amount);
        }
        long minor =
                BigDecimal.valueOf(amount.minor())
                        .multiply(rate)
                        .scaleByPowerOfTen(to.scale() - from.scale())
                        .setScale(0, RoundingMode.HALF_UP)
                        .longValueExact();
        return new Money(minor, to);
    }

    /** Parts of one amount: what they become sums to what the whole becomes. */
    public List<Money> convertParts(List<Money> parts) {
        Money whole = convert(parts.stream().reduce(Money.zero(from), Money::plus));
        if (parts.stream().allMatch(Money::isZero)) {
            return parts.stream().map(part -> Money.zero(to)).toList();
        }
        if (parts.stream().anyMatch(Money::isNegative)) {
            throw new IllegalArgumentException("Parts are not below zero");
        }
        return whole.split(parts.stream().map(Money::minor).toList());
    }
}
