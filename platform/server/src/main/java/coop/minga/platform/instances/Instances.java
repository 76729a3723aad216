package coop.minga.platform.instances;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.OrderId;
import coop.minga.platform.PlanId;
import coop.minga.platform.TeamId;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Json;
import coop.minga.platform.supply.Reservation;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The book of instances: rows, legal changes of state, placements, and the facts that tell about
 * them. Every method joins the caller's transaction. Thread-safe.
 */
public final class Instances {

    /** Names what other hosts and caches drop when an instance changes. */
    static final String CACHE = "instances";

    private final Events events;
    private final SecretBox box;
    private final SecureRandom random;
    private final Clock clock;
    private final InstanceStore store = new InstanceStore();

    public Instances(Events events, SecretBox box, SecureRandom random, Clock clock) {
        this.events = events;
        this.box = box;
        this.random = random;
        this.clock = clock;
    }

    /**
     * An instance about to be ordered.
     *
     * @param workload what runs in it
     * @param environment variables, possibly the customer's secrets
     * @param credentials secrets made for it
     * @param shown the customer's choices without secrets
     */
    public record NewInstance(
            InstanceId id,
            TeamId team,
            AccountId account,
            OrderId order,
            PlanId plan,
            String planCode,
            Text planName,
            Text productName,
            String offering,
            String name,
            Size size,
            Set<String> needs,
            Workload workload,
            Map<String, String> environment,
            List<Credential> credentials,
            List<String> sshKeys,
            Map<String, Object> shown) {}

    /** Writes the row and the addresses of its ports. */
    public void create(Handle handle, NewInstance made) {
        Instant now = clock.instant();
        String machine = machineName(made.name(), made.id());
        Blueprint blueprint =
                new Blueprint(
                        new CreateInstance(
                                machine,
                                made.size(),
                                made.workload(),
                                made.environment(),
                                made.sshKeys(),
                                Map.of("minga-instance", made.id().toString())),
                        made.credentials());
        Reason reason = Reason.requested();
        Instance row =
                new Instance(
                        made.id(),
                        made.team(),
                        made.account(),
                        made.order(),
                        made.plan(),
                        made.planCode(),
                        Json.write(made.planName().byLanguage()),
                        Json.write(made.productName().byLanguage()),
                        made.offering(),
                        made.name(),
                        machine,
                        made.size().cpuMillis(),
                        made.size().memoryMb(),
                        made.size().diskMb(),
                        made.needs().stream().sorted().toList(),
                        blueprint.sealed(box, made.id()),
                        Json.write(made.shown()),
                        "none",
                        false,
                        made.credentials().size(),
                        null,
                        InstanceState.REQUESTED,
                        reason.code(),
                        reason.text().in("en"),
                        reason.text().in("es"),
                        now,
                        0,
                        "running",
                        null,
                        null,
                        null,
                        null,
                        null,
                        0,
                        now,
                        null,
                        null);
        store.insert(handle, row);
        for (Workload.Port port : made.workload().ports()) {
            store.addEndpoint(handle, made.id(), port, label());
        }
        tell(handle, row, InstanceState.REQUESTED, reason, now);
    }

    public Optional<Instance> find(Handle handle, InstanceId id) {
        return store.find(handle, id);
    }

    /** The row, held until the transaction ends. Take it before anything else of the instance. */
    public Instance lock(Handle handle, InstanceId id) {
        return store.lock(handle, id).orElseThrow(Ids::noSuchThing);
    }

    /**
     * Changes the state of a locked row, or only its reason.
     *
     * @return the row as it is now
     * @throws IllegalStateException when the table of transitions forbids it, or the row is not the
     *     newest
     */
    public Instance become(Handle handle, Instance from, InstanceState to, Reason reason) {
        if (from.state() != to && !from.state().mayBecome(to)) {
            throw new IllegalStateException(
                    "Instance " + from.id() + " may not go from " + from.state() + " to " + to);
        }
        Instant now = clock.instant();
        if (!store.move(handle, from, to, reason, now)) {
            throw new IllegalStateException("Instance " + from.id() + " changed in between");
        }
        if (from.state() != to || !from.reasonCode().equals(reason.code())) {
            tell(handle, from, to, reason, from.state() == to ? from.since() : now);
        }
        return from.moved(to, reason, now);
    }

    /** The placement that is tried or lives, and those before it, newest first. */
    public List<Placement> placements(Handle handle, InstanceId instance) {
        return store.placements(handle, instance);
    }

    /** Prepares an attempt: its key is in the books before any backend hears of it. */
    public void place(Handle handle, InstanceId instance, int attempt, Reservation room) {
        store.addPlacement(
                handle, label(), instance, attempt, room.node(), room.provider(), clock.instant());
    }

    /** From now on the backend may know of it. */
    public void calling(Handle handle, Placement placement) {
        store.calling(handle, placement.key(), clock.instant());
    }

    /** The backend said that it knows nothing of it. */
    public void blank(Handle handle, Placement placement) {
        store.blank(handle, placement.key(), placement.blanks() + 1);
    }

    /** It was certainly not done: the same key may be asked for again. */
    public void callAgain(Handle handle, Placement placement) {
        store.callAgain(handle, placement.key());
    }

    public void created(Handle handle, Placement placement, InstanceHandle machine) {
        store.created(handle, placement.key(), machine.value(), clock.instant());
    }

    public void discard(Handle handle, Placement placement, String reason) {
        store.discarding(handle, placement.key(), reason);
    }

    /** There certainly is nothing on the backend under the placement's key. */
    public void gone(Handle handle, Placement placement, String reason) {
        store.gone(handle, placement.key(), reason, clock.instant());
    }

    /** It runs for the first time. */
    public Instance activate(
            Handle handle, Instance locked, Placement placement, Observation observation) {
        store.activate(handle, locked.id(), placement.key(), clock.instant());
        addresses(handle, locked.id(), observation);
        return become(handle, locked, InstanceState.RUNNING, Reason.running());
    }

    /** Takes over where the ports are reached now. */
    void addresses(Handle handle, InstanceId id, Observation observation) {
        for (Endpoint endpoint : observation.endpoints()) {
            store.address(handle, id, endpoint.port(), PortAddress.written(endpoint.address()));
        }
        events.invalidate(handle, CACHE, id.toString());
    }

    /** What is asked of the backend, secrets included. */
    public CreateInstance request(Instance instance) {
        return Blueprint.opened(box, instance.id(), instance.request()).complete();
    }

    /** The secrets made for it. */
    List<Credential> credentials(Instance instance) {
        return Blueprint.opened(box, instance.id(), instance.request()).credentials();
    }

    /** Tells how far an order has come. */
    public void step(
            Handle handle,
            Instance instance,
            String name,
            String state,
            @Nullable Instant startedAt,
            @Nullable Instant endedAt) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("instance_id", instance.id());
        data.put("order_id", instance.orderId());
        data.put("name", name);
        data.put("state", state);
        if (startedAt != null) {
            data.put("started_at", startedAt);
        }
        if (endedAt != null) {
            data.put("ended_at", endedAt);
        }
        events.publish(
                handle,
                new Fact("instance.step", instance.id().toString(), topics(instance), data));
    }

    private void tell(
            Handle handle, Instance instance, InstanceState state, Reason reason, Instant since) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("instance_id", instance.id());
        data.put("name", instance.name());
        data.put("state", state);
        data.put("reason", Map.of("code", reason.code(), "text", reason.text().byLanguage()));
        data.put("since", since);
        events.publish(
                handle,
                new Fact("instance.state", instance.id().toString(), topics(instance), data));
        if (state != InstanceState.REQUESTED) {
            events.invalidate(handle, CACHE, instance.id().toString());
        }
    }

    static Set<Topic> topics(Instance instance) {
        return Set.of(Topic.of(instance.teamId()), Topic.of(instance.id()), Topic.ADMIN);
    }

    /** 128 bits nobody can guess, in base32. */
    private String label() {
        return Ids.encode(new UUID(random.nextLong(), random.nextLong()));
    }

    /** Readable for people who look at the backend, unique on this host. */
    private static String machineName(String name, InstanceId id) {
        String start = name.replaceAll("^-+|-+$", "");
        String head = start.substring(0, Math.min(start.length(), 24));
        return (head.isEmpty() ? "m" : head.replaceAll("-+$", ""))
                + "-"
                + Ids.encode(id.value()).substring(11);
    }

    /** What a backend carries or is about to carry. */
    public Holding heldBy(Handle handle, String provider) {
        return store.heldBy(handle, provider);
    }

    /** Says what plan an instance is of from now on. */
    void replan(Handle handle, InstanceId id, PlanId plan, String code, String name) {
        store.replan(handle, id, plan, code, name);
    }
}
