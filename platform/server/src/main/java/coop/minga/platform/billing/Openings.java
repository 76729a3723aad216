package coop.minga.platform.billing;

import coop.minga.platform.Ids;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** How subscriptions begin. Every method works inside the caller's transaction. Thread-safe. */
final class Openings {

    private final WalletService wallet;
    private final Till till;
    private final Usages usage;
    private final Ids ids;
    private final BillingStore store = new BillingStore();

    Openings(WalletService wallet, Till till, Usages usage, Ids ids) {
        this.wallet = wallet;
        this.till = till;
        this.usage = usage;
        this.ids = ids;
    }

    /** Writes subscriptions and holds what their first periods cost, all or none. */
    List<SubscriptionId> open(Handle handle, List<OpenSubscription> requests, Instant now) {
        BillingStore.Beginning known =
                store.beginning(
                        handle, now, requests.stream().map(OpenSubscription::team).toList());
        SplitRule split = known.split();
        List<Subscription> opened = new ArrayList<>();
        List<WalletService.HoldOrder> holds = new ArrayList<>();
        for (OpenSubscription request : requests) {
            opened.add(
                    new Subscription(
                            new SubscriptionId(ids.next()),
                            request.team(),
                            request.account(),
                            request.order(),
                            request.instance(),
                            new Terms(
                                    request.plan(),
                                    request.component(),
                                    request.price(),
                                    request.setup(),
                                    request.refund(),
                                    split.name(),
                                    split.version(),
                                    ZoneOffset.UTC,
                                    now),
                            SubscriptionState.PENDING_ACTIVATION,
                            "ordered",
                            1,
                            new Subscription.Course(
                                    order(holds, request, request.price()),
                                    order(holds, request, request.setup()),
                                    null,
                                    null,
                                    null,
                                    null,
                                    null),
                            Subscription.Dunning.NONE));
        }
        if (!holds.isEmpty()) {
            if (known.capped()) {
                requireWithinCaps(handle, requests, now);
            }
            wallet.holdAll(handle, holds);
        }
        store.insert(handle, opened, now);
        for (int i = 0; i < requests.size(); i++) {
            usage.begin(handle, opened.get(i).id(), requests.get(i).uses());
        }
        return opened.stream().map(Subscription::id).toList();
    }

    /** Everything a team orders at once counts together. */
    private void requireWithinCaps(Handle handle, List<OpenSubscription> requests, Instant now) {
        Map<TeamId, Map<Asset, Money>> sums = new LinkedHashMap<>();
        for (OpenSubscription request : requests) {
            Money first = request.price().plus(request.setup());
            sums.computeIfAbsent(request.team(), team -> new LinkedHashMap<>())
                    .merge(first.asset(), first, Money::plus);
        }
        sums.forEach((team, assets) ->
                assets.values()
                        .forEach(sum -> Spending.requireWithinCap(handle, wallet, team, sum, now)));
    }

    private @Nullable UUID order(
            List<WalletService.HoldOrder> holds, OpenSubscription request, Money amount) {
        if (!amount.isPositive()) {
            return null;
        }
        UUID hold = ids.next();
        holds.add(
                new WalletService.HoldOrder(
                        hold, request.team(), amount, Till.explains(request.instance())));
        return hold;
    }

    /** The machine runs: what is paid once is taken, and use is counted. */
    void begun(Handle handle, Subscription s, Instant at) {
        if (s.course().setupHoldId() != null) {
            till.charge(handle, s, s.course().setupHoldId(), setup(s, at));
        }
        usage.activate(handle, s.id(), at);
    }

    /** What is paid once, on the moment it began. */
    private static UsageSpan.Charging setup(Subscription s, Instant at) {
        Money amount = s.terms().setup();
        return new UsageSpan.Charging(
                new PriceComponent.Setup(),
                at,
                at.plus(1, ChronoUnit.MICROS),
                amount,
                null,
                null,
                amount);
    }
}
