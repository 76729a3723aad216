package coop.minga.platform.http;

import org.jdbi.v3.core.Handle;

import java.time.Instant;

/** How long first answers are kept: longer than anybody repeats a request. */
public final class AnswerRetention {

    private AnswerRetention() {}

    /**
     * Deletes answers given before a time.
     *
     * @return how many
     */
    public static int sweep(Handle handle, Instant before) {
        return handle.createUpdate("delete from idempotent_answers where at < :before")
                .bind("before", before)
                .execute();
    }
}
