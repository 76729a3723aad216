package coop.minga.platform.instances;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.PlanId;
import coop.minga.platform.billing.BillingService;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.StoredFact;
import coop.minga.platform.http.Json;

import org.jdbi.v3.core.Handle;

import java.util.Set;

/**
 * Stops machines that are not paid for any longer, and starts them again when they are. They are
 * kept until billing decides, under its own lock, that they are destroyed.
 */
final class BillingEars implements Events.Listener {

    static final Set<String> TYPES =
            Set.of(
                    "billing.exhausted",
                    "billing.expired",
                    "billing.suspended",
                    "billing.limit",
                    "billing.changed",
                    "billing.paid",
                    "billing.funded",
                    "billing.lapsed");

    private final Db db;
    private final BillingService billing;
    private final Instances instances;
    private final Actions actions;

    BillingEars(Db db, Instances instances, Actions actions, BillingService billing) {
        this.billing = billing;
        this.db = db;
        this.instances = instances;
        this.actions = actions;
    }

    @Override
    public void on(StoredFact fact) {
        InstanceId id;
        try {
            id = InstanceId.parse(fact.subject());
        } catch (MingaException e) {
            return;
        }
        db.useTransaction(handle -> {
            if (instances.find(handle, id).isEmpty()) {
                return;
            }
            Instance row = instances.lock(handle, id);
            switch (fact.type()) {
                case "billing.exhausted" -> suspend(handle, row, Reason.exhausted());
                case "billing.expired" -> suspend(handle, row, Reason.expired());
                case "billing.suspended" -> suspend(handle, row, Reason.overdue());
                case "billing.limit" -> limit(handle, row);
                case "billing.changed" -> replan(handle, row, fact);
                case "billing.lapsed" -> lapse(handle, row);
                default -> actions.lift(handle, row);
            }
        });
    }

    private void replan(Handle handle, Instance row, StoredFact fact) {
        JsonNode data = Json.read(fact.data(), JsonNode.class);
        instances.replan(
                handle,
                row.id(),
                PlanId.parse(data.path("plan_id").asText()),
                data.path("plan_code").asText(),
                data.path("plan_name").toString());
    }

    private void limit(Handle handle, Instance row) {
        if (row.state() == InstanceState.RUNNING && row.pendingAction().isEmpty()) {
            actions.stop(handle, row, null, Reason.limit());
        }
    }

    /** Destroys what was not paid for, if that still stands when it is decided. */
    private void lapse(Handle handle, Instance row) {
        boolean there =
                row.activated()
                        && !row.state().isOver()
                        && row.state() != InstanceState.TERMINATING;
        if (there
                && actions.subscription(handle, row.id())
                        .filter(sub -> billing.lapse(handle, sub.id()))
                        .isPresent()) {
            actions.terminate(handle, row, Reason.unpaid());
        }
    }

    private void suspend(Handle handle, Instance row, Reason reason) {
        boolean paid =
                actions.subscription(handle, row.id())
                        .filter(sub ->
                                switch (sub.state()) {
                                    case ACTIVE, PENDING_ACTIVATION, PAST_DUE -> true;
                                    case SUSPENDED, CANCELLED, EXPIRED -> false;
                                })
                        .isPresent();
        if (paid) {
            // Facts come late and more than once: it was paid for again in between.
            return;
        }
        switch (row.state()) {
            case RUNNING, RECOVERING, UNKNOWN -> actions.stop(handle, row, "suspended", reason);
            case STOPPED -> {
                if (row.pendingAction().isPresent()) {
                    actions.stop(handle, row, "suspended", reason);
                } else {
                    instances.become(handle, row, InstanceState.SUSPENDED, reason);
                }
            }
            case SUSPENDED -> {
                if (row.pendingAction().isPresent()) {
                    actions.stop(handle, row, "suspended", reason);
                }
            }
            case REQUESTED, PROVISIONING, TERMINATING, TERMINATED, FAILED -> {}
        }
    }
}
