package coop.minga.platform.payments;

import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Principal;
import coop.minga.platform.jobs.Jobs;
import coop.minga.platform.payments.Alerts.Alert;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.payment.MethodSetup;
import coop.minga.plugin.api.payment.MethodSetup.Outcome;
import coop.minga.plugin.api.payment.SavedMethod;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Customers' saved cards and wallets: saved at a provider, charged later, forgotten when the
 * customer says so. Thread-safe.
 */
public final class Methods {

    private static final Duration SHOW_DECLINED = Duration.ofDays(1);

    private final MethodStore store;
    private final Payments payments;
    private final Checkouts checkouts;
    private final Alerts alerts;
    private final Jobs jobs;
    private final Events events;
    private final Audit audit;
    private final Db db;
    private final Ids ids;
    private final Clock clock;

    Methods(
            Payments payments,
            Payments.Parts parts,
            MethodStore store,
            Checkouts checkouts,
            Alerts alerts) {
        this.payments = payments;
        this.store = store;
        this.checkouts = checkouts;
        this.alerts = alerts;
        this.jobs = parts.jobs();
        this.events = parts.events();
        this.audit = parts.audit();
        this.db = parts.db();
        this.ids = parts.ids();
        this.clock = parts.clock();
    }

    /** Writes it down; a job begins it at the provider. */
    MethodViews.MethodView add(Principal who, String provider, String language) {
        Terms terms = payments.savingTerms(provider);
        MethodId id = new MethodId(ids.next());
        StoredMethod method =
                new StoredMethod(
                        id,
                        who.team(),
                        who.account(),
                        provider,
                        terms.mode(),
                        Intents.setupKey(id),
                        StoredMethod.Standing.created(),
                        false,
                        0,
                        clock.instant());
        db.useTransaction(handle -> {
            store.insert(handle, method, clock.instant().plus(Settlement.SOON));
            ask(handle, id);
        });
        return MethodViews.of(method, language);
    }

    MethodViews.Listed list(Principal who, String language) {
        return new MethodViews.Listed(
                db
                        .read(handle ->
                                store.ofTeam(
                                        handle, who.team(), clock.instant().minus(SHOW_DECLINED)))
                        .stream()
                        .map(method -> MethodViews.of(method, language))
                        .toList());
    }

    MethodViews.MethodView get(Principal who, MethodId id, String language) {
        return MethodViews.of(db.read(handle -> own(handle, who, id)), language);
    }

    private StoredMethod own(Handle handle, Principal who, MethodId id) {
        return store.find(handle, id)
                .filter(method -> method.team().equals(who.team()))
                .orElseThrow(Ids::noSuchThing);
    }

    /** Has the provider asked how it stands. */
    MethodViews.MethodView look(Principal who, MethodId id, String language) {
        StoredMethod method = db.read(handle -> own(handle, who, id));
        db.useTransaction(handle -> ask(handle, id));
        return MethodViews.of(method, language);
    }

    MethodViews.Checkout checkout(Principal who, MethodId id, String language) {
        StoredMethod method = db.read(handle -> own(handle, who, id));
        return checkouts.page(method, language);
    }

    MethodViews.MethodView submit(
            Principal who,
            MethodId id,
            Map<String, Object> values,
            IdempotencyKey key,
            String language) {
        StoredMethod method = db.read(handle -> own(handle, who, id));
        MethodSetup seen = checkouts.submit(method, values, Intents.submitKey(id, key));
        return MethodViews.of(db.inTransaction(handle -> apply(handle, id, seen)), language);
    }

    MethodViews.MethodView makeDefault(Principal who, MethodId id, String language) {
        return db.inTransaction(handle -> {
            StoredMethod method = own(handle, who, id);
            store.lockTeam(handle, who.team());
            if (store.find(handle, id).orElseThrow().state() != MethodState.SAVED) {
                throw MingaException.of(
                        MethodViews.NOT_SAVED,
                        "Only a saved method can be the one that is charged first.",
                        "Solo una forma de pago guardada puede ser la que se cobra primero.");
            }
            store.setDefault(handle, method.team(), id);
            tell(handle, method);
            return MethodViews.of(store.find(handle, id).orElseThrow(), language);
        });
    }

    /** It is charged no more from now on; a job has the provider forget it. */
    void remove(Principal who, MethodId id, Refunds.By by) {
        db.useTransaction(handle -> {
            own(handle, who, id);
            store.lockTeam(handle, who.team());
            StoredMethod method = store.find(handle, id).orElseThrow();
            if (method.state() == MethodState.REMOVING || method.state() == MethodState.REMOVED) {
                return;
            }
            boolean knownThere = method.handle().isPresent() || method.state().isBeingSaved();
            write(
                    handle,
                    method,
                    method.standing()
                            .in(knownThere ? MethodState.REMOVING : MethodState.REMOVED, null),
                    false);
            nextDefault(handle, method);
            if (knownThere) {
                ask(handle, id);
            }
            audit.record(
                    handle,
                    new Audit.Entry(
                            by.account().toString(),
                            by.address(),
                            "payment-method.removed",
                            id.toString(),
                            Map.of("label", method.standing().label()),
                            Map.of(),
                            by.traceId()));
        });
    }

    /** Those that can be charged, in the order in which they are. */
    List<StoredMethod> chargeable(Handle handle, TeamId team) {
        return store.ofTeam(handle, team, clock.instant()).stream()
                .filter(method -> method.state() == MethodState.SAVED)
                .toList();
    }

    /** A saved method of a team's; empty when it is not that. */
    Optional<StoredMethod> chargeable(Handle handle, TeamId team, MethodId id) {
        return store.find(handle, id)
                .filter(method -> method.team().equals(team))
                .filter(method -> method.state() == MethodState.SAVED);
    }

    /** The provider says that it is not there any more. */
    void gone(Handle handle, MethodId id) {
        StoredMethod found = store.find(handle, id).orElseThrow(Ids::noSuchThing);
        store.lockTeam(handle, found.team());
        StoredMethod method = store.find(handle, id).orElseThrow();
        if (method.state() == MethodState.SAVED) {
            write(handle, method, method.standing().in(MethodState.REMOVED, null), false);
            nextDefault(handle, method);
        }
    }

    private void nextDefault(Handle handle, StoredMethod removed) {
        if (removed.isDefault()) {
            chargeable(handle, removed.team()).stream()
                    .findFirst()
                    .ifPresent(next -> store.setDefault(handle, next.team(), next.id()));
        }
    }

    /** Takes a fresh look into the books. */
    StoredMethod apply(Handle handle, MethodId id, MethodSetup seen) {
        StoredMethod before = store.find(handle, id).orElseThrow(Ids::noSuchThing);
        store.lockTeam(handle, before.team());
        StoredMethod method = store.find(handle, id).orElseThrow();
        if (!method.state().isBeingSaved()) {
            return method;
        }
        if (method.setup().isPresent() && !method.setup().get().equals(seen.handle())) {
            return hold(handle, method, Alert.WRONG_HANDLE);
        }
        if (seen.mode() != method.mode()) {
            return hold(handle, method, Alert.WRONG_MODE);
        }
        StoredMethod.Standing begun = method.standing().begun(seen.handle());
        return switch (seen.outcome()) {
            case Outcome.Saved(SavedMethod saved) -> saved(handle, method, begun, saved);
            case Outcome.Pending _ ->
                    write(handle, method, begun.in(MethodState.PENDING, null), false);
            case Outcome.Unknown _ ->
                    write(handle, method, begun.in(MethodState.UNKNOWN, null), false);
            case Outcome.RequiresAction(var action) ->
                    write(handle, method, begun.requires(PayerAction.of(action)), false);
            case Outcome.Declined(var reason) ->
                    write(
                            handle,
                            method,
                            begun.in(MethodState.DECLINED, Words.code(reason)),
                            false);
        };
    }

    private StoredMethod saved(
            Handle handle, StoredMethod method, StoredMethod.Standing begun, SavedMethod saved) {
        List<StoredMethod> others = chargeable(handle, method.team());
        boolean known =
                others.stream()
                        .filter(other -> other.provider().equals(method.provider()))
                        .anyMatch(other ->
                                Objects.equals(other.standing().handle(), saved.handle().value()));
        if (known) {
            return write(
                    handle, method, begun.in(MethodState.DECLINED, Words.ALREADY_SAVED), false);
        }
        return write(
                handle,
                method,
                new StoredMethod.Standing(
                        MethodState.SAVED,
                        null,
                        begun.setup(),
                        saved.handle().value(),
                        Words.line(saved.label()),
                        saved.expires().map(Object::toString).orElse(null),
                        saved.fingerprint().orElse(null),
                        null,
                        null),
                others.isEmpty());
    }

    /** Nobody knows whether the provider began. */
    StoredMethod lose(Handle handle, MethodId id) {
        StoredMethod method = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return method.state() == MethodState.STARTING
                ? write(handle, method, method.standing().in(MethodState.UNKNOWN, null), false)
                : method;
    }

    /** The provider certainly did not begin. */
    StoredMethod refuse(Handle handle, MethodId id, String reason) {
        StoredMethod method = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return method.state().isBeingSaved()
                ? write(handle, method, method.standing().in(MethodState.DECLINED, reason), false)
                : method;
    }

    StoredMethod removed(Handle handle, MethodId id) {
        StoredMethod method = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        return method.state() == MethodState.REMOVING
                ? write(handle, method, method.standing().in(MethodState.REMOVED, null), false)
                : method;
    }

    StoredMethod hold(Handle handle, StoredMethod method, Alert alert) {
        alerts.raise(handle, alert, method.id().toString(), method.provider());
        return write(handle, method, method.standing().in(MethodState.HELD, alert.code()), false);
    }

    private StoredMethod write(
            Handle handle, StoredMethod before, StoredMethod.Standing now, boolean isDefault) {
        store.update(
                handle,
                before.id(),
                now,
                isDefault,
                clock.instant().plus(Settlement.SOON),
                clock.instant());
        if (before.state() != now.state()) {
            tell(handle, before.with(now));
        }
        return store.find(handle, before.id()).orElseThrow();
    }

    private void tell(Handle handle, StoredMethod method) {
        events.publish(
                handle,
                new Fact(
                        "payments.method",
                        method.id().toString(),
                        Set.of(Topic.of(method.team())),
                        Map.of("state", method.state().id(), "provider", method.provider())));
    }

    void ask(Handle handle, MethodId id) {
        jobs.enqueue(handle, SetupJob.TYPE, id.toString(), new SetupJob.Save(id));
    }
}
