package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import java.util.List;

/**
 * What an order will cost and where the money goes.
 *
 * @param lines sum to the total
 * @param total what is paid or held at order
 * @param split sums to the total
 */
public record Quote(List<Line> lines, Money total, List<SplitRule.Share> split) {

    /**
     * One line of a quote.
     *
     * @param component the price's code
     * @param description for the customer
     * @param per what the unit price covers: {@code hour}, {@code 24h}
     * @param unitPrice the price of one
     * @param quantity how many
     * @param amount unit price times quantity
     */
    public record Line(
            String component,
            Text description,
            String per,
            Money unitPrice,
            long quantity,
            Money amount) {}

    public Quote {
        lines = List.copyOf(lines);
        split = List.copyOf(split);
    }
}
