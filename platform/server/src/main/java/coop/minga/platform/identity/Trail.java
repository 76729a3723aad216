package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;

import org.jdbi.v3.core.Handle;

import java.util.Map;
import java.util.Set;

/** What the room leaves behind of every act: an audit entry, facts, dropped caches. */
final class Trail {

    /** Names the caches of credentials on all hosts. */
    static final String CACHE = "identity";

    static final String SYSTEM = "system";
    static final String ANONYMOUS = "anonymous";

    private final Audit audit;
    private final Events events;

    Trail(Audit audit, Events events) {
        this.audit = audit;
        this.events = events;
    }

    void audit(Handle handle, String actor, Caller caller, String action, String subject) {
        audit(handle, actor, caller, action, subject, Map.of(), Map.of());
    }

    void audit(
            Handle handle,
            String actor,
            Caller caller,
            String action,
            String subject,
            Map<String, Object> before,
            Map<String, Object> after) {
        audit.record(
                handle,
                new Audit.Entry(
                        actor, caller.address(), action, subject, before, after, caller.traceId()));
    }

    void fact(Handle handle, AccountId account, String type, Map<String, Object> data) {
        events.publish(
                handle,
                new Fact(type, account.toString(), Set.of(Topic.of(account), Topic.ADMIN), data));
    }

    /** Every session and token of the account is looked at anew, here at once, elsewhere soon. */
    void forget(Handle handle, AccountId account) {
        events.invalidate(handle, CACHE, account.toString());
    }

    /** The same for one session or token. */
    void forgetCredential(Handle handle, String id) {
        events.invalidate(handle, CACHE, id);
    }
}
