package coop.minga.platform.pricing;

import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import java.util.List;

/**
 * The arithmetic of prices. All functions are pure, exact and total over their documented input.
 */
public final class Pricing {

    private static final long HOUR_SECONDS = 3_600;

    private Pricing() {}

    /**
     * What one period of a plan costs. For hours that is the first hour, which is held ahead; for
     * slots the whole slot.
     */
    public static Quote quote(
            Text product, Text plan, PriceComponent component, Money price, SplitRule rule) {
        Quote.Line line =
                new Quote.Line(
                        component.code(),
                        describe(product, plan, component),
                        component.per(),
                        price,
                        1,
                        price);
        return new Quote(List.of(line), price, rule.split(price));
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
        String english =
                switch (component) {
                    case PriceComponent.Hour hour -> "first hour, then by the second";
                    case PriceComponent.Slot slot -> slot.hours() + " hours";
                };
        String spanish =
                switch (component) {
                    case PriceComponent.Hour hour -> "primera hora, luego por segundo";
                    case PriceComponent.Slot slot -> slot.hours() + " horas";
                };
        return Text.of(
                product.in("en") + " " + plan.in("en") + ", " + english,
                product.in("es") + " " + plan.in("es") + ", " + spanish);
    }
}
