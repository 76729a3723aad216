package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * A share of a hundred, exact to four decimal places.
 *
 * @param value 0 to 1000, without trailing zeros
 */
public record Percent(BigDecimal value) {

    /** A hundred percent, counted in the smallest step of a percentage. */
    private static final long WHOLE = 1_000_000;

    private static final int SCALE = 4;
    private static final BigDecimal MOST = BigDecimal.valueOf(1_000);

    public static final Percent ZERO = new Percent(BigDecimal.ZERO);

    public Percent {
        if (value.signum() < 0 || value.compareTo(MOST) > 0) {
            throw new IllegalArgumentException("A percentage is 0 to 1000, not " + value);
        }
        value = value.setScale(SCALE, RoundingMode.UNNECESSARY).stripTrailingZeros();
    }

    public static Percent of(long whole) {
        return new Percent(BigDecimal.valueOf(whole));
    }

    /**
     * @param text for example {@code 15} or {@code 8.875}
     * @throws ArithmeticException with more than four decimal places
     */
    public static Percent of(String text) {
        return new Percent(new BigDecimal(text));
    }

    public boolean isZero() {
        return value.signum() == 0;
    }

    /** This share of an amount, rounded half up; of an amount below zero the same, negated. */
    public Money of(Money amount) {
        long share = Ratio.halfUp(Math.abs(amount.minor()), steps(), WHOLE);
        return new Money(amount.isNegative() ? -share : share, amount.asset());
    }

    /** The amount with this share put on top of it. */
    public Money onTopOf(Money amount) {
        return amount.plus(of(amount));
    }

    /**
     * Takes an amount that has this share on top of it apart: what it is on top of, and the share.
     */
    List<Money> takeOut(Money amount) {
        return amount.split(List.of(WHOLE, steps()));
    }

    private long steps() {
        return value.movePointRight(SCALE).longValueExact();
    }

    /** For example {@code 15} or {@code 8.875}. */
    @Override
    public String toString() {
        return value.toPlainString();
    }
}
