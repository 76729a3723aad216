package coop.minga.platform.billing;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.catalog.Allowance;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.UsageTerms;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is paid for use, by readings of counters that only go up. However a period is cut into
 * readings, they cost what one reading at its end would. Every method works inside the caller's
 * transaction, which holds the subscription's row.
 */
final class Usages {

    private final Till till;
    private final Standings standings;
    private final UsageStore store = new UsageStore();

    Usages(Till till, Standings standings) {
        this.till = till;
        this.standings = standings;
    }

    void begin(Handle handle, SubscriptionId id, List<Price> uses) {
        for (Price price : uses) {
            Allowance allowance = price.allowance();
            if (allowance != null) {
                UsageTerms terms = price.usageTerms().orElseThrow();
                store.insert(
                        handle,
                        new UsageMeter(id, terms, allowance.atLimit(), null, 0, 0, null, false));
            }
        }
    }

    void activate(Handle handle, SubscriptionId id, Instant at) {
        store.meters(handle, id).forEach(meter -> store.update(handle, meter.begun(at)));
    }

    /** Other terms from a moment on: a counter goes on where it stood, in the same period. */
    void change(Handle handle, SubscriptionId id, List<Price> uses, Instant at) {
        Map<String, UsageMeter> before = new LinkedHashMap<>();
        store.meters(handle, id).forEach(meter -> before.put(meter.terms().metric(), meter));
        store.delete(handle, id);
        begin(handle, id, uses);
        for (UsageMeter fresh : store.meters(handle, id)) {
            UsageMeter known = before.get(fresh.terms().metric());
            UsageMeter begun = fresh.begun(at);
            store.update(
                    handle,
                    known == null
                            ? begun
                            : begun.read(
                                    known.used(),
                                    known.total(),
                                    known.readAt() == null ? at : known.readAt(),
                                    known.limited()));
        }
    }

    /**
     * Takes a reading. The same or an older one changes nothing; a counter that shows less than
     * before began again at zero.
     *
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}: the reading
     *     is not taken, and the next one charges its use too
     */
    void read(Handle handle, Subscription s, String metric, long total, Instant at) {
        for (UsageMeter meter : store.meters(handle, s.id())) {
            Instant last = meter.readAt();
            if (meter.terms().metric().equals(metric) && last != null && at.isAfter(last)) {
                read(handle, s, current(s, meter, at), last, total, at);
            }
        }
    }

    private void read(
            Handle handle, Subscription s, UsageMeter meter, Instant last, long total, Instant at) {
        long more = total < meter.total() ? total : total - meter.total();
        long used = Math.addExact(meter.used(), more);
        UsageTerms terms = meter.terms();
        if (meter.atLimit() == LimitPolicy.CHARGE) {
            UsageTerms.Charge charge = terms.between(meter.used(), used);
            if (charge.amount().isPositive()) {
                till.charge(
                        handle,
                        s,
                        new UsageSpan.Charging(
                                new PriceComponent.Usage(terms.metric()),
                                last,
                                at,
                                terms.price(),
                                null,
                                charge.billable(),
                                charge.amount()));
            }
        }
        boolean limited = meter.atLimit() != LimitPolicy.CHARGE && used > terms.included();
        if (limited && !meter.limited()) {
            standings.tell(
                    handle,
                    s,
                    meter.atLimit() == LimitPolicy.STOP ? "billing.limit" : "billing.throttle");
        }
        store.update(handle, meter.read(used, total, at, limited));
    }

    /** The meter in the period a moment lies in: that of the anchor, or the calendar month. */
    private static UsageMeter current(Subscription s, UsageMeter meter, Instant at) {
        Instant from = periodFrom(s, at);
        Instant known = meter.periodFrom();
        return known != null && from.isAfter(known) ? meter.inPeriod(from) : meter;
    }

    private static Instant periodFrom(Subscription s, Instant at) {
        Instant anchor = s.course().anchorAt();
        if (s.component() instanceof PriceComponent.Prepaid prepaid
                && anchor != null
                && !at.isBefore(anchor)) {
            return prepaid.anchor(anchor, s.terms().zone()).at(at).from();
        }
        return at.atZone(s.terms().zone())
                .truncatedTo(ChronoUnit.DAYS)
                .withDayOfMonth(1)
                .toInstant();
    }
}
