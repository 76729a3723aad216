package coop.minga.platform.http;

import com.fasterxml.jackson.core.type.TypeReference;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.plugin.api.IdempotencyKey;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * First answers, kept.
 *
 * <p>The key's row is inserted first and the answer written last, both in the transaction of the
 * effect: whoever comes with the same key in between waits on the row, then reads the answer. A
 * refused request leaves no row, so that the same key may be used once its cause is gone.
 */
final class Idempotency {

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final Db db;

    Idempotency(Db db) {
        this.db = db;
    }

    private record Row(
            byte[] requestHash,
            @Nullable Integer status,
            @Nullable String headers,
            byte @Nullable [] body) {}

    Reply once(String scope, IdempotencyKey key, byte[] request, Supplier<Reply> effect) {
        byte[] hash = hash(scope, request);
        return db.inTransaction(handle -> {
            if (claim(handle, scope, key, hash)) {
                Reply reply = rendered(effect.get());
                keep(handle, scope, key, reply);
                return reply;
            }
            return stored(handle, scope, key, hash);
        });
    }

    private static boolean claim(Handle handle, String scope, IdempotencyKey key, byte[] hash) {
        return handle.createUpdate(
                                """
                                insert into idempotent_answers (scope, key, request_hash)
                                values (:scope, :key, :hash)
                                on conflict do nothing
                                """)
                        .bind("scope", scope)
                        .bind("key", key.value())
                        .bind("hash", hash)
                        .execute()
                == 1;
    }

    private static Reply stored(Handle handle, String scope, IdempotencyKey key, byte[] hash) {
        Optional<Row> row =
                handle.createQuery(
                                """
                                select request_hash, status, headers::text as headers, body
                                from idempotent_answers where scope = :scope and key = :key
                                """)
                        .bind("scope", scope)
                        .bind("key", key.value())
                        .mapTo(Row.class)
                        .findOne();
        if (row.isEmpty() || row.get().status() == null) {
            throw MingaException.of(
                    ErrorCode.conflict("request.in-progress"),
                    "A request with this Idempotency-Key is being worked on. Please ask again"
                            + " shortly.",
                    "Una petición con esta Idempotency-Key está en curso. Pregunta de nuevo en"
                            + " breve.");
        }
        if (!Arrays.equals(row.get().requestHash(), hash)) {
            throw MingaException.of(
                    ErrorCode.conflict("request.idempotency-mismatch"),
                    "This Idempotency-Key was used for another request. Use a new key for a new"
                            + " request.",
                    "Esta Idempotency-Key ya se usó para otra petición. Usa una clave nueva para"
                            + " una petición nueva.");
        }
        Map<String, String> headers = readHeaders(row.get().headers());
        byte[] body = row.get().body();
        Reply.Content content =
                body == null || body.length == 0
                        ? new Reply.None()
                        : new Reply.Bytes("application/json", body);
        return new Reply(row.get().status(), headers, content);
    }

    private static void keep(Handle handle, String scope, IdempotencyKey key, Reply reply) {
        byte[] body =
                switch (reply.content()) {
                    case Reply.Bytes bytes -> bytes.bytes();
                    case Reply.None none -> new byte[0];
                    case Reply.Json json ->
                            throw new IllegalStateException(
                                    "JSON must be rendered before it is kept");
                    case Reply.Streamed streamed -> throw notStorable();
                    case Reply.Events events -> throw notStorable();
                };
        handle.createUpdate(
                        """
                        update idempotent_answers
                        set status = :status, headers = cast(:headers as jsonb), body = :body
                        where scope = :scope and key = :key
                        """)
                .bind("status", reply.status())
                .bind("headers", Json.write(reply.headers()))
                .bind("body", body)
                .bind("scope", scope)
                .bind("key", key.value())
                .execute();
    }

    /** Bytes, so that the first answer and every later one are the same to the last byte. */
    private static Reply rendered(Reply reply) {
        if (reply.content() instanceof Reply.Json json) {
            byte[] bytes = Json.write(json.value()).getBytes(StandardCharsets.UTF_8);
            return new Reply(
                    reply.status(), reply.headers(), new Reply.Bytes("application/json", bytes));
        }
        return reply;
    }

    private static Map<String, String> readHeaders(@Nullable String json) {
        try {
            return json == null ? Map.of() : Json.mapper().readValue(json, HEADERS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] hash(String scope, byte[] request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(scope.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return digest.digest(request);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static IllegalStateException notStorable() {
        return new IllegalStateException("An idempotent route answers with JSON or nothing");
    }
}
