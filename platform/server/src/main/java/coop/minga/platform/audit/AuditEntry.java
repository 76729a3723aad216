package coop.minga.platform.audit;

import com.fasterxml.jackson.annotation.JsonRawValue;

import java.time.Instant;

/**
 * An entry as operators see it.
 *
 * @param id {@code aud_…}
 * @param at when
 * @param actor public id of the account, {@code system} or {@code anonymous}
 * @param address network address; empty for the system's own acts
 * @param action dotted
 * @param subject public id of what it was done to
 * @param before values before, an object
 * @param after values after, an object
 * @param traceId 32 hex digits, or empty
 */
public record AuditEntry(
        String id,
        Instant at,
        String actor,
        String address,
        String action,
        String subject,
        @JsonRawValue String before,
        @JsonRawValue String after,
        String traceId) {}
