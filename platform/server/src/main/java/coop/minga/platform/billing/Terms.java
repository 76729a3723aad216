package coop.minga.platform.billing;

import coop.minga.platform.PlanId;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.plugin.api.Money;

import java.time.Instant;
import java.time.ZoneId;

/**
 * What was agreed about a subscription. Terms never change under a period that runs; other terms
 * are other periods.
 *
 * @param component how it is paid for
 * @param price for one period of the component; may be zero
 * @param setup paid once when it begins; may be zero
 * @param zone by whose calendar months and years are counted
 * @param since when this was agreed
 */
record Terms(
        PlanId plan,
        PriceComponent.Base component,
        Money price,
        Money setup,
        RefundRule refundRule,
        String splitRule,
        int splitVersion,
        ZoneId zone,
        Instant since) {}
