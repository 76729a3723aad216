package coop.minga.platform.http;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Speaks JSON to a host on loopback. Immutable: {@link #header} gives a new client. */
public final class TestClient {

    private static final HttpClient HTTP =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    private final int port;
    private final Map<String, String> headers;

    public TestClient(int port) {
        this(port, Map.of());
    }

    private TestClient(int port, Map<String, String> headers) {
        this.port = port;
        this.headers = headers;
    }

    public TestClient header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new TestClient(port, more);
    }

    /** With a new Idempotency-Key. */
    public TestClient once() {
        return header("Idempotency-Key", UUID.randomUUID().toString());
    }

    /**
     * @param status the HTTP status
     * @param headers the first value of each, names in lower case
     * @param body as received
     */
    public record Answer(int status, Map<String, String> headers, byte[] body) {

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            try {
                return Json.mapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException("Not JSON: " + text(), e);
            }
        }

        /** The value at a JSON Pointer as text, empty when missing. */
        public String at(String pointer) {
            return json().at(pointer).asText();
        }
    }

    public Answer get(String path) {
        return send("GET", path, null);
    }

    public Answer post(String path, @Nullable Object body) {
        return send("POST", path, body);
    }

    public Answer put(String path, @Nullable Object body) {
        return send("PUT", path, body);
    }

    public Answer patch(String path, @Nullable Object body) {
        return send("PATCH", path, body);
    }

    public Answer delete(String path) {
        return send("DELETE", path, null);
    }

    /**
     * @param body a string is sent as it is, bytes likewise, anything else as JSON
     */
    public Answer send(String method, String path, @Nullable Object body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(60));
        headers.forEach(request::header);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            byte[] bytes =
                    switch (body) {
                        case byte[] raw -> raw;
                        case String text -> text.getBytes(StandardCharsets.UTF_8);
                        default -> Json.write(body).getBytes(StandardCharsets.UTF_8);
                    };
            if (headers.keySet().stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
                request.header("Content-Type", "application/json");
            }
            request.method(method, HttpRequest.BodyPublishers.ofByteArray(bytes));
        }
        try {
            HttpResponse<byte[]> response =
                    HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            Map<String, String> names = new LinkedHashMap<>();
            response.headers()
                    .map()
                    .forEach((name, values) ->
                            names.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
            return new Answer(response.statusCode(), names, response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
