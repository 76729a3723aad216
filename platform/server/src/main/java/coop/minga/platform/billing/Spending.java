package coop.minga.platform.billing;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What teams spend: their limit, what lies ahead, and who is told or topped up when it runs low.
 * Every method works inside the caller's transaction. Thread-safe.
 */
public final class Spending {

    static final ErrorCode CAPPED = ErrorCode.conflict("billing.cap-reached");

    /** How many days of runway are told, once each on the way down. */
    private static final List<Integer> ALERTS = List.of(1, 3, 7);

    private final BillingService billing;
    private final WalletService wallet;
    private final SavedMethods methods;
    private final Events events;
    private final Clock clock;
    private final SpendingStore store = new SpendingStore();

    public Spending(
            BillingService billing,
            WalletService wallet,
            SavedMethods methods,
            Events events,
            Clock clock) {
        this.billing = billing;
        this.wallet = wallet;
        this.methods = methods;
        this.events = events;
        this.clock = clock;
    }

    /** What lies ahead of a team, in every asset it uses; coins always. */
    List<Outlook> outlooks(Handle handle, TeamId team) {
        Collection<SubscriptionView> running =
                billing.ofInstances(handle, store.running(handle, team)).values();
        return wallet.balances(handle, team).stream()
                .map(WalletService.BucketBalance::asset)
                .distinct()
                .map(asset -> outlook(handle, team, asset, running))
                .toList();
    }

    private Outlook outlook(
            Handle handle, TeamId team, Asset asset, Collection<SubscriptionView> all) {
        List<SubscriptionView> running =
                all.stream().filter(sub -> sub.price().asset().equals(asset)).toList();
        return new Outlook(
                asset,
                wallet.available(handle, team, asset),
                Outlook.monthly(asset, running),
                spent(handle, team, asset, clock.instant()),
                store.find(handle, team, asset).map(SpendingRules::cap).orElse(null),
                Outlook.payments(running, clock.instant()));
    }

    /** Looks at everybody whose funds may run low. */
    void watch(Handle handle) {
        for (SpendingStore.Spender spender : store.spenders(handle)) {
            Outlook outlook =
                    outlook(
                            handle,
                            spender.team(),
                            spender.asset(),
                            billing.ofInstances(handle, store.running(handle, spender.team()))
                                    .values());
            alert(handle, spender, outlook);
            topUp(handle, spender, outlook.available());
        }
    }

    private void alert(Handle handle, SpendingStore.Spender spender, Outlook outlook) {
        Optional<Long> days = outlook.runwayDays();
        if (days.isEmpty()) {
            return;
        }
        store.recovered(handle, spender.team(), spender.asset(), days.get());
        for (int threshold : ALERTS) {
            if (days.get() <= threshold) {
                if (store.alerted(
                        handle, spender.team(), spender.asset(), threshold, clock.instant())) {
                    tell(handle, spender, outlook, days.get());
                }
                return;
            }
        }
    }

    private void tell(Handle handle, SpendingStore.Spender spender, Outlook outlook, long days) {
        events.publish(
                handle,
                new Fact(
                        "billing.runway",
                        spender.team().toString(),
                        Set.of(Topic.of(spender.team())),
                        Map.of(
                                "days", days,
                                "asset", spender.asset().code(),
                                "available", outlook.available().toString())));
    }

    /** Once for every time the balance falls below, however often it is looked at. */
    private void topUp(Handle handle, SpendingStore.Spender spender, Money available) {
        Optional<SpendingRules> found = store.find(handle, spender.team(), spender.asset());
        if (found.isEmpty()) {
            return;
        }
        SpendingRules rules = found.get();
        Money below = rules.topUpBelow();
        Money amount = rules.topUp();
        if (below == null || amount == null) {
            return;
        }
        boolean low = available.compareTo(below) < 0;
        if (!store.arm(handle, spender.team(), spender.asset(), !low) || !low) {
            return;
        }
        String crossing =
                spender.team() + "/" + spender.asset().code() + "/" + (rules.crossings() + 1);
        methods.charge(
                handle,
                new SavedMethods.Demand(
                        UUID.nameUUIDFromBytes(crossing.getBytes(StandardCharsets.UTF_8)),
                        spender.team(),
                        rules.account(),
                        amount,
                        1,
                        spender.team().toString()));
    }

    /**
     * Refuses what would go beyond a team's limit for the calendar month.
     *
     * @throws MingaException 409 {@code billing.cap-reached}
     */
    static void requireWithinCap(
            Handle handle, WalletService wallet, TeamId team, Money amount, Instant now) {
        SpendingStore store = new SpendingStore();
        Optional<Money> cap = store.find(handle, team, amount.asset()).map(SpendingRules::cap);
        if (cap.isEmpty() || !amount.isPositive()) {
            return;
        }
        Money held = wallet.held(handle, team, amount.asset());
        Money spent = store.spent(handle, team, amount.asset(), monthOf(now)).plus(held);
        if (spent.plus(amount).compareTo(cap.get()) > 0) {
            throw MingaException.of(
                    CAPPED,
                    "This would go beyond your limit of "
                            + cap.get()
                            + " for this month. Raise"
                            + " the limit, or wait for the next month.",
                    "Esto pasaría tu límite de "
                            + cap.get()
                            + " para este mes. Sube el límite o"
                            + " espera al mes que viene.");
        }
    }

    private Money spent(Handle handle, TeamId team, Asset asset, Instant now) {
        return store.spent(handle, team, asset, monthOf(now))
                .plus(wallet.held(handle, team, asset));
    }

    private static Instant monthOf(Instant at) {
        return at.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).toInstant();
    }
}
