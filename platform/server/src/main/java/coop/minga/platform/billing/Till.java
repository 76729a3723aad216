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
    private final BillingStore store = new BillingStore();

    Till(WalletService wallet, Standings standings, Ids ids) {
        this.wallet = wallet;
        this.standings = standings;
        this.ids = ids;
    }

    /**
     * Sets the price of the next period aside.
     *
     * @return none for what costs nothing
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}
     */
    @Nullable UUID holdNext(Handle handle, Subscription s) {
        if (!s.price().isPositive()) {
            return null;
        }
        return wallet.hold(handle, s.team(), s.price(), explains(s.instance())).id();
    }

    void release(Handle handle, Subscription s) {
        if (s.holdId() != null) {
            wallet.release(handle, s.holdId());
        }
    }

    /** Takes a span's amount out of what is held and frees the rest. */
    void charge(Handle handle, Subscription s, Instant from, Instant to, Money amount) {
        UUID transfer = null;
        if (s.holdId() != null) {
            transfer =
                    wallet.capture(
                                    handle,
                                    s.holdId(),
                                    amount,
                                    split(handle, s, amount),
                                    kind(s.component()),
                                    explains(s.instance()))
                            .id();
        }
        store.insertSpan(
                handle,
                s,
                new UsageSpan(ids.next(), from, to, amount, Money.zero(amount.asset()), transfer));
        if (transfer != null && s.component() instanceof PriceComponent.Slot) {
            standings.tellPayer(handle, s, "billing.charged");
        }
    }

    /** Gives back what was paid for time after a moment. */
    void refundUnused(Handle handle, Subscription s, Instant at) {
        for (UsageSpan span : store.spans(handle, s)) {
            Money unused =
                    Pricing.unused(
                                    span.amount(),
                                    seconds(span.from(), span.to()),
                                    seconds(span.from(), at))
                            .minus(span.refunded());
            if (unused.isPositive() && span.transfer() != null) {
                wallet.refund(handle, span.transfer(), unused, explains(s.instance()));
                store.refunded(handle, span, unused);
            }
        }
    }

    private List<SplitPart> split(Handle handle, Subscription s, Money amount) {
        SplitRule rule = store.split(handle, s.splitRule(), s.splitVersion());
        return rule.split(amount).stream()
                .map(share -> new SplitPart(share.party(), share.amount(), share.rule()))
                .toList();
    }

    private static String kind(PriceComponent component) {
        return switch (component) {
            case PriceComponent.Hour hour -> "usage";
            case PriceComponent.Slot slot -> "purchase";
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
