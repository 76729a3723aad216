package coop.minga.platform.instances;

import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.StoredFact;

import java.util.Optional;
import java.util.Set;

/** Stops machines that are not paid for any longer. They are kept, not destroyed. */
final class BillingEars implements Events.Listener {

    static final Set<String> TYPES = Set.of("billing.exhausted", "billing.expired");

    private final Db db;
    private final Instances instances;
    private final Actions actions;

    BillingEars(Db db, Instances instances, Actions actions) {
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
        Reason reason =
                fact.type().equals("billing.expired") ? Reason.expired() : Reason.exhausted();
        db.useTransaction(handle -> {
            Optional<Instance> found = instances.find(handle, id);
            if (found.isEmpty()) {
                return;
            }
            Instance row = instances.lock(handle, id);
            boolean paid =
                    actions.subscription(handle, id)
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
        });
    }
}
