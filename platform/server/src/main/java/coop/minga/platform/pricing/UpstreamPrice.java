package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;

import java.time.LocalDate;

/**
 * How a price follows what the thing costs where it is bought.
 *
 * @param margin on top of the upstream quote
 * @param floor never less than this
 */
public record UpstreamPrice(Percent margin, Money floor) {

    public UpstreamPrice {
        if (floor.isNegative()) {
            throw new IllegalArgumentException("A floor is not below zero");
        }
    }

    /**
     * What upstream asks.
     *
     * @param cost in the asset it is sold for
     * @param day when it was asked for: shown with the price
     */
    public record UpstreamQuote(Money cost, LocalDate day) {}

    /**
     * A price and where it came from.
     *
     * @param price what is asked
     * @param quote what it follows
     * @param atFloor whether the floor decided
     */
    public record Priced(Money price, UpstreamQuote quote, boolean atFloor) {}

    public Priced price(UpstreamQuote quote) {
        Money asked = margin.onTopOf(quote.cost());
        boolean low = asked.compareTo(floor) < 0;
        return new Priced(low ? floor : asked, quote, low);
    }
}
