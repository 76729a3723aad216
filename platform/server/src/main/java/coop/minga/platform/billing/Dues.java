package coop.minga.platform.billing;

import coop.minga.platform.SubscriptionId;
import coop.minga.platform.db.Db;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What billing does by itself as time goes on, for those who turn the time. Thread-safe. */
public final class Dues {

    private static final int AT_ONCE = 500;

    private final BillingService billing;
    private final Db db;
    private final BillingStore store = new BillingStore();

    public Dues(BillingService billing, Db db) {
        this.billing = billing;
        this.db = db;
    }

    /** When something is due next; empty when nothing is. */
    public Optional<Instant> next() {
        return db.read(store::nextDue);
    }

    /** Does all that is due at a moment, each in a transaction of its own. */
    public void settle(Instant now) {
        List<SubscriptionId> before = List.of();
        List<SubscriptionId> due = db.read(handle -> store.overdue(handle, now, AT_ONCE));
        // What stays due although it was done cannot be done any further.
        while (!due.isEmpty() && !due.equals(before)) {
            for (SubscriptionId id : due) {
                db.useTransaction(handle -> billing.settle(handle, id));
            }
            before = due;
            due = db.read(handle -> store.overdue(handle, now, AT_ONCE));
        }
    }

    /**
     * What happens to a machine that billing gives up, where no machine is there to destroy.
     *
     * @return whether it is destroyed
     */
    public boolean destroyUnpaid(Handle handle, SubscriptionId id, Instant at) {
        boolean lapsed = billing.lapse(handle, id);
        if (lapsed) {
            billing.end(handle, id, at, "not-paid");
        }
        return lapsed;
    }
}
