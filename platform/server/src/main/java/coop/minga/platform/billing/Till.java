package coop.minga.platform.billing;

import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.Pricing;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.platform.wallet.SplitPart;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Takes the money of spans of time and gives it back; every span is recorded with what it cost.
 * Every method works inside the caller's transaction. Thread-safe.
 */
final class Till {

    private final WalletService wallet;
    private final Standings standings;
    private final Ids ids;
    private final Clock clock;
    private final BillingStore store = new BillingStore();

    Till(WalletService wallet, Standings standings, Ids ids, Clock clock) {
        this.wallet = wallet;
        this.standings = standings;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Sets the price of the next period aside.
     *
     * @return none for what costs nothing
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds} or {@code
     *     billing.cap-reached}
     */
    @Nullable UUID holdNext(Handle handle, Subscription s) {
        return hold(handle, s, s.price());
    }

    private @Nullable UUID hold(Handle handle, Subscription s, Money amount) {
        Spending.requireWithinCap(handle, wallet, s.team(), amount, clock.instant());
        return amount.isPositive()
                ? wallet.hold(handle, s.team(), amount, explains(s.instance())).id()
                : null;
    }

    void release(Handle handle, @Nullable UUID hold) {
        if (hold != null) {
            wallet.release(handle, hold);
        }
    }

    /**
     * Takes an amount out of what the team has and records what for.
     *
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds} or {@code
     *     billing.cap-reached}
     */
    void charge(Handle handle, Subscription s, UsageSpan.Charging what) {
        charge(handle, s, hold(handle, s, what.amount()), what);
    }

    /** Takes an amount out of what is held, frees the rest and records what for. */
    void charge(Handle handle, Subscription s, @Nullable UUID hold, UsageSpan.Charging what) {
        UUID transfer = null;
        if (hold != null) {
            transfer =
                    wallet.capture(
                                    handle,
                                    hold,
                                    what.amount(),
                                    split(handle, s, what.amount()),
                                    kind(what.component()),
                                    explains(s.instance()))
                            .id();
        }
        store.insertSpan(
                handle,
                s,
                new UsageSpan(ids.next(), what, Money.zero(what.amount().asset()), transfer));
        if (transfer != null && !(what.component() instanceof PriceComponent.Hour)) {
            standings.tellPayer(handle, s, "billing.charged");
        }
    }

    /** Gives back what was paid ahead for time after a moment. */
    void refundUnused(Handle handle, Subscription s, Instant at) {
        for (UsageSpan span : store.spans(handle, s)) {
            Money unused =
                    Pricing.unused(
                                    span.amount(),
                                    seconds(span.from(), span.to()),
                                    seconds(span.from(), at))
                            .minus(span.refunded());
            refund(handle, s, span, unused);
        }
    }

    /** Gives some of a span back to where it came from; nothing of what cost nothing. */
    void refund(Handle handle, Subscription s, UsageSpan span, Money amount) {
        if (amount.isPositive() && span.transfer() != null) {
            wallet.refund(handle, span.transfer(), amount, explains(s.instance()));
            store.refunded(handle, span, amount);
        }
    }

    private List<SplitPart> split(Handle handle, Subscription s, Money amount) {
        SplitRule rule = store.split(handle, s.terms().splitRule(), s.terms().splitVersion());
        return rule.split(amount).stream()
                .map(share -> new SplitPart(share.party(), share.amount(), share.rule()))
                .toList();
    }

    private static String kind(PriceComponent component) {
        return switch (component) {
            case PriceComponent.Hour _, PriceComponent.Usage _ -> "usage";
            case PriceComponent.Prepaid _, PriceComponent.Setup _ -> "purchase";
        };
    }

    /** People look for what a machine cost: its own page names the order. */
    static Explains explains(InstanceId instance) {
        return new Explains("instance", instance.toString());
    }

    static long seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toSeconds());
    }
}
