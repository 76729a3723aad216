package coop.minga.platform.billing;

import coop.minga.platform.MingaException;
import coop.minga.platform.pricing.Pricing;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;

/**
 * The meter of what is paid by the hour. Hours are charged by recorded spans that follow one
 * another, not by the clock at which a job happens to run: a late job charges every hour in
 * between, a clock that steps back charges none twice.
 */
final class HourMeter {

    /** Hours charged in one transaction when a job comes late; the rest in the next. */
    private static final int CATCH_UP = 24;

    private static final Duration HOUR = Duration.ofHours(1);

    private final Till till;
    private final Standings standings;

    HourMeter(Till till, Standings standings) {
        this.till = till;
        this.standings = standings;
    }

    /** Charges the whole hours up to a moment, each from its own hold. */
    Subscription charge(Handle handle, Subscription s, Instant until) {
        Subscription current = s;
        for (int i = 0; i < CATCH_UP; i++) {
            Instant from = current.meteredFrom();
            if (from == null || until.isBefore(from.plus(HOUR))) {
                break;
            }
            Instant to = from.plus(HOUR);
            charge(handle, current, from, to, current.price());
            try {
                current = current.metering(till.holdNext(handle, current), to);
            } catch (MingaException e) {
                if (!Renewals.isShort(e)) {
                    throw e;
                }
                standings.tell(handle, current, "billing.exhausted");
                current =
                        current.metering(null, null)
                                .in(SubscriptionState.SUSPENDED, e.code().code());
            }
        }
        return current;
    }

    /** Charges everything up to a moment and leaves nothing held. */
    Subscription close(Handle handle, Subscription s, Instant at) {
        Subscription current = s;
        while (current.meteredFrom() != null && !at.isBefore(current.meteredFrom().plus(HOUR))) {
            current = charge(handle, current, at);
        }
        Instant from = current.meteredFrom();
        if (from == null) {
            return current;
        }
        long used = Till.seconds(from, at);
        if (used > 0) {
            charge(
                    handle,
                    current,
                    from,
                    from.plusSeconds(used),
                    Pricing.metered(current.price(), used));
        } else {
            till.release(handle, current.holdId());
        }
        return current.metering(null, null);
    }

    private void charge(Handle handle, Subscription s, Instant from, Instant to, Money amount) {
        till.charge(
                handle,
                s,
                s.holdId(),
                UsageSpan.Charging.time(s, from, to, HOUR.toSeconds(), amount));
    }
}
