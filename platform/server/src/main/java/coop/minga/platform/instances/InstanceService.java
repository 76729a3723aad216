package coop.minga.platform.instances;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;

import coop.minga.platform.AccountId;
import coop.minga.platform.CrashPoint;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.billing.SubscriptionView;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Authenticator;
import coop.minga.platform.http.Cursor;
import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Json;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.SocketHandler;
import coop.minga.platform.jobs.JobId;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.pricing.PriceComponent;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.platform.supply.Supply;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Need;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What owners and operators do with instances. Thread-safe. */
public final class InstanceService {

    private static final Logger log = LoggerFactory.getLogger(InstanceService.class);
    private static final Duration RECONCILE = Duration.ofSeconds(15);
    private static final ErrorCode WRONG_STATE = ErrorCode.conflict("instance.wrong-state");
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private final Parts parts;
    private final Actions actions;
    private final Passes passes;
    private final Consoles consoles;
    private final EndpointGate gate;
    private final InstanceStore store = new InstanceStore();

    /**
     * What it is made of.
     *
     * @param ordering brings orders whose instance never ran to their end
     * @param owners whose machines they are, for operators
     */
    public record Parts(
            Db db,
            Instances instances,
            Supply supply,
            Backends backends,
            BillingService billing,
            Ordering ordering,
            Owners owners,
            Jobs jobs,
            Events events,
            Audit audit,
            Authenticator authenticator,
            Hints hints,
            InstancesConfig config,
            Ids ids,
            SecureRandom random,
            Clock clock,
            CrashPoint crash) {}

    public InstanceService(Parts parts) {
        this.parts = parts;
        this.actions =
                new Actions(
                        parts.instances(),
                        parts.billing(),
                        parts.supply(),
                        parts.jobs(),
                        () -> Ids.encode(parts.ids().next()),
                        parts.clock());
        this.passes =
                new Passes(
                        parts.db(),
                        parts.authenticator(),
                        parts.config(),
                        parts.random(),
                        parts.clock());
        this.consoles = new Consoles(parts.db(), parts.backends(), parts.events());
        this.gate = new EndpointGate(parts.db(), parts.events(), parts.config(), passes);
    }

    /** The origins of instances. */
    public EndpointGate gate() {
        return gate;
    }

    SocketHandler consoles() {
        return consoles;
    }

    /** Makes jobs and listeners known; before jobs and events start. */
    public void register() {
        Jobs jobs = parts.jobs();
        jobs.register(
                new PowerJob(
                        parts.db(),
                        parts.instances(),
                        actions,
                        parts.backends(),
                        parts.hints(),
                        parts.config(),
                        parts.crash(),
                        parts.clock()));
        jobs.register(
                new TerminateJob(
                        parts.db(),
                        parts.instances(),
                        actions,
                        parts.ordering(),
                        parts.backends(),
                        parts.config(),
                        parts.crash(),
                        parts.clock()));
        jobs.register(
                new LookJob(
                        parts.db(), parts.instances(), actions, parts.backends(), parts.config()));
        jobs.every(RECONCILE, reconciler(), new ReconcileJob.Nothing());
        parts.events()
                .listen(
                        "instances.billing",
                        BillingEars.TYPES,
                        new BillingEars(parts.db(), parts.instances(), actions, parts.billing()));
        parts.backends().onHint((provider, key) -> hinted(key));
    }

    private ReconcileJob reconciler() {
        return new ReconcileJob(
                parts.db(),
                parts.instances(),
                actions,
                parts.ordering(),
                parts.backends(),
                parts.events(),
                parts.audit(),
                parts.ids(),
                parts.config(),
                parts.clock());
    }

    /** Looks at everything soon, for example because a backend came back. */
    public void reconcileSoon() {
        parts.db()
                .useTransaction(
                        handle -> parts.jobs().wake(handle, ReconcileJob.TYPE, Jobs.RECURRING));
    }

    /**
     * A backend says that something changed: whoever waits for it goes on, else it is looked at.
     */
    private void hinted(IdempotencyKey key) {
        if (parts.hints().hint(key.value())) {
            return;
        }
        try {
            parts.db()
                    .useTransaction(handle -> {
                        Optional<Placement> placement = store.placement(handle, key.value());
                        if (placement.isEmpty()) {
                            return;
                        }
                        InstanceId id = placement.get().instanceId();
                        Instance instance = store.find(handle, id).orElseThrow();
                        if (instance.activated()) {
                            actions.enqueue(handle, Actions.LOOK, id);
                        } else if (!instance.state().isOver()) {
                            parts.ordering().wake(handle, instance.orderId());
                        }
                    });
        } catch (RuntimeException e) {
            log.warn("A backend's hint was not taken up; the next round will see it", e);
        }
    }

    /** A page of instances. */
    public record Listed(List<InstanceView> items, Optional<String> nextCursor) {}

    Listed list(Principal principal, ListQuery query, String language) {
        return parts.db()
                .read(handle ->
                        page(
                                handle,
                                query,
                                store.ofTeam(handle, principal.team(), query),
                                Map.of(),
                                language));
    }

    Listed all(ListQuery query, String language) {
        return parts.db()
                .read(handle -> {
                    List<Instance> rows = store.all(handle, query);
                    Map<AccountId, Owners.Owner> owners =
                            parts.owners()
                                    .of(handle, rows.stream().map(Instance::accountId).toList());
                    return page(handle, query, rows, owners, language);
                });
    }

    /** Machines that backends list under our name and nobody here knows. */
    List<InstanceStore.Stray> strays() {
        return parts.db().read(store::strays);
    }

    private Listed page(
            Handle handle,
            ListQuery query,
            List<Instance> rows,
            Map<AccountId, Owners.Owner> owners,
            String language) {
        ListQuery.Slice<Instance> page =
                query.cut(rows, row -> new Cursor(row.createdAt(), row.id().value()));
        List<Instance> shown = page.rows();
        Map<InstanceId, List<PortAddress>> ports = new HashMap<>();
        store.endpoints(handle, shown.stream().map(Instance::id).toList())
                .forEach(p -> ports.computeIfAbsent(p.instanceId(), i -> new ArrayList<>()).add(p));
        List<InstanceView> items =
                shown.stream()
                        .map(row ->
                                view(
                                        handle,
                                        row,
                                        ports.getOrDefault(row.id(), List.of()),
                                        owners.get(row.accountId()),
                                        language))
                        .toList();
        return new Listed(items, Optional.ofNullable(page.nextCursor()));
    }

    InstanceView get(Principal principal, InstanceId id, String language) {
        return parts.db()
                .read(handle -> {
                    Instance row = owned(handle, principal, id);
                    return view(handle, row, store.endpoints(handle, id), null, language);
                });
    }

    private Instance owned(Handle handle, Principal principal, InstanceId id) {
        return store.findOwned(handle, id, principal.team()).orElseThrow(Ids::noSuchThing);
    }

    private Instance ownedAndLocked(Handle handle, Principal principal, InstanceId id) {
        owned(handle, principal, id);
        return parts.instances().lock(handle, id);
    }

    private InstanceView view(
            Handle handle,
            Instance row,
            List<PortAddress> ports,
            Owners.@Nullable Owner owner,
            String language) {
        Optional<SubscriptionView> subscription = actions.subscription(handle, row.id());
        Set<String> capabilities =
                row.state().isOver()
                        ? Set.of()
                        : store.placements(handle, row.id()).stream()
                                .findFirst()
                                .flatMap(p -> parts.backends().find(p.provider()))
                                .map(Backends.Backend::capabilities)
                                .orElse(Set.of());
        boolean ended = row.state() == InstanceState.TERMINATED;
        return new InstanceView(
                row.id(),
                row.name(),
                row.state(),
                new InstanceView.ReasonView(row.reasonCode(), row.reason().text().in(language)),
                row.since(),
                new InstanceView.PlanSummary(
                        row.planId(),
                        row.planCode(),
                        inLanguage(row.planName(), language),
                        inLanguage(row.productName(), language),
                        row.offering(),
                        new InstanceView.Resources(
                                row.cpuMillis() / 1000.0, row.memoryMb(), row.diskMb() / 1024.0)),
                ended ? List.of() : ports.stream().map(this::endpoint).toList(),
                subscription.flatMap(SubscriptionView::expiresAt).orElse(null),
                subscription.map(InstanceView.PriceView::of).orElse(null),
                subscription.map(sub -> InstanceView.Amount.of(sub.costSoFar())).orElse(null),
                row.orderId(),
                read(row.config(), OBJECT),
                row.action(),
                possible(row, subscription),
                capabilities,
                row.secrets() > 0 && row.revealedAt() == null && !row.state().isOver(),
                row.isPublic(),
                row.createdAt(),
                owner);
    }

    private static String inLanguage(String stored, String language) {
        Map<String, String> texts = read(stored, TEXTS);
        return texts.getOrDefault(language, texts.getOrDefault("en", ""));
    }

    private InstanceView.EndpointView endpoint(PortAddress port) {
        return new InstanceView.EndpointView(
                port.name(),
                port.kind(),
                port.port(),
                port.kind().equals("http") ? parts.config().origin(port) : null);
    }

    private static List<String> possible(Instance row, Optional<SubscriptionView> subscription) {
        List<String> possible = new ArrayList<>();
        boolean free = row.pendingAction().isEmpty();
        switch (row.state()) {
            case RUNNING -> {
                if (free) {
                    possible.addAll(List.of("stop", "restart"));
                }
            }
            case STOPPED, SUSPENDED -> {
                if (free) {
                    possible.add("start");
                }
            }
            case REQUESTED, PROVISIONING, RECOVERING, FAILED, UNKNOWN -> {}
            case TERMINATING, TERMINATED -> {
                return List.of();
            }
        }
        boolean paidAhead =
                subscription
                        .filter(sub -> sub.component() instanceof PriceComponent.Prepaid)
                        .isPresent();
        if (paidAhead && row.activated() && !row.state().isOver()) {
            possible.add("renew");
        }
        possible.add("delete");
        return possible;
    }

    private static <T> T read(String json, TypeReference<T> type) {
        try {
            return Json.mapper().readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Stored JSON cannot be read", e);
        }
    }

    /** Names the work that was begun. */
    public record Begun(String jobId) {}

    Begun act(Principal principal, InstanceId id, String action) {
        return parts.db()
                .inTransaction(handle -> {
                    Instance row = ownedAndLocked(handle, principal, id);
                    if (!action.equals("renew") && row.pendingAction().isPresent()) {
                        throw MingaException.of(
                                ErrorCode.conflict("instance.busy"),
                                "The machine is busy with '"
                                        + row.action()
                                        + "'. Wait for it to end.",
                                "La máquina está ocupada con '"
                                        + row.action()
                                        + "'. Espera a que termine.");
                    }
                    switch (action) {
                        case "start" -> start(handle, row);
                        case "stop" -> {
                            require(row, InstanceState.RUNNING);
                            actions.stop(handle, row, null, Reason.stopping());
                        }
                        case "restart" -> {
                            require(row, InstanceState.RUNNING);
                            actions.begin(
                                    handle,
                                    row,
                                    "restart",
                                    null,
                                    InstanceState.RUNNING,
                                    Reason.restarting());
                        }
                        case "renew" -> renew(handle, row);
                        default -> throw Ids.noSuchThing();
                    }
                    return new Begun(JobId.of(Actions.POWER, id.toString()).toString());
                });
    }

    private void start(Handle handle, Instance row) {
        require(row, InstanceState.STOPPED, InstanceState.SUSPENDED);
        SubscriptionView subscription =
                actions.subscription(handle, row.id()).orElseThrow(Ids::noSuchThing);
        if (row.reasonCode().equals(Reason.expired().code())
                && subscription
                        .expiresAt()
                        .filter(at -> !at.isAfter(parts.clock().instant()))
                        .isPresent()) {
            throw MingaException.of(
                    ErrorCode.conflict("instance.time-over"),
                    "The time paid for is over. Renew it; it will then start by itself.",
                    "Se acabó el tiempo pagado. Renuévala; luego se iniciará sola.");
        }
        begin(handle, row, subscription);
    }

    private void begin(Handle handle, Instance row, SubscriptionView subscription) {
        parts.billing().resume(handle, subscription.id(), parts.clock().instant());
        store.desire(handle, row.id(), "running");
        actions.begin(handle, row, "start", null, row.state(), Reason.starting());
    }

    private void renew(Handle handle, Instance row) {
        if (row.state().isOver() || row.state() == InstanceState.TERMINATING || !row.activated()) {
            throw wrongState(row);
        }
        SubscriptionView subscription =
                actions.subscription(handle, row.id()).orElseThrow(Ids::noSuchThing);
        parts.billing().renew(handle, subscription.id(), parts.clock().instant());
        if (row.state() == InstanceState.SUSPENDED
                && row.reasonCode().equals(Reason.expired().code())
                && row.pendingAction().isEmpty()) {
            begin(handle, row, subscription);
        }
    }

    private static void require(Instance row, InstanceState... states) {
        if (!List.of(states).contains(row.state())) {
            throw wrongState(row);
        }
    }

    private static MingaException wrongState(Instance row) {
        return MingaException.of(
                WRONG_STATE,
                "This is not possible while the machine is '" + row.state().id() + "'.",
                "Esto no es posible mientras la máquina está en '" + row.state().id() + "'.");
    }

    void delete(Principal principal, InstanceId id, String address, String traceId) {
        parts.db()
                .useTransaction(handle -> {
                    Instance row = ownedAndLocked(handle, principal, id);
                    if (row.state() == InstanceState.TERMINATING
                            || row.state() == InstanceState.TERMINATED) {
                        return;
                    }
                    parts.audit()
                            .record(
                                    handle,
                                    Audit.entry(
                                            principal.account().toString(),
                                            address,
                                            "instance.deleted",
                                            id.toString(),
                                            traceId));
                    end(handle, row, Reason.deleting());
                });
    }

    /** Takes an instance out of service, whatever it is doing. */
    private void end(Handle handle, Instance row, Reason reason) {
        if (row.state() == InstanceState.FAILED) {
            parts.instances().become(handle, row, InstanceState.TERMINATED, Reason.deleted());
        } else if (row.activated()) {
            actions.terminate(handle, row, reason);
        } else {
            store.desire(handle, row.id(), "gone");
            Instance now = parts.instances().lock(handle, row.id());
            parts.instances().become(handle, now, InstanceState.TERMINATING, reason);
            parts.ordering().wake(handle, row.orderId());
        }
    }

    InstanceView edit(
            Principal principal,
            InstanceId id,
            @Nullable String name,
            @Nullable Boolean publicly,
            String language) {
        return parts.db()
                .inTransaction(handle -> {
                    Instance row = ownedAndLocked(handle, principal, id);
                    if (row.state() == InstanceState.TERMINATED) {
                        throw wrongState(row);
                    }
                    if (name != null && !name.matches("[a-z0-9-]{1,40}")) {
                        throw badName();
                    }
                    store.edit(handle, id, name, publicly);
                    parts.events().invalidate(handle, Instances.CACHE, id.toString());
                    return view(
                            handle,
                            store.find(handle, id).orElseThrow(),
                            store.endpoints(handle, id),
                            null,
                            language);
                });
    }

    /** The problem with a name that is not one. */
    public static MingaException badName() {
        return MingaException.invalid(
                "/name",
                "wrong-form",
                "A name has 1 to 40 characters: small letters a to z, digits and hyphens.",
                "Un nombre tiene de 1 a 40 caracteres: letras minúsculas de la a a la z, cifras y"
                        + " guiones.");
    }

    /** Where a browser goes to be let in. */
    public record Ticket(String url) {}

    Ticket ticket(Principal principal, InstanceId id, String endpoint) {
        return parts.db()
                .inTransaction(handle -> {
                    Instance row = owned(handle, principal, id);
                    PortAddress port =
                            store.endpoints(handle, id).stream()
                                    .filter(p ->
                                            p.name().equals(endpoint) && p.kind().equals("http"))
                                    .findFirst()
                                    .orElseThrow(Ids::noSuchThing);
                    if (row.state().isOver() || row.state() == InstanceState.TERMINATING) {
                        throw wrongState(row);
                    }
                    return new Ticket(
                            parts.config().origin(port)
                                    + "/.minga/ticket?t="
                                    + passes.ticket(handle, row, port, principal));
                });
    }

    /** A secret of an instance, shown once. */
    public record Revealed(List<Item> items) {
        /** One secret. */
        public record Item(String name, String label, String value) {}

        @Override
        public String toString() {
            return "Revealed[" + items.size() + "]";
        }
    }

    Revealed reveal(
            Principal principal, InstanceId id, String language, String address, String traceId) {
        return parts.db()
                .inTransaction(handle -> {
                    Instance row = ownedAndLocked(handle, principal, id);
                    if (!store.reveal(handle, id, parts.clock().instant())) {
                        throw MingaException.of(
                                ErrorCode.of(ErrorCode.Type.GONE, "instance.already-revealed"),
                                "The credentials were shown once already, or there are none.",
                                "Las credenciales ya se mostraron una vez, o no hay ninguna.");
                    }
                    parts.audit()
                            .record(
                                    handle,
                                    Audit.entry(
                                            principal.account().toString(),
                                            address,
                                            "instance.credentials-revealed",
                                            id.toString(),
                                            traceId));
                    return new Revealed(
                            parts.instances().credentials(row).stream()
                                    .map(c ->
                                            new Revealed.Item(
                                                    c.variable(),
                                                    c.label().in(language),
                                                    c.value()))
                                    .toList());
                });
    }

    List<Logs.Line> logs(Principal principal, InstanceId id, int tail) {
        Placement placement = logging(principal, id);
        Outcome<List<Logs.Line>> lines =
                parts.backends()
                        .call(
                                placement.provider(),
                                "logs.tail",
                                placement.idempotencyKey(),
                                Duration.ofSeconds(10),
                                (backend, call) ->
                                        backend instanceof Logs logs
                                                ? logs.tail(call, placement.instanceHandle(), tail)
                                                : List.<Logs.Line>of());
        return lines.answer()
                .orElseThrow(() -> {
                    log.warn("No log of {}: {}", id, lines.problem());
                    return MingaException.of(
                                    ErrorCode.of(
                                            ErrorCode.Type.UNAVAILABLE, "instance.log-unavailable"),
                                    "The log cannot be read right now. Please try again shortly.",
                                    "No se puede leer el registro en este momento. Inténtalo de"
                                            + " nuevo en breve.")
                            .retryAfter(Duration.ofSeconds(3));
                });
    }

    EventSource follow(Principal principal, InstanceId id, int tail) {
        return new LogLines(parts.backends(), logging(principal, id), tail);
    }

    private Placement logging(Principal principal, InstanceId id) {
        Placement placement =
                parts.db()
                        .read(handle -> {
                            owned(handle, principal, id);
                            return store.placements(handle, id).stream()
                                    .filter(p -> p.state().equals("created"))
                                    .findFirst()
                                    .orElseThrow(InstanceService::noLog);
                        });
        if (parts.backends()
                .find(placement.provider())
                .filter(b -> b.capabilities().contains(Need.LOGS))
                .isEmpty()) {
            throw noLog();
        }
        return placement;
    }

    private static MingaException noLog() {
        return MingaException.of(
                ErrorCode.conflict("instance.no-log"),
                "This machine has no log, or none yet.",
                "Esta máquina no tiene registro, o todavía no.");
    }

    /** Steps and states from the beginning or after an event, with log lines in between. */
    EventSource events(Principal principal, InstanceId id, String lastEventId) {
        parts.db().read(handle -> owned(handle, principal, id));
        Set<Topic> topics = Set.of(Topic.of(id));
        EventSource facts =
                lastEventId.isEmpty()
                        ? parts.events().openFromStart(topics)
                        : parts.events().open(topics, lastEventId);
        return new MergedSource(
                facts,
                () -> {
                    try {
                        boolean runs =
                                parts.db()
                                        .read(handle -> store.find(handle, id))
                                        .filter(i -> i.state() == InstanceState.RUNNING)
                                        .isPresent();
                        return runs ? Optional.of(follow(principal, id, 50)) : Optional.empty();
                    } catch (MingaException e) {
                        return Optional.empty();
                    }
                });
    }
}
