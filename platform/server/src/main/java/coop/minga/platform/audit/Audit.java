package coop.minga.platform.audit;

import org.jdbi.v3.core.Handle;

import java.util.Map;

/**
 * Where administrative acts and credential events are written down, inside the transaction of the
 * act.
 */
public interface Audit {

    /** Writes one entry; what is written can neither be changed nor removed by the host. */
    void record(Handle handle, Entry entry);

    /**
     * @param actor the account's public id, {@code system}, or {@code anonymous}
     * @param address the network address, or empty for the system's own acts
     * @param action dotted, for example {@code account.disabled}
     * @param subject the public id of what it was done to
     * @param before the values before, secrets masked
     * @param after the values after, secrets masked
     * @param traceId 32 hex digits, or empty
     */
    record Entry(
            String actor,
            String address,
            String action,
            String subject,
            Map<String, Object> before,
            Map<String, Object> after,
            String traceId) {}

    /** An entry without values. */
    static Entry entry(
            String actor, String address, String action, String subject, String traceId) {
        return new Entry(actor, address, action, subject, Map.of(), Map.of(), traceId);
    }
}
