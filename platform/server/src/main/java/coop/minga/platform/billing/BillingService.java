package coop.minga.platform.billing;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.Pricing;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.platform.wallet.Capture;
import coop.minga.platform.wallet.SplitPart;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Subscriptions. Every method works inside the caller's transaction and, except {@link #renew}, is
 * safe to call again. Thread-safe.
 *
 * <p>Hours are charged by recorded spans that follow one another, not by the clock at which a job
 * happens to run: a late job charges every hour in between, a clock that steps back charges none
 * twice.
 *
 * <p>Publishes {@code billing.charged} when a slot is paid, {@code billing.exhausted} when an
 * hourly subscription cannot be paid any longer and {@code billing.expired} when a slot is over;
 * the subject of both is the instance.
 */
public final class BillingService {

    private static final ErrorCode NOT_RENEWABLE = ErrorCode.conflict("billing.not-renewable");
    private static final ErrorCode ENDED = ErrorCode.conflict("billing.ended");

    /** Hours charged in one transaction when a job comes late; the rest in the next. */
    private static final int CATCH_UP = 24;

    private final WalletService wallet;
    private final Jobs jobs;
    private final Events events;
    private final Ids ids;
    private final Clock clock;
    private final BillingStore store = new BillingStore();

    public BillingService(WalletService wallet, Jobs jobs, Events events, Ids ids, Clock clock) {
        this.wallet = wallet;
        this.jobs = jobs;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    /** The rule by which revenue is split from now on, for quotes. */
    public SplitRule splitRule(Handle handle) {
        return store.currentSplit(handle, clock.instant());
    }

    /**
     * Begins a subscription and holds its first amount: one hour, or the whole slot.
     *
     * @throws MingaException 409 {@code wallet.insufficient-funds}
     */
    public SubscriptionId open(Handle handle, OpenSubscription request) {
        return openAll(handle, List.of(request)).getFirst();
    }

    /** The same for many at once, all or none. */
    public List<SubscriptionId> openAll(Handle handle, List<OpenSubscription> requests) {
        SplitRule split = splitRule(handle);
        List<Subscription> opened = new ArrayList<>();
        List<WalletService.HoldOrder> holds = new ArrayList<>();
        for (OpenSubscription request : requests) {
            SubscriptionId id = new SubscriptionId(ids.next());
            UUID hold = null;
            if (request.price().isPositive()) {
                hold = ids.next();
                holds.add(
                        new WalletService.HoldOrder(
                                hold,
                                request.team(),
                                request.price(),
                                explains(request.instance())));
            }
            opened.add(
                    new Subscription(
                            id,
                            request.team(),
                            request.account(),
                            request.order(),
                            request.instance(),
                            request.plan(),
                            request.component(),
                            request.price(),
                            request.refund(),
                            split.name(),
                            split.version(),
                            SubscriptionState.PENDING_ACTIVATION,
                            "ordered",
                            1,
                            hold,
                            null,
                            null,
                            null,
                            null));
        }
        if (!holds.isEmpty()) {
            wallet.holdAll(handle, holds);
        }
        store.insert(handle, opened, clock.instant());
        return opened.stream().map(Subscription::id).toList();
    }

    /** The machine runs: a slot is captured and its end set, an hourly meter starts. */
    public void activate(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = lock(handle, id);
        if (s.state() != SubscriptionState.PENDING_ACTIVATION) {
            if (isOver(s)) {
                throw ended();
            }
            return;
        }
        Instant from = micros(at);
        Subscription active = s.in(SubscriptionState.ACTIVE, "activated").activated(from);
        switch (s.component()) {
            case PriceComponent.Hour hour -> active = active.metering(s.holdId(), from);
            case PriceComponent.Slot slot -> {
                Instant to = from.plus(slot.period());
                chargeSpan(handle, s, from, to, s.price());
                active = active.metering(null, null).until(to);
            }
        }
        save(handle, active);
        schedule(handle, active);
    }

    /** The machine will not come: what is held is free again. */
    public void abandon(Handle handle, SubscriptionId id, String reason) {
        Subscription s = lock(handle, id);
        if (s.state() == SubscriptionState.PENDING_ACTIVATION) {
            if (s.holdId() != null) {
                wallet.release(handle, s.holdId());
            }
            save(
                    handle,
                    s.in(SubscriptionState.CANCELLED, reason)
                            .metering(null, null)
                            .ended(micros(clock.instant())));
        } else if (!isOver(s)) {
            end(handle, id, clock.instant(), reason);
        }
    }

    /** The machine was stopped: an hourly meter posts what was used and frees the rest. */
    public void pause(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = lock(handle, id);
        if (s.meteredFrom() == null) {
            return;
        }
        Subscription paused = closeMeter(handle, s, micros(at));
        if (paused.state() == SubscriptionState.ACTIVE) {
            paused = paused.in(SubscriptionState.ACTIVE, "paused");
        }
        save(handle, paused);
        jobs.cancel(handle, DueJob.TYPE, id.toString());
    }

    /**
     * The machine is about to be started again: an hourly subscription takes a new hold.
     *
     * @throws MingaException 409 {@code wallet.insufficient-funds}; 409 {@code billing.ended} when
     *     the slot is over or the subscription ended
     */
    public void resume(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = lock(handle, id);
        if (isOver(s)) {
            throw ended();
        }
        if (s.component() instanceof PriceComponent.Slot
                || s.state() == SubscriptionState.PENDING_ACTIVATION
                || s.meteredFrom() != null) {
            return;
        }
        Instant from = micros(at);
        Instant charged = store.chargedUntil(handle, id).orElse(from);
        Subscription resumed =
                s.in(SubscriptionState.ACTIVE, "resumed")
                        .metering(holdNext(handle, s), from.isBefore(charged) ? charged : from);
        save(handle, resumed);
        schedule(handle, resumed);
    }

    /** The machine is gone: what was used is posted, what is left of a slot refunded by rule. */
    public void end(Handle handle, SubscriptionId id, Instant at, String reason) {
        Subscription s = lock(handle, id);
        if (s.state() == SubscriptionState.PENDING_ACTIVATION) {
            abandon(handle, id, reason);
            return;
        }
        if (s.endedAt() != null) {
            return;
        }
        Instant moment = micros(at);
        Subscription last = s.meteredFrom() == null ? s : closeMeter(handle, s, moment);
        if (s.component() instanceof PriceComponent.Slot && s.refundRule() == RefundRule.PRORATED) {
            refundUnused(handle, s, moment);
        }
        SubscriptionState state =
                s.state() == SubscriptionState.EXPIRED
                        ? SubscriptionState.EXPIRED
                        : SubscriptionState.CANCELLED;
        save(handle, last.in(state, reason).ended(moment));
        jobs.cancel(handle, DueJob.TYPE, id.toString());
    }

    /**
     * Buys one more slot behind the running one, or a new one when the last is over, at the
     * subscription's price.
     *
     * @throws MingaException 409 {@code wallet.insufficient-funds}; 409 {@code
     *     billing.not-renewable} for hourly and ended subscriptions
     */
    public void renew(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = lock(handle, id);
        boolean running = s.state() == SubscriptionState.ACTIVE && s.expiresAt() != null;
        boolean over = s.state() == SubscriptionState.EXPIRED && s.endedAt() == null;
        if (!(s.component() instanceof PriceComponent.Slot slot) || !running && !over) {
            throw MingaException.of(
                    NOT_RENEWABLE,
                    "This cannot be renewed: only a machine with a fixed time can.",
                    "Esto no se puede renovar: solo una máquina con tiempo fijo.");
        }
        Instant now = micros(at);
        Instant expiry = s.expiresAt() == null ? now : s.expiresAt();
        Instant from = running || now.isBefore(expiry) ? expiry : now;
        Instant to = from.plus(slot.period());
        Subscription held = s.metering(holdNext(handle, s), null);
        chargeSpan(handle, held, from, to, s.price());
        Subscription renewed =
                held.in(SubscriptionState.ACTIVE, "renewed").metering(null, null).until(to);
        save(handle, renewed);
        schedule(handle, renewed);
    }

    /** The subscription of an instance, ended ones included. */
    public Optional<SubscriptionView> ofInstance(Handle handle, InstanceId instance) {
        return Optional.ofNullable(ofInstances(handle, List.of(instance)).get(instance));
    }

    /** The subscriptions of instances, ended ones included. */
    public Map<InstanceId, SubscriptionView> ofInstances(
            Handle handle, Collection<InstanceId> instances) {
        Instant now = clock.instant();
        Map<InstanceId, SubscriptionView> views = new LinkedHashMap<>();
        for (Subscription s : store.ofInstances(handle, instances)) {
            Money cost = new Money(store.charged(handle, s.id()), s.price().asset());
            if (s.meteredFrom() != null) {
                cost = cost.plus(Pricing.metered(s.price(), seconds(s.meteredFrom(), now)));
            }
            views.put(
                    s.instance(),
                    new SubscriptionView(
                            s.id(),
                            s.instance(),
                            s.state(),
                            s.component(),
                            s.price(),
                            s.meteredFrom() != null,
                            s.expiresAt(),
                            cost));
        }
        return views;
    }

    /**
     * Does what time has made due: charges the hours that are over and holds the next, or ends a
     * slot.
     *
     * @return when to come again; empty for never
     */
    Optional<Instant> settle(Handle handle, SubscriptionId id) {
        Optional<Subscription> found = store.lock(handle, id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Subscription s = found.get();
        Instant due = s.due();
        Instant now = micros(clock.instant());
        if (due == null || now.isBefore(due)) {
            return Optional.ofNullable(due);
        }
        Subscription settled =
                switch (s.component()) {
                    case PriceComponent.Hour hour -> chargeHours(handle, s, now);
                    case PriceComponent.Slot slot -> {
                        publish(handle, s, "billing.expired");
                        yield s.in(SubscriptionState.EXPIRED, "slot-over");
                    }
                };
        save(handle, settled);
        return Optional.ofNullable(settled.due());
    }

    /** Brings the jobs of overdue subscriptions forward, should one have been lost. */
    int sweep(Handle handle, int limit) {
        List<SubscriptionId> overdue = store.overdue(handle, clock.instant(), limit);
        for (SubscriptionId id : overdue) {
            jobs.enqueue(handle, DueJob.TYPE, id.toString(), new DueJob.Due(id));
        }
        return overdue.size();
    }

    // ------------------------------------------------------------------ meters

    /** Charges the whole hours up to a moment, each from its own hold. */
    private Subscription chargeHours(Handle handle, Subscription s, Instant until) {
        Subscription current = s;
        Duration hour = Duration.ofHours(1);
        for (int i = 0; i < CATCH_UP; i++) {
            Instant from = current.meteredFrom();
            if (from == null || until.isBefore(from.plus(hour))) {
                break;
            }
            Instant to = from.plus(hour);
            chargeSpan(handle, current, from, to, current.price());
            try {
                current = current.metering(holdNext(handle, current), to);
            } catch (MingaException e) {
                if (!e.code().code().equals("wallet.insufficient-funds")) {
                    throw e;
                }
                publish(handle, current, "billing.exhausted");
                current =
                        current.metering(null, null)
                                .in(SubscriptionState.SUSPENDED, e.code().code());
            }
        }
        return current;
    }

    /** Charges everything up to a moment and leaves nothing held. */
    private Subscription closeMeter(Handle handle, Subscription s, Instant at) {
        Subscription current = s;
        while (current.meteredFrom() != null
                && !at.isBefore(current.meteredFrom().plus(current.component().period()))) {
            current = chargeHours(handle, current, at);
        }
        Instant from = current.meteredFrom();
        if (from == null) {
            return current;
        }
        long used = seconds(from, at);
        if (used > 0) {
            chargeSpan(
                    handle,
                    current,
                    from,
                    from.plusSeconds(used),
                    Pricing.metered(current.price(), used));
        } else if (current.holdId() != null) {
            wallet.release(handle, current.holdId());
        }
        return current.metering(null, null);
    }

    private void chargeSpan(Handle handle, Subscription s, Instant from, Instant to, Money amount) {
        UUID transfer = null;
        if (s.holdId() != null) {
            Capture capture =
                    wallet.capture(
                            handle,
                            s.holdId(),
                            amount,
                            split(handle, s, amount),
                            kind(s.component()),
                            explains(s));
            transfer = capture.id();
        }
        store.insertSpan(
                handle,
                s,
                new UsageSpan(ids.next(), from, to, amount, Money.zero(amount.asset()), transfer));
        if (transfer != null && s.component() instanceof PriceComponent.Slot) {
            publish(handle, s, "billing.charged", Set.of(Topic.of(s.team())));
        }
    }

    private @Nullable UUID holdNext(Handle handle, Subscription s) {
        if (!s.price().isPositive()) {
            return null;
        }
        return wallet.hold(handle, s.team(), s.price(), explains(s)).id();
    }

    private void refundUnused(Handle handle, Subscription s, Instant at) {
        for (UsageSpan span : store.spans(handle, s)) {
            Money unused =
                    Pricing.unused(
                                    span.amount(),
                                    seconds(span.from(), span.to()),
                                    seconds(span.from(), at))
                            .minus(span.refunded());
            if (unused.isPositive() && span.transfer() != null) {
                wallet.refund(handle, span.transfer(), unused, explains(s));
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

    // ------------------------------------------------------------------ rows, jobs, facts

    private Subscription lock(Handle handle, SubscriptionId id) {
        return store.lock(handle, id).orElseThrow(Ids::noSuchThing);
    }

    private void save(Handle handle, Subscription s) {
        if (!store.update(handle, s)) {
            throw new IllegalStateException(s.id() + " was changed while it was locked");
        }
    }

    private void schedule(Handle handle, Subscription s) {
        Instant due = s.due();
        if (due != null) {
            jobs.enqueueAt(handle, DueJob.TYPE, s.id().toString(), new DueJob.Due(s.id()), due);
        }
    }

    private void publish(Handle handle, Subscription s, String type) {
        publish(handle, s, type, Set.of(Topic.of(s.team()), Topic.of(s.instance())));
    }

    private void publish(Handle handle, Subscription s, String type, Set<Topic> topics) {
        events.publish(
                handle,
                new Fact(
                        type,
                        s.instance().toString(),
                        topics,
                        Map.of(
                                "subscription", s.id().toString(),
                                "instance", s.instance().toString(),
                                "component", s.component().code())));
    }

    private static String kind(PriceComponent component) {
        return switch (component) {
            case PriceComponent.Hour hour -> "usage";
            case PriceComponent.Slot slot -> "purchase";
        };
    }

    /** People look for what a machine cost: its own page names the order. */
    private static Explains explains(Subscription s) {
        return explains(s.instance());
    }

    private static Explains explains(InstanceId instance) {
        return new Explains("instance", instance.toString());
    }

    private static boolean isOver(Subscription s) {
        return s.state() == SubscriptionState.CANCELLED || s.state() == SubscriptionState.EXPIRED;
    }

    private static long seconds(Instant from, Instant to) {
        return Math.max(0, Duration.between(from, to).toSeconds());
    }

    private static Instant micros(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }

    private static MingaException ended() {
        return MingaException.of(
                ENDED,
                "The paid time of this machine is over.",
                "El tiempo pagado de esta máquina terminó.");
    }
}
