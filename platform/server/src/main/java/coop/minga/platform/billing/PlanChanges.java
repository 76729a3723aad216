package coop.minga.platform.billing;

import coop.minga.platform.PlanId;
import coop.minga.platform.catalog.Price;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.pricing.Anchor;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.Pricing;
import coop.minga.platform.pricing.Proration;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.plugin.api.Money;
import coop.minga.plugin.api.Text;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Other plans and prices in the middle of a paid period, prorated on the spans that were paid. What
 * is to happen is worked out first, as figures; a dry run stops there. Every method works inside
 * the caller's transaction, which holds the subscription's row.
 */
final class PlanChanges {

    private final Till till;
    private final HourMeter meter;
    private final Prepayment prepayment;
    private final Usages usage;
    private final BillingStore store = new BillingStore();

    PlanChanges(Till till, HourMeter meter, Prepayment prepayment, Usages usage) {
        this.till = till;
        this.meter = meter;
        this.prepayment = prepayment;
        this.usage = usage;
    }

    /**
     * What is wanted.
     *
     * @param plan with its refund rule
     * @param price the chosen one of its prices, by the hour, month or year
     * @param uses what it charges for use
     */
    record Wanted(
            PlanId plan,
            String code,
            Text name,
            RefundRule refundRule,
            PriceComponent.Base component,
            Money price,
            List<Price> uses) {}

    /**
     * A paid span and what becomes of it.
     *
     * @param cut from when it is another's
     * @param credit what comes back of it
     * @param charge for the same time at the new price; zero where other periods begin
     */
    private record Piece(UsageSpan span, Instant cut, Money credit, Money charge) {}

    /** The figures of a change at a moment. */
    PlanChange plan(Handle handle, Subscription s, Wanted wanted, Instant at) {
        List<Piece> pieces = pieces(handle, s, wanted, at);
        Money charge = charge(s, wanted, pieces);
        return new PlanChange(
                wanted.plan(),
                wanted.component().code(),
                wanted.price(),
                metered(s, at),
                sum(s, pieces.stream().map(Piece::credit).toList()),
                charge,
                nextAt(s, wanted, at));
    }

    /**
     * Makes a change, with the figures of {@link #plan} at the same moment.
     *
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}
     */
    Subscription apply(Handle handle, Subscription s, Wanted wanted, SplitRule split, Instant at) {
        List<Piece> pieces = pieces(handle, s, wanted, at);
        Subscription closed = s.meteredFrom() == null ? s : meter.close(handle, s, at);
        for (Piece piece : pieces) {
            till.refund(handle, s, piece.span(), piece.credit());
            store.cut(handle, piece.span(), piece.cut());
        }
        Subscription changed = closed.on(terms(s, wanted, split, at));
        if (samePeriods(s, wanted)) {
            for (Piece piece : pieces) {
                till.charge(handle, changed, rest(changed, piece));
            }
        } else {
            changed = begin(handle, s, changed, at);
        }
        usage.change(handle, s.id(), wanted.uses(), at);
        return changed;
    }

    private Subscription begin(
            Handle handle, Subscription before, Subscription changed, Instant at) {
        Subscription fresh = changed.metering(null, null).until(null, null);
        return switch (changed.component()) {
            case PriceComponent.Hour _ ->
                    // A machine that is stopped pays nothing until it starts.
                    before.isPaused() ? fresh : fresh.metering(till.holdNext(handle, fresh), at);
            case PriceComponent.Prepaid prepaid ->
                    prepayment.begin(
                            handle,
                            fresh.metering(till.holdNext(handle, fresh), null),
                            prepaid,
                            at);
        };
    }

    private static Terms terms(Subscription s, Wanted wanted, SplitRule split, Instant at) {
        return new Terms(
                wanted.plan(),
                wanted.component(),
                wanted.price(),
                s.terms().setup(),
                wanted.refundRule(),
                split.name(),
                split.version(),
                s.terms().zone(),
                at);
    }

    /** Whether the running periods go on at another price, or others begin. */
    private static boolean samePeriods(Subscription s, Wanted wanted) {
        return s.component() instanceof PriceComponent.Recurring
                && s.component().equals(wanted.component());
    }

    private List<Piece> pieces(Handle handle, Subscription s, Wanted wanted, Instant at) {
        List<Piece> pieces = new ArrayList<>();
        Money left = charge(s, wanted, List.of());
        for (UsageSpan span : store.spans(handle, s)) {
            if (!span.to().isAfter(at)) {
                continue;
            }
            // A span has some length: what has not begun keeps its first moment.
            Instant least = span.from().plus(1, ChronoUnit.MICROS);
            Instant cut = at.isBefore(least) ? least : at;
            Money charge = samePeriods(s, wanted) ? rest(span, wanted.price(), at) : zero(s);
            left = left.plus(charge);
            Money unused =
                    Proration.cancel(new Anchor.Period(span.from(), span.to()), span.amount(), at)
                            .credit()
                            .minus(span.refunded());
            Money credit = unused.isPositive() && span.transfer() != null ? unused : zero(s);
            if (s.terms().refundRule() == RefundRule.NONE) {
                // Nothing is given back, but what was paid counts for what is to be paid.
                credit = credit.min(left);
                left = left.minus(credit);
            }
            pieces.add(new Piece(span, cut, credit, charge));
        }
        return pieces;
    }

    /** What is left of a span at a new price for its whole period. */
    private static Money rest(UsageSpan span, Money price, Instant at) {
        Long whole = span.what().priceSeconds();
        long seconds = whole == null ? Till.seconds(span.from(), span.to()) : whole;
        Anchor.Period period = new Anchor.Period(span.to().minusSeconds(seconds), span.to());
        Instant from = at.isBefore(span.from()) ? span.from() : at;
        return Proration.change(period, Money.zero(price.asset()), price, from).charge();
    }

    private static UsageSpan.Charging rest(Subscription changed, Piece piece) {
        UsageSpan.Charging before = piece.span().what();
        return new UsageSpan.Charging(
                changed.component(),
                piece.cut(),
                before.to(),
                changed.price(),
                before.priceSeconds(),
                null,
                piece.charge());
    }

    private static Money charge(Subscription s, Wanted wanted, List<Piece> pieces) {
        if (samePeriods(s, wanted)) {
            return sum(s, pieces.stream().map(Piece::charge).toList());
        }
        return wanted.component() instanceof PriceComponent.Prepaid ? wanted.price() : zero(s);
    }

    private static Money metered(Subscription s, Instant at) {
        Instant from = s.meteredFrom();
        return from == null ? zero(s) : Pricing.metered(s.price(), Till.seconds(from, at));
    }

    private static @Nullable Instant nextAt(Subscription s, Wanted wanted, Instant at) {
        if (samePeriods(s, wanted)) {
            return s.expiresAt();
        }
        return wanted.component() instanceof PriceComponent.Prepaid prepaid
                ? prepaid.anchor(at, s.terms().zone()).period(0).to()
                : null;
    }

    private static Money sum(Subscription s, List<Money> amounts) {
        return amounts.stream().reduce(zero(s), Money::plus);
    }

    private static Money zero(Subscription s) {
        return Money.zero(s.price().asset());
    }
}
