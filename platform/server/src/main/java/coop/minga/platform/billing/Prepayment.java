package coop.minga.platform.billing;

import coop.minga.platform.pricing.Anchor;
import coop.minga.platform.pricing.PriceComponent;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * Periods that are paid ahead: the first out of what was held at order, each further one as it
 * comes. Months and years are counted from where they began, so that none is skipped or doubled.
 */
final class Prepayment {

    private final Till till;

    Prepayment(Till till) {
        this.till = till;
    }

    /** Pays the first period, out of what is held. */
    Subscription begin(
            Handle handle, Subscription s, PriceComponent.Prepaid component, Instant at) {
        Anchor.Period first = component.anchor(at, s.terms().zone()).period(0);
        charge(handle, s, s.holdId(), first);
        return paid(handle, s, at, at, first);
    }

    /**
     * Pays one more period. It follows the last; what was over for so long that nothing of the next
     * period is left begins anew.
     *
     * @param lapsed whether it was not there to be used since the last period was over
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}
     */
    Subscription next(
            Handle handle,
            Subscription s,
            PriceComponent.Prepaid component,
            Instant now,
            boolean lapsed) {
        Anchor.Period period = s.nextPeriod(component);
        Instant anchor = s.course().anchorAt();
        boolean anew =
                lapsed
                        && !now.isBefore(
                                component instanceof PriceComponent.Slot
                                        ? period.from()
                                        : period.to());
        if (anew) {
            period = component.anchor(now, s.terms().zone()).period(0);
            anchor = now;
        }
        charge(handle, s, till.holdNext(handle, s), period);
        return paid(handle, s, anchor, now, period);
    }

    /** Nothing is owed; whoever pays by the month is reminded before the next. */
    private static Subscription paid(
            Handle handle,
            Subscription s,
            @Nullable Instant anchor,
            Instant now,
            Anchor.Period period) {
        Subscription paid = s.metering(null, null).until(anchor, period.to());
        if (!(s.component() instanceof PriceComponent.Recurring)) {
            return paid.waiting(Subscription.Dunning.NONE);
        }
        int days = Policies.Kind.DUNNING.current(handle).remindDaysBefore();
        Instant reminder = period.to().minus(Duration.ofDays(days));
        boolean reminded = days > 0 && reminder.isAfter(now);
        return paid.waiting(new Subscription.Dunning(null, 0, reminded ? reminder : null));
    }

    private void charge(Handle handle, Subscription s, @Nullable UUID hold, Anchor.Period period) {
        till.charge(
                handle,
                s,
                hold,
                UsageSpan.Charging.time(
                        s, period.from(), period.to(), period.seconds(), s.price()));
    }
}
