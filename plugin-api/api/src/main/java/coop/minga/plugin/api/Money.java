package coop.minga.plugin.api;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An exact amount of an asset. Arithmetic never rounds and never overflows silently.
 *
 * @param minor the amount in the asset's smallest unit (cents), at most 10^15 either way
 * @param asset what is counted
 */
public record Money(long minor, Asset asset) implements Comparable<Money> {

    /** The largest amount handled, in minor units. */
    public static final long MAX_MINOR = 1_000_000_000_000_000L;

    public Money {
        if (minor > MAX_MINOR || minor < -MAX_MINOR) {
            throw new ArithmeticException(
                    "Amount " + minor + " " + asset.code() + " is beyond 10^15 minor units");
        }
    }

    public static Money of(long minor, Asset asset) {
        return new Money(minor, asset);
    }

    public static Money zero(Asset asset) {
        return new Money(0, asset);
    }

    public Money plus(Money other) {
        return new Money(Math.addExact(minor, same(other).minor), asset);
    }

    public Money minus(Money other) {
        return new Money(Math.subtractExact(minor, same(other).minor), asset);
    }

    public Money times(long factor) {
        return new Money(Math.multiplyExact(minor, factor), asset);
    }

    public Money negated() {
        return new Money(Math.negateExact(minor), asset);
    }

    public boolean isZero() {
        return minor == 0;
    }

    public boolean isPositive() {
        return minor > 0;
    }

    public boolean isNegative() {
        return minor < 0;
    }

    public Money min(Money other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /**
     * Divides this amount by weights so that the parts sum to the whole: each part is rounded
     * towards zero, and what is left goes one unit each to the largest remainders (the earlier part
     * where they are equal).
     *
     * @param weights at least one, none negative, not all zero
     * @return one part per weight, in the same order
     */
    public List<Money> split(List<Long> weights) {
        long[] weight = weights.stream().mapToLong(Long::longValue).toArray();
        long total = 0;
        for (long w : weight) {
            if (w < 0) {
                throw new IllegalArgumentException("Weights must not be negative");
            }
            total = Math.addExact(total, w);
        }
        if (total == 0) {
            throw new IllegalArgumentException("At least one weight must be above zero");
        }
        BigDecimal whole = BigDecimal.valueOf(Math.abs(minor));
        BigDecimal divisor = BigDecimal.valueOf(total);
        long[] part = new long[weight.length];
        BigDecimal[] remainder = new BigDecimal[weight.length];
        long assigned = 0;
        for (int i = 0; i < weight.length; i++) {
            BigDecimal[] quotient =
                    whole.multiply(BigDecimal.valueOf(weight[i])).divideAndRemainder(divisor);
            part[i] = quotient[0].longValueExact();
            remainder[i] = quotient[1];
            assigned = Math.addExact(assigned, part[i]);
        }
        long left = Math.abs(minor) - assigned;
        List<Integer> byRemainder =
                IntStream.range(0, weight.length)
                        .boxed()
                        .sorted(
                                Comparator.<Integer, BigDecimal>comparing(i -> remainder[i])
                                        .reversed())
                        .toList();
        for (int i = 0; i < left; i++) {
            part[byRemainder.get(i)]++;
        }
        long sign = minor < 0 ? -1 : 1;
        return Arrays.stream(part).mapToObj(p -> new Money(sign * p, asset)).toList();
    }

    @Override
    public int compareTo(Money other) {
        return Long.compare(minor, same(other).minor);
    }

    private Money same(Money other) {
        if (!asset.equals(other.asset)) {
            throw new IllegalArgumentException(
                    "Cannot mix "
                            + asset.code()
                            + " and "
                            + other.asset.code()
                            + " in one calculation");
        }
        return other;
    }

    /** For logs and tests, for example {@code 3.14 USD}; screens format by locale. */
    @Override
    public String toString() {
        return BigDecimal.valueOf(minor, asset.scale()).toPlainString() + " " + asset.code();
    }
}
