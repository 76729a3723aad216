package coop.minga.platform.billing;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.pricing.LimitPolicy;
import coop.minga.platform.pricing.UsageTerms;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * What is used of a metric.
 *
 * @param terms as agreed at order
 * @param atLimit what happens beyond what is included
 * @param periodFrom when the running period began; null before activation
 * @param used in the running period
 * @param total on the counter at the last reading
 * @param readAt when that was; null before activation
 * @param limited whether the limit was reached in this period
 */
record UsageMeter(
        SubscriptionId subscription,
        UsageTerms terms,
        LimitPolicy atLimit,
        @Nullable Instant periodFrom,
        long used,
        long total,
        @Nullable Instant readAt,
        boolean limited) {

    UsageMeter begun(Instant at) {
        return new UsageMeter(subscription, terms, atLimit, at, 0, total, at, false);
    }

    /** A new period: what is included is there again. */
    UsageMeter inPeriod(Instant from) {
        return new UsageMeter(subscription, terms, atLimit, from, 0, total, readAt, false);
    }

    UsageMeter read(long nowUsed, long nowTotal, Instant at, boolean nowLimited) {
        return new UsageMeter(
                subscription, terms, atLimit, periodFrom, nowUsed, nowTotal, at, nowLimited);
    }
}
