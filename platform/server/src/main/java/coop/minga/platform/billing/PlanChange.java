package coop.minga.platform.billing;

import coop.minga.platform.PlanId;
import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * What a change of plan or price comes to. The dry run and the change itself are the same call.
 *
 * @param plan from now on
 * @param component how it is paid for from now on
 * @param price for one period of it
 * @param metered what was used by the hour until now and is posted
 * @param credit what comes back of what was paid ahead
 * @param charge what is taken for the time that is paid ahead from now on
 * @param nextAt when the next period is paid; null for hours
 */
public record PlanChange(
        PlanId plan,
        String component,
        Money price,
        Money metered,
        Money credit,
        Money charge,
        @Nullable Instant nextAt) {

    /** What is to be paid now; below zero it is given back. */
    public Money due() {
        return charge.minus(credit);
    }
}
