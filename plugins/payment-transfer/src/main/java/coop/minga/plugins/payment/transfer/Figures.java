package coop.minga.plugins.payment.transfer;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Amounts as banks write them. Whether a lone point or comma is for thousands or for decimals
 * cannot always be told: what is not certain is not read.
 */
final class Figures {

    private Figures() {}

    static Optional<Money> read(String written, Asset asset) {
        String figure = written.replaceAll("[^0-9.,+-]", "");
        boolean negative = figure.startsWith("-") || figure.endsWith("-");
        figure = figure.replaceAll("[+-]", "");
        if (figure.isEmpty() || figure.length() > 25 || !written.matches(".*[0-9].*")) {
            return Optional.empty();
        }
        Optional<String> plain = plain(figure, asset.scale());
        if (plain.isEmpty()) {
            return Optional.empty();
        }
        try {
            long minor = new BigDecimal(plain.get()).movePointRight(asset.scale()).longValueExact();
            return Optional.of(Money.of(negative ? -minor : minor, asset));
        } catch (ArithmeticException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> plain(String figure, int scale) {
        int point = figure.lastIndexOf('.');
        int comma = figure.lastIndexOf(',');
        if (point < 0 && comma < 0) {
            return Optional.of(figure);
        }
        char last = point > comma ? '.' : ',';
        char other = last == '.' ? ',' : '.';
        int digitsAfter = figure.length() - 1 - Math.max(point, comma);
        boolean both = point >= 0 && comma >= 0;
        boolean once = figure.indexOf(last) == figure.lastIndexOf(last);
        if (both) {
            return once && grouped(figure.substring(0, figure.lastIndexOf(last)), other)
                    ? Optional.of(figure.replace("" + other, "").replace(last, '.'))
                    : Optional.empty();
        }
        if (!once) {
            return grouped(figure, last)
                    ? Optional.of(figure.replace("" + last, ""))
                    : Optional.empty();
        }
        if (digitsAfter == 3 && scale != 3) {
            return scale == 0 ? Optional.of(figure.replace("" + last, "")) : Optional.empty();
        }
        return digitsAfter <= scale && digitsAfter > 0
                ? Optional.of(figure.replace(last, '.'))
                : Optional.empty();
    }

    private static boolean grouped(String figure, char separator) {
        return figure.matches("[0-9]{1,3}(\\Q" + separator + "\\E[0-9]{3})*");
    }
}
