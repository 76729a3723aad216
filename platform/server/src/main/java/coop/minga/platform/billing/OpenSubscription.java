package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.TeamId;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import java.util.List;

/**
 * A subscription about to begin.
 *
 * @param team who pays
 * @param account who ordered
 * @param order what began it
 * @param instance what is paid for
 * @param plan its plan
 * @param component how it is paid for
 * @param refund what comes back when it ends early
 * @param price for one period of the component, as promised; may be zero
 * @param setup paid once when it begins, in the same asset; may be zero
 * @param uses what is paid for use, in the same asset
 */
public record OpenSubscription(
        TeamId team,
        AccountId account,
        OrderId order,
        InstanceId instance,
        PlanId plan,
        PriceComponent.Base component,
        RefundRule refund,
        Money price,
        Money setup,
        List<Price> uses) {

    public OpenSubscription {
        uses = List.copyOf(uses);
    }

    /** One without anything but its price. */
    public OpenSubscription(
            TeamId team,
            AccountId account,
            OrderId order,
            InstanceId instance,
            PlanId plan,
            PriceComponent.Base component,
            RefundRule refund,
            Money price) {
        this(
                team,
                account,
                order,
                instance,
                plan,
                component,
                refund,
                price,
                Money.zero(price.asset()),
                List.of());
    }
}
