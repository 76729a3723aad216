package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;

import java.util.List;

/**
 * Less to pay for who has paid ahead for longer.
 *
 * @param tiers ascending in months and percent
 */
public record RunwayDiscount(List<Tier> tiers) {

    private static final Percent HUNDRED = Percent.of(100);

    /** 0, 20, 30, 40 and 60 percent for 0, 3, 6, 12 and 36 months. */
    public static final RunwayDiscount STANDARD =
            new RunwayDiscount(
                    List.of(
                            new Tier(0, Percent.ZERO),
                            new Tier(3, Percent.of(20)),
                            new Tier(6, Percent.of(30)),
                            new Tier(12, Percent.of(40)),
                            new Tier(36, Percent.of(60))));

    /**
     * A step.
     *
     * @param months from how many on
     * @param percent off the list price
     */
    public record Tier(int months, Percent percent) {}

    public RunwayDiscount {
        tiers = List.copyOf(tiers);
        if (tiers.isEmpty() || tiers.getFirst().months() != 0) {
            throw new IllegalArgumentException("The first tier begins at 0 months");
        }
        for (int i = 1; i < tiers.size(); i++) {
            if (tiers.get(i).months() <= tiers.get(i - 1).months()) {
                throw new IllegalArgumentException("Tiers ascend");
            }
        }
        if (tiers.stream().anyMatch(t -> t.percent().value().compareTo(HUNDRED.value()) > 0)) {
            throw new IllegalArgumentException("Nobody is paid for buying");
        }
    }

    /**
     * The tier a balance reaches.
     *
     * @param balance what is paid ahead
     * @param monthly what everything costs in a month at list prices; where that is nothing, the
     *     first tier
     */
    public Tier reached(Money balance, Money monthly) {
        Tier reached = tiers.getFirst();
        if (!monthly.isPositive() || !balance.isPositive()) {
            return reached;
        }
        // Compared as money first: a month in coins says nothing about a balance in dollars.
        long months = monthly.compareTo(balance) > 0 ? 0 : balance.minor() / monthly.minor();
        for (Tier tier : tiers) {
            if (months >= tier.months()) {
                reached = tier;
            }
        }
        return reached;
    }

    /** A list price less a tier's percentage of it. */
    public static Money apply(Money listPrice, Tier tier) {
        return listPrice.minus(tier.percent().of(listPrice));
    }
}
