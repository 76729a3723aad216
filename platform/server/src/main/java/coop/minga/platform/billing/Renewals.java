package coop.minga.platform.billing;

import coop.minga.platform.MingaException;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Renews what is paid by the month or year: out of the balance, then by saved methods; whoever
 * cannot pay is reminded, tried again, stopped and at last told to be destroyed, as the operator's
 * policy says. Every method works inside the caller's transaction, which holds the subscription's
 * row: a payment and a suspension that meet wait for each other, and the later one sees the other.
 */
final class Renewals {

    /** How often what is kept against the clock is looked at again. */
    private static final Duration DAILY = Duration.ofDays(1);

    private final Prepayment prepayment;
    private final WalletService wallet;
    private final SavedMethods methods;
    private final Standings standings;

    Renewals(
            Prepayment prepayment,
            WalletService wallet,
            SavedMethods methods,
            Standings standings) {
        this.prepayment = prepayment;
        this.wallet = wallet;
        this.methods = methods;
        this.standings = standings;
    }

    /** Does what is due of a recurring subscription. */
    Subscription due(
            Handle handle, Subscription s, PriceComponent.Recurring component, Instant now) {
        return switch (s.state()) {
            case ACTIVE ->
                    now.isBefore(s.paidUntil())
                            ? remind(handle, s)
                            : pay(handle, s, component, now);
            case PAST_DUE, SUSPENDED -> pay(handle, s, component, now);
            case PENDING_ACTIVATION, CANCELLED, EXPIRED -> s;
        };
    }

    /** Pays what is due, whatever it was waiting for, or takes the next step. */
    private Subscription pay(
            Handle handle, Subscription s, PriceComponent.Recurring component, Instant now) {
        try {
            return paid(handle, s, component, now);
        } catch (MingaException e) {
            if (!isShort(e)) {
                throw e;
            }
            return unpaid(handle, s, now);
        }
    }

    /**
     * Pays the period that is due.
     *
     * @throws MingaException 409 {@code wallet.insufficient-funds}
     */
    Subscription paid(
            Handle handle, Subscription s, PriceComponent.Prepaid component, Instant now) {
        boolean suspended = s.state() == SubscriptionState.SUSPENDED;
        Subscription paid = prepayment.next(handle, s, component, now, suspended);
        if (s.state() != SubscriptionState.ACTIVE) {
            standings.tell(handle, paid, "billing.paid");
        }
        return paid.paid("paid");
    }

    /**
     * Money came in. For hours, which are held ahead when the machine starts, whoever starts
     * machines is told.
     */
    void retry(Handle handle, Subscription s, Instant now) {
        boolean waits =
                s.state() == SubscriptionState.PAST_DUE || s.state() == SubscriptionState.SUSPENDED;
        if (!waits || s.endedAt() != null) {
            return;
        }
        switch (s.component()) {
            case PriceComponent.Hour _ -> standings.tell(handle, s, "billing.funded");
            case PriceComponent.Prepaid prepaid -> {
                try {
                    standings.saveAndSchedule(handle, paid(handle, s, prepaid, now));
                } catch (MingaException e) {
                    if (!isShort(e)) {
                        throw e;
                    }
                }
            }
        }
    }

    /** Whether an unpaid machine is destroyed now; once said, nothing pays it any more. */
    boolean lapse(Handle handle, Subscription s, Instant now) {
        DunningPolicy policy = Policies.Kind.DUNNING.current(handle);
        Instant since = s.dunning().since();
        boolean lapsed =
                s.state() == SubscriptionState.SUSPENDED
                        && s.endedAt() == null
                        && since != null
                        && !now.isBefore(since.plus(policy.untilDestroyed()))
                        && policy.destroyWithoutSnapshot();
        if (lapsed) {
            standings.saveAndRest(
                    handle,
                    s.in(SubscriptionState.EXPIRED, "payment-overdue")
                            .waiting(Subscription.Dunning.NONE));
        }
        return lapsed;
    }

    private Subscription unpaid(Handle handle, Subscription s, Instant now) {
        DunningPolicy policy = Policies.Kind.DUNNING.current(handle);
        Subscription.Dunning known = s.dunning();
        Instant since = known.since() == null ? s.paidUntil() : known.since();
        if (s.state() == SubscriptionState.SUSPENDED) {
            // Whoever stops machines decides in one step with us, under the row's lock.
            standings.tell(handle, s, "billing.lapsed");
            return s.waiting(new Subscription.Dunning(since, known.attempts(), now.plus(DAILY)));
        }
        int attempts = known.attempts() + 1;
        if (!now.isBefore(since.plus(policy.untilSuspended()))) {
            standings.tell(handle, s, "billing.suspended");
            return s.in(SubscriptionState.SUSPENDED, "payment-overdue")
                    .waiting(
                            new Subscription.Dunning(
                                    since, attempts, since.plus(policy.untilDestroyed())));
        }
        collect(handle, s, attempts);
        Instant next = since.plus(policy.untilNext(attempts));
        standings.tell(
                handle,
                s,
                "billing.past-due",
                Map.of(
                        "attempt",
                        attempts,
                        "suspends_at",
                        since.plus(policy.untilSuspended()).toString()));
        return s.in(SubscriptionState.PAST_DUE, "payment-due")
                .waiting(
                        new Subscription.Dunning(
                                since, attempts, next.isAfter(now) ? next : now.plus(DAILY)));
    }

    /** Tells in time whoever could not pay today. */
    private Subscription remind(Handle handle, Subscription s) {
        if (missing(handle, s).isPositive()) {
            standings.tell(
                    handle, s, "billing.renews-soon", Map.of("at", s.paidUntil().toString()));
        }
        return s.waiting(Subscription.Dunning.NONE);
    }

    private void collect(Handle handle, Subscription s, int attempt) {
        Money missing = missing(handle, s);
        if (missing.isPositive() && !missing.asset().equals(Asset.COIN)) {
            String name = s.id() + "/" + s.paidUntil() + "/" + attempt;
            methods.charge(
                    handle,
                    new SavedMethods.Demand(
                            UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)),
                            s.team(),
                            s.account(),
                            missing,
                            attempt,
                            s.id().toString()));
        }
    }

    private Money missing(Handle handle, Subscription s) {
        return s.price().minus(wallet.available(handle, s.team(), s.price().asset()));
    }

    /** Whether it could not be paid: for want of funds, or for the limit its team set. */
    static boolean isShort(MingaException e) {
        return e.code().code().equals("wallet.insufficient-funds")
                || e.code().equals(Spending.CAPPED);
    }
}
