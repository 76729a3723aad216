package coop.minga.platform.pricing;

import java.math.BigInteger;

/** Fractions of amounts without fractions of numbers. */
final class Ratio {

    private Ratio() {}

    /**
     * Amount times numerator over denominator, rounded half up.
     *
     * @param amount not negative
     * @param numerator not negative
     * @param denominator above zero
     * @throws ArithmeticException when the result does not fit
     */
    static long halfUp(long amount, long numerator, long denominator) {
        if (amount < 0 || numerator < 0) {
            throw new IllegalArgumentException("Amounts and times are not negative");
        }
        if (denominator <= 0) {
            throw new IllegalArgumentException("Nothing can be divided by " + denominator);
        }
        // Doubled to round half up without fractions: floor((2an + d) / 2d).
        BigInteger divisor = BigInteger.valueOf(denominator);
        return BigInteger.valueOf(amount)
                .multiply(BigInteger.valueOf(numerator))
                .multiply(BigInteger.TWO)
                .add(divisor)
                .divide(divisor.multiply(BigInteger.TWO))
                .longValueExact();
    }
}
