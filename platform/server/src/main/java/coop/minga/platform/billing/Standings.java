package coop.minga.platform.billing;

import coop.minga.platform.Ids;
import coop.minga.platform.SubscriptionId;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.jobs.Jobs;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where subscriptions stand: their rows, the jobs that move them on, and the facts that tell of it.
 * Every method works inside the caller's transaction. Thread-safe.
 */
final class Standings {

    private final Jobs jobs;
    private final Events events;
    private final BillingStore store = new BillingStore();

    Standings(Jobs jobs, Events events) {
        this.jobs = jobs;
        this.events = events;
    }

    /** A subscription's row, held until the transaction ends. */
    Subscription lock(Handle handle, SubscriptionId id) {
        return store.lock(handle, id).orElseThrow(Ids::noSuchThing);
    }

    void save(Handle handle, Subscription s) {
        if (!store.update(handle, s)) {
            throw new IllegalStateException(s.id() + " was changed while it was locked");
        }
    }

    /** Saves, and has what is due done when it is. */
    void saveAndSchedule(Handle handle, Subscription s) {
        save(handle, s);
        Instant due = s.due();
        if (due != null) {
            jobs.enqueueAt(handle, DueJob.TYPE, s.id().toString(), new DueJob.Due(s.id()), due);
        }
    }

    /** Saves what is due at another time than before, or never by itself. */
    void saveAndReschedule(Handle handle, Subscription s) {
        jobs.cancel(handle, DueJob.TYPE, s.id().toString());
        saveAndSchedule(handle, s);
    }

    /** Saves what nothing is due of by itself any longer. */
    void saveAndRest(Handle handle, Subscription s) {
        save(handle, s);
        jobs.cancel(handle, DueJob.TYPE, s.id().toString());
    }

    void bringForward(Handle handle, SubscriptionId id) {
        jobs.enqueue(handle, DueJob.TYPE, id.toString(), new DueJob.Due(id));
    }

    /** Tells who pays and who watches the instance. */
    void tell(Handle handle, Subscription s, String type) {
        tell(handle, s, type, Map.of());
    }

    void tell(Handle handle, Subscription s, String type, Map<String, Object> details) {
        publish(handle, s, type, Set.of(Topic.of(s.team()), Topic.of(s.instance())), details);
    }

    /** Tells only who pays. */
    void tellPayer(Handle handle, Subscription s, String type) {
        publish(handle, s, type, Set.of(Topic.of(s.team())), Map.of());
    }

    private void publish(
            Handle handle,
            Subscription s,
            String type,
            Set<Topic> topics,
            Map<String, Object> details) {
        Map<String, Object> data = new LinkedHashMap<>(details);
        data.put("subscription", s.id().toString());
        data.put("instance", s.instance().toString());
        data.put("account_id", s.account().toString());
        data.put("component", s.component().code());
        data.put("price", s.price().toString());
        events.publish(handle, new Fact(type, s.instance().toString(), topics, data));
    }
}
