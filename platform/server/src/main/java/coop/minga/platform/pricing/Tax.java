package coop.minga.platform.pricing;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Taxes the lines of one document. Tax is computed once per rate, on the sum of its lines, as tax
 * offices do, and then handed down to the lines so that they sum to it exactly.
 */
public final class Tax {

    private Tax() {}

    /** Whether an amount has its tax in it already. */
    public enum Prices {
        INCLUSIVE,
        EXCLUSIVE
    }

    /**
     * What is to be taxed.
     *
     * @param amount with or without its tax, as {@link Prices} says
     * @param rate what is on top of the net amount
     */
    public record Item(Money amount, Percent rate) {}

    /**
     * An amount taken apart.
     *
     * @param net without tax
     * @param tax of the same sign, or zero
     */
    public record Taxed(Money net, Money tax) {

        public Money gross() {
            return net.plus(tax);
        }

        private Taxed plus(Taxed other) {
            return new Taxed(net.plus(other.net), tax.plus(other.tax));
        }
    }

    /**
     * A document's tax.
     *
     * @param lines one per item, in the same order
     * @param byRate the sums of each rate's lines, in the order the rates first come
     * @param total the sum of all
     */
    public record Result(List<Taxed> lines, Map<Percent, Taxed> byRate, Taxed total) {}

    /**
     * Taxes items that are all of one sign and one asset.
     *
     * @param asset of the sums, should there be no items
     */
    public static Result of(Asset asset, List<Item> items, Prices prices) {
        Taxed[] lines = new Taxed[items.size()];
        Map<Percent, Taxed> byRate = new LinkedHashMap<>();
        Taxed total = new Taxed(Money.zero(asset), Money.zero(asset));
        for (Percent rate : items.stream().map(Item::rate).distinct().toList()) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < lines.length; i++) {
                if (items.get(i).rate().equals(rate)) {
                    places.add(i);
                }
            }
            List<Money> amounts = places.stream().map(i -> items.get(i).amount()).toList();
            Taxed sum = tax(amounts.stream().reduce(Money.zero(asset), Money::plus), rate, prices);
            List<Money> taxes = handDown(sum.tax(), amounts);
            for (int i = 0; i < amounts.size(); i++) {
                Money amount = amounts.get(i);
                Money tax = taxes.get(i);
                lines[places.get(i)] =
                        switch (prices) {
                            case EXCLUSIVE -> new Taxed(amount, tax);
                            case INCLUSIVE -> new Taxed(amount.minus(tax), tax);
                        };
            }
            byRate.put(rate, sum);
            total = total.plus(sum);
        }
        return new Result(List.copyOf(Arrays.asList(lines)), byRate, total);
    }

    /**
     * A piece of a taxed line. However a line is given back, its pieces sum to it, net and tax, for
     * each is the difference of two shares of the whole.
     *
     * @param line with a gross amount above zero
     * @param before gross amount that went before
     * @param after the same with this piece; at most the line's gross amount
     */
    public static Taxed piece(Taxed line, Money before, Money after) {
        Money gross = line.gross();
        if (before.isNegative() || after.compareTo(before) < 0 || after.compareTo(gross) > 0) {
            throw new IllegalArgumentException(
                    before + " to " + after + " is no piece of " + gross);
        }
        Money tax = taxIn(line, after).minus(taxIn(line, before));
        return new Taxed(after.minus(before).minus(tax), tax);
    }

    private static Money taxIn(Taxed line, Money part) {
        long tax = Ratio.halfUp(line.tax().minor(), part.minor(), line.gross().minor());
        return new Money(tax, part.asset());
    }

    private static Taxed tax(Money amount, Percent rate, Prices prices) {
        return switch (prices) {
            case EXCLUSIVE -> new Taxed(amount, rate.of(amount));
            case INCLUSIVE -> {
                List<Money> parts = rate.takeOut(amount);
                yield new Taxed(parts.getFirst(), parts.getLast());
            }
        };
    }

    private static List<Money> handDown(Money tax, List<Money> amounts) {
        List<Long> weights = amounts.stream().map(amount -> Math.abs(amount.minor())).toList();
        boolean mixed =
                amounts.stream().anyMatch(Money::isNegative)
                        && amounts.stream().anyMatch(Money::isPositive);
        if (mixed) {
            throw new IllegalArgumentException("Charges and credits are not taxed together");
        }
        if (weights.stream().allMatch(weight -> weight == 0)) {
            return amounts;
        }
        return tax.split(weights);
    }
}
