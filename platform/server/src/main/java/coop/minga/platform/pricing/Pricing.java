package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import java.util.ArrayList;
import java.util.List;

/**
 * The arithmetic of prices. All functions are pure, exact and total over their documented input.
 */
public final class Pricing {

    private static final long HOUR_SECONDS = 3_600;

    private Pricing() {}

    /**
     * A component at its price.
     *
     * @param price for one period, once, or for {@code per} units of use
     */
    public record Item(PriceComponent component, Money price) {}

    /**
     * What an order costs at its beginning. For hours that is the first hour, which is held ahead;
     * for what is paid ahead the first period; what is used costs nothing yet.
     *
     * @param items at least one, all of one asset
     */
    public static Quote quote(Text product, Text plan, List<Item> items, SplitRule rule) {
        List<Quote.Line> lines = new ArrayList<>();
        Money total = Money.zero(items.getFirst().price().asset());
        for (Item item : items) {
            long quantity = item.component() instanceof PriceComponent.Usage ? 0 : 1;
            Money amount = quantity == 0 ? Money.zero(item.price().asset()) : item.price();
            lines.add(
                    new Quote.Line(
                            item.component().code(),
                            describe(product, plan, item.component()),
                            item.component().per(),
                            item.price(),
                            quantity,
                            amount));
            total = total.plus(amount);
        }
        return new Quote(lines, total, rule.split(total));
    }

    /**
     * The price of a metered time: used seconds times price over 3600, rounded half up.
     *
     * @param pricePerHour not negative
     * @param seconds not negative
     */
    public static Money metered(Money pricePerHour, long seconds) {
        return new Money(
                Ratio.halfUp(pricePerHour.minor(), seconds, HOUR_SECONDS), pricePerHour.asset());
    }

    /**
     * The part of a prepaid amount that was not used: the whole less the used part rounded half up,
     * so that used and unused always sum to what was paid.
     *
     * @param paid not negative
     * @param periodSeconds above zero
     * @param usedSeconds not negative; beyond the period nothing is left
     */
    public static Money unused(Money paid, long periodSeconds, long usedSeconds) {
        if (periodSeconds <= 0) {
            throw new IllegalArgumentException("A period has at least one second");
        }
        if (usedSeconds >= periodSeconds) {
            return Money.zero(paid.asset());
        }
        long used = Ratio.halfUp(paid.minor(), usedSeconds, periodSeconds);
        return new Money(Math.subtractExact(paid.minor(), used), paid.asset());
    }

    private static Text describe(Text product, Text plan, PriceComponent component) {
        Text what = describe(component);
        return Text.of(
                product.in("en") + " " + plan.in("en") + ", " + what.in("en"),
                product.in("es") + " " + plan.in("es") + ", " + what.in("es"));
    }

    private static Text describe(PriceComponent component) {
        return switch (component) {
            case PriceComponent.Hour _ ->
                    Text.of("first hour, then by the second", "primera hora, luego por segundo");
            case PriceComponent.Slot slot ->
                    Text.of(slot.hours() + " hours", slot.hours() + " horas");
            case PriceComponent.Recurring.MONTH ->
                    Text.of("first month, then month by month", "primer mes, luego mes a mes");
            case PriceComponent.Recurring.YEAR ->
                    Text.of("first year, then year by year", "primer año, luego año a año");
            case PriceComponent.Setup _ -> Text.of("set up, once", "puesta en marcha, una vez");
            case PriceComponent.Usage usage ->
                    Text.of("use: " + usage.metric(), "consumo: " + usage.metric());
        };
    }
}
