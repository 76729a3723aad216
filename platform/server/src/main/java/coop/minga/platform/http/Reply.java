package coop.minga.platform.http;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param status the HTTP status
 * @param headers beside those the front door adds
 * @param content what is sent
 */
public record Reply(int status, Map<String, String> headers, Content content) {

    public Reply {
        headers = Map.copyOf(headers);
    }

    /** What an answer carries. */
    public sealed interface Content {}

    /** Nothing. */
    public record None() implements Content {}

    /** An object written as JSON. */
    public record Json(Object value) implements Content {}

    /** Bytes as they are. */
    public record Bytes(String mediaType, byte[] bytes) implements Content {}

    /** Written piece by piece while the connection lasts; the writer blocks. */
    public record Streamed(String mediaType, Writer writer) implements Content {}

    /** Server-sent events until the source ends, the client leaves or the session dies. */
    public record Events(EventSource source) implements Content {}

    /** Writes a body. */
    @FunctionalInterface
    public interface Writer {
        void write(OutputStream out) throws IOException;
    }

    public static Reply ok(Object value) {
        return json(200, value);
    }

    public static Reply created(Object value) {
        return json(201, value);
    }

    public static Reply accepted(Object value) {
        return json(202, value);
    }

    public static Reply json(int status, Object value) {
        return new Reply(status, Map.of(), new Json(value));
    }

    public static Reply noContent() {
        return new Reply(204, Map.of(), new None());
    }

    public static Reply text(String mediaType, String body) {
        return bytes(mediaType, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    public static Reply bytes(String mediaType, byte[] body) {
        return new Reply(200, Map.of(), new Bytes(mediaType, body));
    }

    public static Reply streamed(String mediaType, Writer writer) {
        return new Reply(200, Map.of(), new Streamed(mediaType, writer));
    }

    public static Reply events(EventSource source) {
        return new Reply(200, Map.of(), new Events(source));
    }

    public Reply withStatus(int newStatus) {
        return new Reply(newStatus, headers, content);
    }

    public Reply with(String header, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, content);
    }
}
