package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.TeamId;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

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
 */
public record OpenSubscription(
        TeamId team,
        AccountId account,
        OrderId order,
        InstanceId instance,
        PlanId plan,
        PriceComponent component,
        RefundRule refund,
        Money price) {}
