package coop.minga.platform.jobs;

import coop.minga.platform.http.Cursor;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The rows of jobs. db-scheduler picks rows and keeps the heartbeats; every other write is here.
 */
final class JobStore {

    /**
     * Who holds a picked row: another host, or this one in a later run, differs in one of the two.
     */
    record Lease(String type, String name, String host, long version) {}

    static final String DEAD = "SELECT count(*) FROM dead_jobs";
    static final String WAITING =
            "SELECT count(*) FROM scheduled_tasks WHERE NOT picked AND reason IS NOT NULL";
    static final String OVERDUE =
            """
            SELECT coalesce(greatest(0, extract(epoch FROM now() - min(execution_time))), 0)
            FROM scheduled_tasks WHERE NOT picked
            """;

    double number(Handle handle, String query) {
        return handle.createQuery(query).mapTo(double.class).one();
    }

    void insert(
            Handle handle,
            String type,
            String name,
            byte[] payload,
            Instant when,
            Instant now,
            UUID id) {
        handle.createUpdate(
                        """
                        INSERT INTO scheduled_tasks AS t
                            (task_name, task_instance, task_data, execution_time, id, created_at)
                        VALUES (:type, :name, :payload, :when, :id, :now)
                        ON CONFLICT (task_name, task_instance) DO UPDATE SET
                            execution_time = CASE WHEN t.picked THEN t.execution_time
                                ELSE least(t.execution_time, excluded.execution_time) END,
                            rerun = t.rerun OR t.picked
                        """)
                .bind("type", type)
                .bind("name", name)
                .bind("payload", payload)
                .bind("when", when)
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    void wake(Handle handle, String type, String name, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE scheduled_tasks SET
                            execution_time = CASE WHEN picked THEN execution_time
                                ELSE least(execution_time, :now) END,
                            rerun = rerun OR picked
                        WHERE task_name = :type AND task_instance = :name
                        """)
                .bind("type", type)
                .bind("name", name)
                .bind("now", now)
                .execute();
    }

    /** Jobs that wait with a reason. */
    int wakeWaiting(Handle handle, Instant now) {
        return handle.createUpdate(
                        """
                        UPDATE scheduled_tasks SET execution_time = :now
                        WHERE NOT picked AND reason IS NOT NULL AND execution_time > :now
                        """)
                .bind("now", now)
                .execute();
    }

    void cancel(Handle handle, String type, String name) {
        handle.createUpdate(
                        """
                        DELETE FROM scheduled_tasks
                        WHERE task_name = :type AND task_instance = :name AND NOT picked
                        """)
                .bind("type", type)
                .bind("name", name)
                .execute();
    }

    private static <S extends SqlStatement<S>> S held(S statement, Lease lease) {
        return statement
                .bind("type", lease.type())
                .bind("name", lease.name())
                .bind("host", lease.host())
                .bind("version", lease.version());
    }

    /** Frees what a dead predecessor of the only host held. */
    int releaseAll(Handle handle) {
        return handle.execute(
                """
                UPDATE scheduled_tasks SET picked = false, picked_by = NULL, last_heartbeat = NULL,
                    version = version + 1
                WHERE picked
                """);
    }

    /**
     * Locks the row against being taken over, not against being enqueued again or its heartbeat.
     */
    boolean holds(Handle handle, Lease lease) {
        return held(
                        handle.createQuery(
                                """
                                SELECT 1 FROM scheduled_tasks
                                WHERE task_name = :type AND task_instance = :name
                                  AND picked AND picked_by = :host AND version = :version
                                FOR KEY SHARE
                                """),
                        lease)
                .mapTo(int.class)
                .findOne()
                .isPresent();
    }

    /** Takes the row from its holder; waits for a transaction that fenced on it. */
    boolean lockForTakeOver(Handle handle, Lease lease) {
        return held(
                        handle.createQuery(
                                """
                                SELECT 1 FROM scheduled_tasks
                                WHERE task_name = :type AND task_instance = :name
                                  AND picked AND picked_by = :host AND version = :version
                                FOR UPDATE
                                """),
                        lease)
                .mapTo(int.class)
                .findOne()
                .isPresent();
    }

    /** Removes a finished job, unless it was enqueued again meanwhile. */
    boolean remove(Handle handle, Lease lease) {
        return held(
                                handle.createUpdate(
                                        """
                                        DELETE FROM scheduled_tasks
                                        WHERE task_name = :type AND task_instance = :name
                                          AND picked AND picked_by = :host AND version = :version AND NOT rerun
                                        """),
                                lease)
                        .execute()
                > 0;
    }

    /** Puts a job back. One that was enqueued meanwhile is due at once. */
    Optional<Instant> release(
            Handle handle,
            Lease lease,
            Instant next,
            Instant now,
            int failures,
            @Nullable String reason,
            @Nullable String error) {
        return held(
                        handle.createQuery(
                                """
                                UPDATE scheduled_tasks SET
                                    picked = false, picked_by = NULL, last_heartbeat = NULL, version = version + 1,
                                    execution_time = CASE WHEN rerun THEN CAST(:now AS timestamptz) ELSE :next END,
                                    rerun = false,
                                    consecutive_failures = :failures,
                                    last_success = CASE WHEN :failures = 0 THEN :now ELSE last_success END,
                                    last_failure = CASE WHEN :failures > 0 THEN :now ELSE last_failure END,
                                    reason = :reason,
                                    last_error = CASE WHEN :failures > 0 THEN coalesce(:error, last_error) END
                                WHERE task_name = :type AND task_instance = :name
                                  AND picked AND picked_by = :host AND version = :version
                                RETURNING execution_time
                                """),
                        lease)
                .bind("next", next)
                .bind("now", now)
                .bind("failures", failures)
                .bind("reason", reason)
                .bind("error", error)
                .mapTo(Instant.class)
                .findOne();
    }

    /** Gives a job up. */
    boolean bury(Handle handle, Lease lease, int attempts, Instant now, String error) {
        return held(
                                handle.createUpdate(
                                        """
                                        WITH gone AS (
                                            DELETE FROM scheduled_tasks
                                            WHERE task_name = :type AND task_instance = :name
                                              AND picked AND picked_by = :host AND version = :version
                                            RETURNING *
                                        )
                                        INSERT INTO dead_jobs (task_name, task_instance, task_data, attempts, id,
                                            created_at, died_at, last_error)
                                        SELECT task_name, task_instance, task_data, :attempts, id, created_at, :now,
                                            :error
                                        FROM gone
                                        ON CONFLICT (id) DO UPDATE SET attempts = excluded.attempts,
                                            died_at = excluded.died_at, last_error = excluded.last_error
                                        """),
                                lease)
                        .bind("attempts", attempts)
                        .bind("now", now)
                        .bind("error", error)
                        .execute()
                > 0;
    }

    /** Brings a dead job back, or a waiting one forward. */
    boolean retry(Handle handle, UUID id, Instant now) {
        int revived =
                handle.createUpdate(
                                """
                                WITH back AS (DELETE FROM dead_jobs WHERE id = :id RETURNING *)
                                INSERT INTO scheduled_tasks AS t
                                    (task_name, task_instance, task_data, execution_time, id, created_at)
                                SELECT task_name, task_instance, task_data, :now, id, created_at
                                FROM back
                                ON CONFLICT (task_name, task_instance) DO NOTHING
                                """)
                        .bind("id", id)
                        .bind("now", now)
                        .execute();
        int forward =
                handle.createUpdate(
                                """
                                UPDATE scheduled_tasks SET execution_time = least(execution_time, :now)
                                WHERE id = :id AND NOT picked
                                """)
                        .bind("id", id)
                        .bind("now", now)
                        .execute();
        return revived + forward > 0;
    }

    /**
     * @param known the types with a handler here; jobs of others wait
     */
    List<JobView> list(
            Handle handle,
            @Nullable String state,
            @Nullable String type,
            List<String> known,
            Cursor after,
            int limit) {
        return handle.createQuery(
                        """
                        SELECT id, type, name, state, attempts, next_at, last_error, created_at, reason,
                            convert_from(substring(data FROM 1 FOR 32), 'UTF8') AS trace_id
                        FROM (
                            SELECT id, task_name AS type, task_instance AS name,
                                CASE WHEN picked THEN 'running'
                                     WHEN task_name <> ALL (CAST(:known AS text[])) THEN 'waiting'
                                     WHEN reason IS NOT NULL THEN 'waiting'
                                     WHEN consecutive_failures > 0 THEN 'retrying'
                                     ELSE 'scheduled' END AS state,
                                consecutive_failures AS attempts, execution_time AS next_at, last_error,
                                created_at,
                                CASE WHEN task_name <> ALL (CAST(:known AS text[]))
                                     THEN 'Nothing here handles ' || task_name ELSE reason END AS reason,
                                task_data AS data
                            FROM scheduled_tasks
                            UNION ALL
                            SELECT id, task_name, task_instance, 'dead', attempts, NULL, last_error,
                                created_at, NULL, task_data
                            FROM dead_jobs
                        ) AS jobs
                        WHERE (CAST(:state AS text) IS NULL OR state = :state)
                          AND (CAST(:type AS text) IS NULL OR type = :type)
                          AND (created_at, id) < (:at, :after)
                        ORDER BY created_at DESC, id DESC
                        LIMIT :limit
                        """)
                .bind("known", known.toArray(String[]::new))
                .bind("state", state)
                .bind("type", type)
                .bind("at", after.at())
                .bind("after", after.id())
                .bind("limit", limit)
                .mapTo(JobView.class)
                .list();
    }
}
