package coop.minga.platform.supply;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.NodeId;
import coop.minga.platform.db.Db;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.Size;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Nodes and the room on them. Thread-safe. */
public final class Supply {

    /** There is no room. */
    public static final ErrorCode EXHAUSTED = ErrorCode.conflict("capacity.exhausted");

    private static final Logger log = LoggerFactory.getLogger(Supply.class);
    private static final Duration ASK = Duration.ofSeconds(10);

    private final Db db;
    private final Backends backends;
    private final Ids ids;
    private final Clock clock;
    private final SupplyStore store = new SupplyStore();

    public Supply(Db db, Backends backends, Ids ids, Clock clock) {
        this.db = db;
        this.backends = backends;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Reserves room on the least loaded node that can carry it. Joins the caller's transaction and
     * holds the node's row until its end, so call it late.
     *
     * @param without nodes not to try
     * @throws MingaException 409 {@code capacity.exhausted}
     */
    public Reservation reserve(
            Handle handle,
            Set<String> needs,
            Size size,
            InstanceId instance,
            Collection<NodeId> without) {
        for (SupplyStore.Candidate node : store.candidates(handle, needs, size, without)) {
            if (store.take(handle, ids.next(), instance, node.id(), needs, size, clock.instant())) {
                return new Reservation(node.id(), node.provider());
            }
        }
        throw MingaException.of(
                EXHAUSTED,
                "There is no room for this right now. Nothing was charged; please try a smaller"
                        + " plan or come back later.",
                "Ahora mismo no hay lugar para esto. No se cobró nada; prueba un plan más pequeño"
                        + " o vuelve más tarde.");
    }

    /** Gives back what an instance reserved; what is free already stays so. */
    public void free(Handle handle, InstanceId instance) {
        store.free(handle, instance, clock.instant());
    }

    /** Whether such a machine could be placed now. */
    public boolean fits(Handle handle, Set<String> needs, Size size) {
        return !store.candidates(handle, needs, size, List.of()).isEmpty();
    }

    public List<Node> nodes() {
        return db.read(store::nodes);
    }

    /** Names of nodes whose counters differ from what is reserved on them: none, ever. */
    public static List<String> discrepancies(Handle handle) {
        return new SupplyStore().discrepancies(handle);
    }

    /** Asks every backend what it has and takes it over. */
    public void refresh() {
        Set<String> configured = new HashSet<>();
        for (Backends.Backend backend : backends.all()) {
            configured.add(backend.name());
            refresh(backend);
        }
        for (Node node : nodes()) {
            if (!configured.contains(node.provider())) {
                db.useTransaction(handle ->
                        store.describe(
                                handle,
                                node.provider(),
                                "unavailable",
                                "The provider is not configured any more",
                                node.capabilities()));
            }
        }
    }

    /** Asks one backend; unknown names are ignored. */
    public void refresh(String provider) {
        backends.find(provider).ifPresent(this::refresh);
    }

    private void refresh(Backends.Backend backend) {
        String name = backend.name();
        db.useTransaction(handle -> store.add(handle, new NodeId(ids.next()), name));
        switch (backend.presence()) {
            case READY -> ask(backend);
            case COMING -> log.debug("Backend {} was not asked yet", name);
            case AWAY -> describe(backend, "unavailable", backend.reason());
        }
    }

    private void ask(Backends.Backend backend) {
        String name = backend.name();
        Outcome<Capacity> capacity =
                backends.call(
                        name,
                        "capacity",
                        new IdempotencyKey(Ids.encode(ids.next())),
                        ASK,
                        ComputeBackend::capacity);
        if (capacity instanceof Outcome.Answered<Capacity>(Capacity value)) {
            db.useTransaction(handle -> {
                store.describe(handle, name, "ready", "", backend.capabilities());
                store.report(handle, name, value, clock.instant());
            });
        } else {
            log.warn("Backend {} does not say what room it has: {}", name, capacity.problem());
            describe(backend, "degraded", capacity.problem());
        }
    }

    private void describe(Backends.Backend backend, String state, String reason) {
        db.useTransaction(handle ->
                store.describe(handle, backend.name(), state, reason, backend.capabilities()));
    }
}
