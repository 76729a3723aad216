package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Speaks the Engine API. Every request runs on a virtual thread of its own, because a blocked read
 * on a virtual thread ends when it is interrupted whatever the kind of socket; the caller waits no
 * longer than it may.
 */
final class Engine implements AutoCloseable {
    private final Wire wire;
    private final Failures failures;
    private volatile @Nullable String prefix;

    Engine(DockerConfig config) {
        this.wire = new Wire(config);
        this.failures = new Failures(config);
    }

    Answer get(Duration limit, String path, Map<String, String> query) {
        return send(limit, "GET", path, query, null, "");
    }

    Answer get(Duration limit, String path) {
        return get(limit, path, Map.of());
    }

    Answer delete(Duration limit, String path, Map<String, String> query) {
        return send(limit, "DELETE", path, query, null, "");
    }

    Answer post(Duration limit, String path, Map<String, String> query) {
        return send(limit, "POST", path, query, new byte[0], "");
    }

    Answer post(Duration limit, String path, Map<String, String> query, JsonNode body) {
        return send(limit, "POST", path, query, bytes(body), "application/json");
    }

    Answer putTar(Duration limit, String path, Map<String, String> query, byte[] tar) {
        return send(limit, "PUT", path, query, tar, "application/x-tar");
    }

    private Answer send(
            Duration limit,
            String method,
            String path,
            Map<String, String> query,
            byte @Nullable [] body,
            String type) {
        return within(
                limit,
                () -> {
                    String target = prefix() + path + encoded(query);
                    try (Response response = wire.send(method, target, body, type, null)) {
                        return Answer.read(response);
                    }
                });
    }

    /**
     * Sends a request whose answer is a stream; the caller closes it. Runs on the calling thread:
     * call it inside {@link #streaming}.
     *
     * @throws ProviderException when the status is not 2xx or 101
     */
    Response open(
            String method,
            String path,
            Map<String, String> query,
            @Nullable JsonNode body,
            @Nullable InputStream hijacked)
            throws IOException {
        Response response =
                wire.send(
                        method,
                        prefix() + path + encoded(query),
                        body == null ? null : bytes(body),
                        body == null ? "" : "application/json",
                        hijacked);
        int status = response.getStatusCode();
        if (status / 100 != 2 && status != 101) {
            try (response) {
                throw Answer.read(response).failure();
            }
        }
        return response;
    }

    /** What the engine says of itself, outside any version. */
    JsonNode version(Duration limit) {
        return within(
                limit,
                () -> {
                    try (Response response = wire.send("GET", "/version", null, "", null)) {
                        return Answer.read(response).expect(200).body();
                    }
                });
    }

    /** The version spoken, for people. */
    String spoken(Duration limit) {
        return within(limit, () -> prefix().substring("/v".length()));
    }

    /** Runs work with streams for as long as it takes; an interrupt ends it. */
    <T> T streaming(Callable<T> work) {
        return within(null, work);
    }

    /** Runs work with streams for no longer than the limit. */
    <T> T streaming(Duration limit, Callable<T> work) {
        return within(limit, work);
    }

    /**
     * Runs work on a thread of its own that is interrupted with the caller.
     *
     * @param limit how long to wait; null for as long as it takes
     */
    private <T> T within(@Nullable Duration limit, Callable<T> work) {
        if (wire.isClosed()) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of("The provider is closed", "El proveedor está cerrado"));
        }
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofVirtual().name("docker-call").start(task);
        try {
            return limit == null
                    ? task.get()
                    : task.get(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "Interrupted while waiting for the Docker engine",
                            "Interrumpido mientras esperaba al motor Docker"));
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "The Docker engine did not answer in " + limit,
                            "El motor Docker no respondió en " + limit),
                    e);
        } catch (ExecutionException e) {
            if (Failures.isBroken(e.getCause())) {
                // The next engine to answer there may be another version.
                prefix = null;
            }
            throw failures.of(e.getCause());
        }
    }

    private String prefix() throws IOException {
        String known = prefix;
        if (known != null) {
            return known;
        }
        try (Response response = wire.send("GET", "/version", null, "", null)) {
            JsonNode version = Answer.read(response).expect(200).body();
            String agreed = "/v" + ApiVersion.spokenWith(version);
            prefix = agreed;
            return agreed;
        }
    }

    private static String encoded(Map<String, String> query) {
        if (query.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        new LinkedHashMap<>(query)
                .forEach((name, value) ->
                        text.append(text.isEmpty() ? '?' : '&')
                                .append(name)
                                .append('=')
                                .append(segment(value)));
        return text.toString();
    }

    /** Percent-encodes for a query value or one path segment. */
    static String segment(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static byte[] bytes(JsonNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        wire.close();
    }
}
