package coop.minga.platform.instances;

import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.billing.SubscriptionState;
import coop.minga.platform.billing.SubscriptionView;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.jobs.JobHandler;
import coop.minga.platform.jobs.JobOutcome;
import coop.minga.platform.jobs.JobRun;
import coop.minga.platform.jobs.JobType;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.compute.Observation;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares what should be with what every backend lists: the safety net under hints and jobs. Only
 * what is known to be ours and unwanted is destroyed; what nobody knows is shown to operators.
 */
final class ReconcileJob implements JobHandler<ReconcileJob.Nothing> {

    /** No payload. */
    record Nothing() {}

    static final JobType<Nothing> TYPE = new JobType<>("instances.reconcile", Nothing.class);

    private static final Logger log = LoggerFactory.getLogger(ReconcileJob.class);
    private static final int MAX_PAGES = 1_000;

    /** Work that did not end by then is begun anew, in case its job was lost. */
    private static final Duration STUCK = Duration.ofMinutes(2);

    private final Db db;
    private final Instances instances;
    private final Actions actions;
    private final Ordering ordering;
    private final Backends backends;
    private final Events events;
    private final Audit audit;
    private final Ids ids;
    private final InstancesConfig config;
    private final Clock clock;
    private final InstanceStore store = new InstanceStore();

    ReconcileJob(
            Db db,
            Instances instances,
            Actions actions,
            Ordering ordering,
            Backends backends,
            Events events,
            Audit audit,
            Ids ids,
            InstancesConfig config,
            Clock clock) {
        this.db = db;
        this.instances = instances;
        this.actions = actions;
        this.ordering = ordering;
        this.backends = backends;
        this.events = events;
        this.audit = audit;
        this.ids = ids;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public JobType<Nothing> type() {
        return TYPE;
    }

    @Override
    public JobOutcome run(JobRun run, Nothing payload) {
        for (Backends.Backend backend : backends.all()) {
            if (backend.ready()) {
                backend(run, backend.name());
            }
        }
        expired(run);
        stuck(run);
        db.useTransaction(handle -> store.sweepPasses(handle, clock.instant()));
        return JobOutcome.done();
    }

    private void backend(JobRun run, String provider) {
        // Read before the list: what is placed meanwhile must not look missing.
        Map<String, Placement> ours = new HashMap<>();
        for (Placement placement : db.read(handle -> store.placementsOn(handle, provider))) {
            ours.put(placement.key(), placement);
        }
        Instant begun = clock.instant();
        Optional<List<Observation>> listed = list(provider);
        if (listed.isEmpty()) {
            return;
        }
        Map<String, Observation> byKey = new HashMap<>();
        Map<String, Observation> byHandle = new HashMap<>();
        for (Observation observation : listed.get()) {
            observation.key().ifPresent(key -> byKey.put(key.value(), observation));
            byHandle.put(observation.handle().value(), observation);
        }
        Map<InstanceId, Instance> rows = new HashMap<>();
        db.read(handle ->
                        store.findAll(
                                handle, ours.values().stream().map(Placement::instanceId).toList()))
                .forEach(row -> rows.put(row.id(), row));
        for (Placement placement : ours.values()) {
            Instance before = rows.get(placement.instanceId());
            if (placement.state().equals("created") && before != null) {
                Observation seen = byKey.get(placement.key());
                if (seen == null && placement.handle() != null) {
                    seen = byHandle.get(placement.handle());
                }
                known(
                        run,
                        placement,
                        before,
                        seen == null ? Observation.gone(placement.instanceHandle()) : seen);
            }
        }
        for (Observation observation : listed.get()) {
            String key = observation.key().map(IdempotencyKey::value).orElse("");
            if (!ours.containsKey(key)
                    && ours.values().stream()
                            .noneMatch(p -> observation.handle().value().equals(p.handle()))) {
                unexpected(run, provider, observation, key);
            }
        }
        db.useTransaction(handle -> store.sweepStrays(handle, provider, begun));
    }

    private Optional<List<Observation>> list(String provider) {
        List<Observation> all = new ArrayList<>();
        Page.Token token = Page.Token.FIRST;
        for (int page = 0; page < MAX_PAGES; page++) {
            Page.Token at = token;
            Outcome<Page<Observation>> outcome =
                    backends.call(
                            provider,
                            "list",
                            new IdempotencyKey(Ids.encode(ids.next())),
                            config.callWithin(),
                            (backend, call) -> backend.list(call, at));
            if (!(outcome instanceof Outcome.Answered<Page<Observation>>(Page<Observation> got))) {
                log.warn("Backend {} cannot be listed: {}", provider, outcome.problem());
                return Optional.empty();
            }
            all.addAll(got.items());
            if (got.next().isEmpty()) {
                return Optional.of(all);
            }
            token = got.next().get();
        }
        log.warn("Backend {} lists without end", provider);
        return Optional.empty();
    }

    private void known(JobRun run, Placement placement, Instance before, Observation seen) {
        if (!before.activated() || calm(before, seen)) {
            return;
        }
        db.useTransaction(handle -> {
            run.fence(handle);
            Instance row = instances.lock(handle, placement.instanceId());
            if (placement.key().equals(row.liveKey())) {
                actions.reconcile(handle, row, placement, seen, false);
            }
        });
    }

    /** Nothing to write about: most instances, most of the time. */
    private static boolean calm(Instance instance, Observation seen) {
        return instance.misses() == 0
                && (seen.state() == Observation.State.RUNNING
                                && instance.state() == InstanceState.RUNNING
                                && instance.desired().equals("running")
                        || seen.state() == Observation.State.STOPPED
                                && (instance.state() == InstanceState.STOPPED
                                        || instance.state() == InstanceState.SUSPENDED)
                                && instance.desired().equals("stopped"));
    }

    /** It stands under our name, but no placement of ours should be there. */
    private void unexpected(JobRun run, String provider, Observation seen, String key) {
        Optional<Placement> placement = db.read(handle -> store.placement(handle, key));
        if (placement.isEmpty()) {
            boolean fresh =
                    db.inTransaction(handle -> {
                        run.fence(handle);
                        boolean known =
                                store.strays(handle).stream()
                                        .anyMatch(s ->
                                                s.provider().equals(provider)
                                                        && s.handle()
                                                                .equals(seen.handle().value()));
                        store.stray(handle, provider, seen.handle().value(), key, clock.instant());
                        if (!known) {
                            events.publish(
                                    handle,
                                    new Fact(
                                            "instance.stray",
                                            provider,
                                            Set.of(Topic.ADMIN),
                                            Map.of(
                                                    "provider",
                                                    provider,
                                                    "handle",
                                                    seen.handle().value())));
                        }
                        return !known;
                    });
            if (fresh) {
                log.warn(
                        "Backend {} has a machine nobody here knows: {}. It is left alone.",
                        provider,
                        seen.handle().value());
            }
            return;
        }
        if (!placement.get().state().equals("gone")
                || !placement.get().provider().equals(provider)) {
            // Placed, or discarded by its own job, while the list was being read.
            return;
        }
        log.warn(
                "Backend {} still has {} of an attempt that is over; destroying it",
                provider,
                seen.handle().value());
        Outcome<Boolean> destroyed =
                backends.call(
                        provider,
                        "destroy",
                        placement.get().idempotencyKey(),
                        config.callWithin(),
                        (backend, call) -> {
                            backend.destroy(call, seen.handle());
                            return true;
                        });
        db.useTransaction(handle ->
                audit.record(
                        handle,
                        new Audit.Entry(
                                "system",
                                "",
                                "instance.orphan-destroyed",
                                placement.get().instanceId().toString(),
                                Map.of(),
                                Map.of(
                                        "provider",
                                        provider,
                                        "handle",
                                        seen.handle().value(),
                                        "done",
                                        destroyed instanceof Outcome.Answered<Boolean>),
                                run.traceId())));
    }

    /** Machines whose time is over and that nobody renewed. */
    private void expired(JobRun run) {
        Instant before = clock.instant().minus(config.renewWithin());
        for (InstanceId id : db.read(handle -> store.stuck(handle, List.of("suspended"), before))) {
            db.useTransaction(handle -> {
                run.fence(handle);
                Instance row = instances.lock(handle, id);
                Optional<SubscriptionView> subscription = actions.subscription(handle, id);
                // What is paid by the month is destroyed by billing's word alone.
                boolean over =
                        subscription.isEmpty()
                                || subscription.get().component() instanceof PriceComponent.Slot
                                        && (subscription.get().state() == SubscriptionState.EXPIRED
                                                || subscription
                                                        .get()
                                                        .expiresAt()
                                                        .filter(at -> at.isBefore(before))
                                                        .isPresent());
                if (row.state() == InstanceState.SUSPENDED && over) {
                    actions.terminate(handle, row, Reason.notRenewed());
                }
            });
        }
    }

    private void stuck(JobRun run) {
        Instant before = clock.instant().minus(STUCK);
        for (InstanceId id :
                db.read(handle -> store.stuck(handle, List.of("terminating"), before))) {
            db.useTransaction(handle -> actions.enqueue(handle, Actions.TERMINATE, id));
        }
        for (InstanceId id : db.read(handle -> store.busy(handle, before))) {
            db.useTransaction(handle -> actions.enqueue(handle, Actions.POWER, id));
        }
        for (InstanceId id :
                db.read(handle ->
                        store.stuck(
                                handle, List.of("requested", "provisioning", "unknown"), before))) {
            db.useTransaction(handle -> {
                Instance row = instances.lock(handle, id);
                if (row.activated()) {
                    actions.enqueue(handle, Actions.LOOK, id);
                } else {
                    ordering.wake(handle, row.orderId());
                }
            });
        }
    }
}
