package coop.minga.platform.instances;

import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.SubscriptionView;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.supply.Supply;
import coop.minga.plugin.api.compute.Observation;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The changes of running machines that owners, billing and the reconciler ask for alike, each
 * written in the caller's transaction. Thread-safe.
 */
final class Actions {

    static final JobType<InstanceJob> POWER = new JobType<>("instances.power", InstanceJob.class);
    static final JobType<InstanceJob> TERMINATE =
            new JobType<>("instances.terminate", InstanceJob.class);
    static final JobType<InstanceJob> LOOK = new JobType<>("instances.look", InstanceJob.class);

    /** Why machines are stopped that start by themselves once there is money. */
    private static final Set<String> UNPAID =
            Set.of(Reason.exhausted().code(), Reason.overdue().code());

    private static final Set<InstanceState> UP = Set.of(InstanceState.RUNNING);

    /** A machine that ran shorter than this ended by itself; it is not started again and again. */
    private static final Duration STEADY = Duration.ofSeconds(60);

    private final Instances instances;
    private final BillingService billing;
    private final Supply supply;
    private final Jobs jobs;
    private final Supplier<String> keys;
    private final Clock clock;
    private final InstanceStore store = new InstanceStore();

    /**
     * @param keys makes idempotency keys
     */
    Actions(
            Instances instances,
            BillingService billing,
            Supply supply,
            Jobs jobs,
            Supplier<String> keys,
            Clock clock) {
        this.instances = instances;
        this.billing = billing;
        this.supply = supply;
        this.jobs = jobs;
        this.keys = keys;
        this.clock = clock;
    }

    /** Begins to start, stop or restart a locked instance. */
    void begin(
            Handle handle,
            Instance instance,
            String action,
            @Nullable String target,
            InstanceState during,
            Reason reason) {
        store.beginAction(handle, instance.id(), action, keys.get(), target, clock.instant());
        Instance now = instances.lock(handle, instance.id());
        instances.become(handle, now, during, reason);
        enqueue(handle, POWER, instance.id());
    }

    void enqueue(Handle handle, JobType<InstanceJob> type, InstanceId id) {
        jobs.enqueue(handle, type, id.toString(), new InstanceJob(id));
    }

    /** Its owner wants it stopped, or the host must stop it. */
    void stop(Handle handle, Instance instance, @Nullable String target, Reason reason) {
        store.desire(handle, instance.id(), "stopped");
        begin(handle, instance, "stop", target, instance.state(), reason);
    }

    /** The machine is up. */
    void up(Handle handle, Instance instance, Observation observation) {
        store.endAction(handle, instance.id());
        instances.addresses(handle, instance.id(), observation);
        Instance now = instances.lock(handle, instance.id());
        store.observed(handle, now.id(), observation.state().name(), 0, clock.instant());
        instances.become(handle, now, InstanceState.RUNNING, Reason.running());
    }

    /** The machine is down: the meter stops with it. */
    void down(Handle handle, Instance instance, InstanceState state, Reason reason) {
        store.endAction(handle, instance.id());
        store.desire(handle, instance.id(), "stopped");
        store.forgetAddresses(handle, instance.id());
        Instance now = instances.lock(handle, instance.id());
        store.observed(handle, now.id(), "STOPPED", 0, clock.instant());
        instances.become(handle, now, state, reason);
        subscription(handle, instance.id())
                .ifPresent(sub -> billing.pause(handle, sub.id(), clock.instant()));
        if (state == InstanceState.SUSPENDED) {
            // It may have been paid for while it was being stopped.
            lift(handle, instances.lock(handle, instance.id()));
        }
    }

    /** Starts what was stopped for want of money, if there is enough now. */
    void lift(Handle handle, Instance instance) {
        boolean waits =
                instance.state() == InstanceState.SUSPENDED
                        && instance.pendingAction().isEmpty()
                        && UNPAID.contains(instance.reasonCode());
        Optional<SubscriptionView> subscription = subscription(handle, instance.id());
        if (!waits || subscription.isEmpty()) {
            return;
        }
        try {
            billing.resume(handle, subscription.get().id(), clock.instant());
        } catch (MingaException e) {
            // Not enough, or over: it stays as it is.
            return;
        }
        store.desire(handle, instance.id(), "running");
        begin(handle, instance, "start", null, instance.state(), Reason.starting());
    }

    /** The machine is gone without anybody having asked for it. */
    void lost(Handle handle, Instance instance, Placement placement) {
        Instant now = clock.instant();
        store.endAction(handle, instance.id());
        store.desire(handle, instance.id(), "gone");
        store.forgetAddresses(handle, instance.id());
        store.forgetPasses(handle, instance.id());
        instances.gone(handle, placement, "lost");
        Instance row = instances.lock(handle, instance.id());
        instances.become(handle, row, InstanceState.FAILED, Reason.lost());
        subscription(handle, instance.id())
                .ifPresent(sub -> billing.end(handle, sub.id(), now, "lost"));
        supply.free(handle, instance.id());
    }

    /** Begins to destroy a locked instance that ran before. */
    void terminate(Handle handle, Instance instance, Reason reason) {
        store.desire(handle, instance.id(), "gone");
        store.endAction(handle, instance.id());
        store.forgetPasses(handle, instance.id());
        Instance now = instances.lock(handle, instance.id());
        instances.become(handle, now, InstanceState.TERMINATING, reason);
        enqueue(handle, TERMINATE, instance.id());
    }

    /** The backend has destroyed it: everything it held is free again. */
    void terminated(Handle handle, Instance instance) {
        for (Placement placement : instances.placements(handle, instance.id())) {
            instances.gone(handle, placement, "");
        }
        store.forgetAddresses(handle, instance.id());
        Reason reason =
                instance.reasonCode().equals(Reason.deleting().code())
                        ? Reason.deleted()
                        : instance.reason();
        instances.become(handle, instance, InstanceState.TERMINATED, reason);
        // What was used ends when its owner asked, not when the backend came round to it.
        subscription(handle, instance.id())
                .ifPresent(sub ->
                        billing.end(handle, sub.id(), instance.since(), instance.reasonCode()));
        supply.free(handle, instance.id());
    }

    Optional<SubscriptionView> subscription(Handle handle, InstanceId id) {
        return billing.ofInstance(handle, id);
    }

    /**
     * Brings books and backend together for an instance that ran before and that nothing is being
     * done to.
     *
     * @param instance locked
     * @param direct whether the backend was asked for this very instance
     */
    void reconcile(
            Handle handle,
            Instance instance,
            Placement placement,
            Observation observation,
            boolean direct) {
        if (!instance.activated()
                || instance.state().isOver()
                || instance.state() == InstanceState.TERMINATING
                || instance.pendingAction().isPresent()) {
            return;
        }
        boolean wanted = instance.desired().equals("running");
        switch (observation.state()) {
            case CREATING, STARTING -> {}
            case RUNNING -> {
                if (!wanted) {
                    begin(
                            handle,
                            instance,
                            "stop",
                            target(instance),
                            instance.state(),
                            instance.reason());
                } else if (!UP.contains(instance.state()) || instance.misses() > 0) {
                    up(handle, instance, observation);
                } else {
                    instances.addresses(handle, instance.id(), observation);
                    store.observed(handle, instance.id(), "RUNNING", 0, clock.instant());
                }
            }
            case STOPPED, FAILED -> {
                if (wanted && direct) {
                    boolean steady =
                            instance.since().plus(STEADY).isBefore(clock.instant())
                                    || instance.state() == InstanceState.UNKNOWN;
                    if (steady) {
                        begin(
                                handle,
                                instance,
                                "start",
                                null,
                                InstanceState.RECOVERING,
                                Reason.recovering());
                    } else {
                        down(handle, instance, InstanceState.STOPPED, Reason.stoppedItself());
                    }
                } else if (wanted) {
                    enqueue(handle, LOOK, instance.id());
                } else {
                    store.observed(handle, instance.id(), "STOPPED", 0, clock.instant());
                    if (instance.state() == InstanceState.UNKNOWN) {
                        instances.become(handle, instance, settled(instance), instance.reason());
                    }
                }
            }
            case GONE -> {
                int misses = instance.misses() + 1;
                store.observed(handle, instance.id(), "GONE", misses, clock.instant());
                if (misses > 2 && direct) {
                    lost(handle, instance, placement);
                } else if (misses >= 2) {
                    enqueue(handle, LOOK, instance.id());
                }
            }
        }
    }

    private static @Nullable String target(Instance instance) {
        return instance.state() == InstanceState.SUSPENDED ? "suspended" : null;
    }

    private static InstanceState settled(Instance instance) {
        return instance.reasonCode().equals(Reason.exhausted().code())
                        || instance.reasonCode().equals(Reason.expired().code())
                        || instance.reasonCode().equals(Reason.overdue().code())
                ? InstanceState.SUSPENDED
                : InstanceState.STOPPED;
    }
}
