package coop.minga.platform.payments;

import com.fasterxml.jackson.core.type.TypeReference;

import coop.minga.platform.http.Json;
import coop.minga.plugin.api.RawRequest;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The rows of webhooks. */
final class HookStore {

    private static final TypeReference<Map<String, List<String>>> HEADERS =
            new TypeReference<>() {};

    /**
     * Keeps a webhook; false when it is there already.
     *
     * @param dedup the vendor's event id, or a digest of what still has to be verified
     * @param subject null for nothing we follow
     */
    boolean insert(
            Handle handle,
            StoredHook hook,
            String dedup,
            String eventType,
            String state,
            Instant at) {
        RawRequest request = hook.request();
        return handle.createUpdate(
                                """
                                INSERT INTO payment_hooks
                                       (id, provider, dedup, event_type, subject, method, suffix,
                                        raw_query, headers, body, state, received_at)
                                VALUES (:id, :provider, :dedup, :type, :subject, :method, :suffix,
                                        :query, cast(:headers AS jsonb), :body, :state, :at)
                                    ON CONFLICT (provider, dedup) DO NOTHING
                                """)
                        .bind("id", hook.id())
                        .bind("provider", hook.provider())
                        .bind("dedup", dedup)
                        .bind("type", clean(eventType))
                        .bind("subject", hook.subject())
                        .bind("method", clean(request.method()))
                        .bind("suffix", clean(request.suffix()))
                        .bind("query", clean(request.rawQuery()))
                        .bind(
                                "headers",
                                Json.write(request.headers()).replace("\\u0000", "\\ufffd"))
                        .bind("body", request.body())
                        .bind("state", state)
                        .bind("at", PaymentStore.utc(at))
                        .execute()
                == 1;
    }

    /** One that still waits to be acted on. */
    Optional<StoredHook> open(Handle handle, UUID id) {
        return handle.createQuery(
                        """
                        SELECT * FROM payment_hooks
                         WHERE id = :id AND state IN ('stored', 'unverified')
                        """)
                .bind("id", id)
                .map((row, context) -> hook(row))
                .findOne();
    }

    /** How many wait for a proof that they are the vendor's. */
    int unverified(Handle handle) {
        return handle.createQuery("SELECT count(*) FROM payment_hooks WHERE state = 'unverified'")
                .mapTo(Integer.class)
                .one();
    }

    void done(Handle handle, UUID id, String state, Instant at) {
        handle.createUpdate(
                        """
                        UPDATE payment_hooks SET state = :state, done_at = :at WHERE id = :id
                        """)
                .bind("id", id)
                .bind("state", state)
                .bind("at", PaymentStore.utc(at))
                .execute();
    }

    /** Deletes what was acted on long ago; vendors repeat themselves for weeks at most. */
    void forget(Handle handle, Instant before, int limit) {
        handle.createUpdate(
                        """
                        DELETE FROM payment_hooks WHERE id IN (
                            SELECT id FROM payment_hooks
                             WHERE received_at < :before AND state NOT IN ('stored', 'unverified')
                             ORDER BY received_at LIMIT :limit)
                        """)
                .bind("before", PaymentStore.utc(before))
                .bind("limit", limit)
                .execute();
    }

    private static StoredHook hook(ResultSet row) throws SQLException {
        return new StoredHook(
                row.getObject("id", UUID.class),
                row.getString("provider"),
                row.getString("state").equals("stored"),
                subject(row),
                new RawRequest(
                        row.getString("method"),
                        row.getString("suffix"),
                        row.getString("raw_query"),
                        headers(row.getString("headers")),
                        row.getBytes("body")));
    }

    private static @Nullable String subject(ResultSet row) throws SQLException {
        return row.getString("subject");
    }

    private static Map<String, List<String>> headers(String json) {
        try {
            return Json.mapper().readValue(json, HEADERS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No database keeps NUL in text. */
    private static String clean(String text) {
        return text.replace('\0', '\ufffd');
    }
}
