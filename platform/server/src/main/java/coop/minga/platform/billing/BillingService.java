package coop.minga.platform.billing;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.TeamId;
import coop.minga.platform.catalog.RefundRule;
import coop.minga.platform.events.Events;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.pricing.Pricing;
import coop.minga.platform.pricing.SplitRule;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Subscriptions. Every method works inside the caller's transaction and, except {@link #renew}, is
 * safe to call again. Thread-safe.
 *
 * <p>Publishes {@code billing.charged} when something was paid, {@code billing.exhausted} when an
 * hourly subscription cannot be paid any longer, {@code billing.expired} when a slot is over, and
 * of what is paid by the month {@code billing.renews-soon}, {@code billing.past-due}, {@code
 * billing.suspended}, {@code billing.paid} and {@code billing.lapsed}; their subject is the
 * instance.
 */
public final class BillingService {

    private static final ErrorCode NOT_RENEWABLE = ErrorCode.conflict("billing.not-renewable");
    private static final ErrorCode NOT_CHANGEABLE = ErrorCode.conflict("billing.not-changeable");
    private static final ErrorCode ENDED = ErrorCode.conflict("billing.ended");

    private final Standings standings;
    private final Till till;
    private final HourMeter meter;
    private final Prepayment prepayment;
    private final Usages usage;
    private final Renewals renewals;
    private final Openings openings;
    private final PlanChanges changes;
    private final Clock clock;
    private final BillingStore store = new BillingStore();

    public BillingService(WalletService wallet, Jobs jobs, Events events, Ids ids, Clock clock) {
        this(wallet, SavedMethods.NONE, jobs, events, ids, clock);
    }

    public BillingService(
            WalletService wallet,
            SavedMethods methods,
            Jobs jobs,
            Events events,
            Ids ids,
            Clock clock) {
        this.standings = new Standings(jobs, events);
        this.till = new Till(wallet, standings, ids, clock);
        this.meter = new HourMeter(till, standings);
        this.prepayment = new Prepayment(till);
        this.usage = new Usages(till, standings);
        this.openings = new Openings(wallet, till, usage, ids);
        this.changes = new PlanChanges(till, meter, prepayment, usage);
        this.renewals = new Renewals(prepayment, wallet, methods, standings);
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
        return openings.open(handle, requests, micros(clock.instant()));
    }

    /** The machine runs: the first period is paid, or an hourly meter starts. */
    public void activate(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = standings.lock(handle, id);
        if (s.state() != SubscriptionState.PENDING_ACTIVATION) {
            if (isOver(s)) {
                throw ended();
            }
            return;
        }
        Instant from = micros(at);
        Subscription active = s.in(SubscriptionState.ACTIVE, "activated").activated(from);
        active =
                switch (active.component()) {
                    case PriceComponent.Hour _ -> active.metering(active.holdId(), from);
                    case PriceComponent.Prepaid prepaid ->
                            prepayment.begin(handle, active, prepaid, from);
                };
        openings.begun(handle, s, from);
        standings.saveAndSchedule(handle, active);
    }

    /** The machine will not come: what is held is free again. */
    public void abandon(Handle handle, SubscriptionId id, String reason) {
        Subscription s = standings.lock(handle, id);
        if (s.state() == SubscriptionState.PENDING_ACTIVATION) {
            till.release(handle, s.holdId());
            till.release(handle, s.course().setupHoldId());
            standings.save(
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
        Subscription s = standings.lock(handle, id);
        if (s.component() instanceof PriceComponent.Prepaid) {
            if (s.state() == SubscriptionState.ACTIVE) {
                standings.save(handle, s.in(SubscriptionState.ACTIVE, "paused"));
            }
            return;
        }
        if (s.meteredFrom() == null) {
            return;
        }
        Subscription paused = meter.close(handle, s, micros(at));
        if (paused.state() == SubscriptionState.ACTIVE) {
            paused = paused.in(SubscriptionState.ACTIVE, "paused");
        }
        standings.saveAndRest(handle, paused);
    }

    /**
     * The machine is about to be started again: an hourly subscription takes a new hold.
     *
     * @throws MingaException 409 {@code wallet.insufficient-funds}; 409 {@code billing.ended} when
     *     the slot is over or the subscription ended
     */
    public void resume(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = standings.lock(handle, id);
        if (isOver(s)) {
            throw ended();
        }
        if (s.state() == SubscriptionState.PENDING_ACTIVATION || s.meteredFrom() != null) {
            return;
        }
        Instant from = micros(at);
        if (s.component() instanceof PriceComponent.Prepaid prepaid) {
            if (s.state() == SubscriptionState.SUSPENDED) {
                standings.saveAndSchedule(handle, renewals.paid(handle, s, prepaid, from));
            } else if (s.isPaused()) {
                standings.save(handle, s.in(SubscriptionState.ACTIVE, "resumed"));
            }
            return;
        }
        Instant charged = store.chargedUntil(handle, id).orElse(from);
        Subscription resumed =
                s.in(SubscriptionState.ACTIVE, "resumed")
                        .metering(
                                till.holdNext(handle, s), from.isBefore(charged) ? charged : from);
        standings.saveAndSchedule(handle, resumed);
    }

    /** The machine is gone: what was used is posted, what is left of a slot refunded by rule. */
    public void end(Handle handle, SubscriptionId id, Instant at, String reason) {
        Subscription s = standings.lock(handle, id);
        if (s.state() == SubscriptionState.PENDING_ACTIVATION) {
            abandon(handle, id, reason);
            return;
        }
        if (s.endedAt() != null) {
            return;
        }
        Instant moment = micros(at);
        Subscription last = s.meteredFrom() == null ? s : meter.close(handle, s, moment);
        if (s.component() instanceof PriceComponent.Prepaid
                && s.terms().refundRule() == RefundRule.PRORATED) {
            till.refundUnused(handle, s, moment);
        }
        SubscriptionState state =
                s.state() == SubscriptionState.EXPIRED
                        ? SubscriptionState.EXPIRED
                        : SubscriptionState.CANCELLED;
        standings.saveAndRest(handle, last.in(state, reason).ended(moment));
    }

    /**
     * Pays one more period ahead of time, behind the running one; a slot that is over, or a period
     * that was not paid in time, begins again.
     *
     * @throws MingaException 409 {@code wallet.insufficient-funds}; 409 {@code
     *     billing.not-renewable} for hourly and ended subscriptions
     */
    public void renew(Handle handle, SubscriptionId id, Instant at) {
        Subscription s = standings.lock(handle, id);
        boolean over = s.state() == SubscriptionState.EXPIRED;
        boolean renewable =
                s.endedAt() == null
                        && s.expiresAt() != null
                        && (!over || s.component() instanceof PriceComponent.Slot);
        if (!(s.component() instanceof PriceComponent.Prepaid prepaid) || !renewable) {
            throw MingaException.of(
                    NOT_RENEWABLE,
                    "This cannot be renewed: only a machine that is paid ahead can.",
                    "Esto no se puede renovar: solo una máquina que se paga por adelantado.");
        }
        boolean lapsed = over || s.state() == SubscriptionState.SUSPENDED;
        standings.saveAndSchedule(
                handle, prepayment.next(handle, s, prepaid, micros(at), lapsed).paid("renewed"));
    }

    /**
     * Takes a reading of what an instance used of a metric; what is not metered is ignored.
     *
     * @param total on the counter, which only goes up or begins again at zero
     * @param at when it was read; older readings than the last change nothing
     * @throws MingaException 409 {@code wallet.insufficient-funds}: the next reading charges it too
     */
    public void used(Handle handle, SubscriptionId id, String metric, long total, Instant at) {
        Subscription s = standings.lock(handle, id);
        if (s.endedAt() == null) {
            usage.read(handle, s, metric, total, micros(at));
        }
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
                cost = cost.plus(Pricing.metered(s.price(), Till.seconds(s.meteredFrom(), now)));
            }
            views.put(
                    s.instance(),
                    new SubscriptionView(
                            s.id(),
                            s.instance(),
                            s.team(),
                            s.terms().plan(),
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
                    case PriceComponent.Hour _ -> meter.charge(handle, s, now);
                    case PriceComponent.Slot _ -> {
                        standings.tell(handle, s, "billing.expired");
                        yield s.in(SubscriptionState.EXPIRED, "slot-over");
                    }
                    case PriceComponent.Recurring recurring ->
                            renewals.due(handle, s, recurring, now);
                };
        standings.save(handle, settled);
        return Optional.ofNullable(settled.due());
    }

    /** A team's subscriptions that wait for money. */
    List<SubscriptionId> unpaid(Handle handle, TeamId team) {
        return store.unpaid(handle, team);
    }

    /** Money came in: pays what waits for it, if there is enough now. */
    void retry(Handle handle, SubscriptionId id) {
        renewals.retry(handle, standings.lock(handle, id), micros(clock.instant()));
    }

    /**
     * Decides, once for all, that an unpaid machine is destroyed: a payment that comes later finds
     * it over, one that came before keeps it. There is no snapshot of any machine yet, so that the
     * operator's policy must allow to destroy without one.
     *
     * @return whether it is to be destroyed
     */
    public boolean lapse(Handle handle, SubscriptionId id) {
        return renewals.lapse(handle, standings.lock(handle, id), clock.instant());
    }

    /**
     * What another plan or price would come to now.
     *
     * @throws MingaException 409 {@code billing.not-changeable} while it is not paid
     */
    PlanChange plannedChange(Handle handle, SubscriptionId id, PlanChanges.Wanted wanted) {
        return changes.plan(handle, changeable(handle, id), wanted, micros(clock.instant()));
    }

    /** Changes plan or price now, at what {@link #plannedChange} says at the same moment. */
    PlanChange change(Handle handle, SubscriptionId id, PlanChanges.Wanted wanted) {
        Subscription s = changeable(handle, id);
        Instant now = micros(clock.instant());
        PlanChange figures = changes.plan(handle, s, wanted, now);
        Subscription changed = changes.apply(handle, s, wanted, splitRule(handle), now);
        standings.saveAndReschedule(handle, changed);
        standings.tell(
                handle,
                changed,
                "billing.changed",
                Map.of(
                        "plan_id", wanted.plan().toString(),
                        "plan_code", wanted.code(),
                        "plan_name", wanted.name().byLanguage()));
        return figures;
    }

    private Subscription changeable(Handle handle, SubscriptionId id) {
        Subscription s = standings.lock(handle, id);
        if (s.state() != SubscriptionState.ACTIVE || s.endedAt() != null) {
            throw MingaException.of(
                    NOT_CHANGEABLE,
                    "This can be changed once the machine runs and is paid for.",
                    "Esto se puede cambiar cuando la máquina funcione y esté pagada.");
        }
        return s;
    }

    /** Brings the jobs of overdue subscriptions forward, should one have been lost. */
    int sweep(Handle handle, int limit) {
        List<SubscriptionId> overdue = store.overdue(handle, clock.instant(), limit);
        for (SubscriptionId id : overdue) {
            standings.bringForward(handle, id);
        }
        return overdue.size();
    }

    private static boolean isOver(Subscription s) {
        return s.state() == SubscriptionState.CANCELLED || s.state() == SubscriptionState.EXPIRED;
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
