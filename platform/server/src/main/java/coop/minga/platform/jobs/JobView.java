package coop.minga.platform.jobs;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * A job as operators see it.
 *
 * @param id public id
 * @param type the kind of work
 * @param name names it within the type, often the public id of what it works on
 * @param state {@code scheduled}, {@code running}, {@code waiting} (for something named in the
 *     reason), {@code retrying} or {@code dead}
 * @param attempts failed attempts so far
 * @param nextAt when it runs next; absent for dead jobs
 * @param lastError what the last failed attempt said
 * @param createdAt when it was enqueued
 * @param reason what it waits for
 * @param traceId 32 hex digits
 */
public record JobView(
        JobId id,
        String type,
        String name,
        String state,
        int attempts,
        @Nullable Instant nextAt,
        @Nullable String lastError,
        Instant createdAt,
        @Nullable String reason,
        String traceId) {}
