package coop.minga.plugins.docker;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * Speaks the Engine API. Every request runs on a virtual thread of its own, because a blocked read
 * on a virtual thread ends when it is interrupted whatever the kind of socket; the caller waits no
 * longer than it may.
 */
final class Engine implements AutoCloseable {
    /** The version whose behaviour this plugin knows. */
    private static final ApiVersion WANTED = new ApiVersion(1, 41);

    /** The oldest one with everything used here. */
    private static final ApiVersion OLDEST = new ApiVersion(1, 40);

    private static final int LARGEST_ANSWER = 32 << 20;

    /** How long to wait for an alert after a handshake, ms. */
    private static final int HANDSHAKE_MS = 2_000;

    private static final int HANDSHAKES = 3;

    /** Where the transport writes every byte it sends, when asked to. */
    static final String WIRE =
            "com.github.dockerjava.zerodep.shaded.org.apache.hc.client5.http.wire";

    private final DockerConfig config;
    private final ReentrantLock opening = new ReentrantLock();
    private volatile @Nullable DockerHttpClient http;
    private volatile @Nullable String prefix;
    private volatile boolean closed;

    Engine(DockerConfig config) {
        this.config = config;
    }

    /** Made on first use: most of the time it takes is loading classes. */
    private DockerHttpClient http() {
        DockerHttpClient open = http;
        if (open != null) {
            return open;
        }
        opening.lock();
        try {
            open = http;
            if (open == null) {
                open =
                        new ZerodepDockerHttpClient.Builder()
                                .dockerHost(config.endpoint())
                                .sslConfig(config.tls().isPresent() ? config.tls()::get : null)
                                .maxConnections(512)
                                .connectionTimeout(Duration.ofSeconds(10))
                                .build();
                http = open;
            }
            return open;
        } finally {
            opening.unlock();
        }
    }

    /** An answer with its body as JSON, missing where it was empty or something else. */
    record Answer(int status, JsonNode body) {
        /** The vendor's own words about a refusal. */
        String message() {
            String text = body.path("message").asText("");
            return text.isEmpty() ? "status " + status : text.strip();
        }

        /** This answer when its status is among the expected ones; else a failure. */
        Answer expect(int... statuses) {
            for (int expected : statuses) {
                if (status == expected) {
                    return this;
                }
            }
            throw failure();
        }

        ProviderException failure() {
            return switch (status) {
                case 400, 413, 422 -> new ProviderException(Code.INVALID_REQUEST, message());
                case 401, 403 -> new ProviderException(Code.UNAUTHENTICATED, message());
                case 404 -> new ProviderException(Code.NOT_FOUND, message());
                case 409 -> new ProviderException(Code.CONFLICT, message());
                case 429 -> ProviderException.limit(message(), Duration.ofSeconds(5));
                case 501 -> new ProviderException(Code.UNSUPPORTED, message());
                default -> new ProviderException(Code.UNAVAILABLE, message());
            };
        }
    }

    record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
        static Optional<ApiVersion> parse(String text) {
            String[] parts = text.split("\\.");
            try {
                return parts.length == 2
                        ? Optional.of(
                                new ApiVersion(
                                        Integer.parseInt(parts[0]), Integer.parseInt(parts[1])))
                        : Optional.empty();
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        /** The version to speak with an engine that knows this range; empty when none fits. */
        static Optional<ApiVersion> negotiated(ApiVersion min, ApiVersion max) {
            ApiVersion version = WANTED.compareTo(max) > 0 ? max : WANTED;
            version = version.compareTo(min) < 0 ? min : version;
            return version.compareTo(OLDEST) < 0 ? Optional.empty() : Optional.of(version);
        }

        @Override
        public int compareTo(ApiVersion other) {
            return major != other.major
                    ? Integer.compare(major, other.major)
                    : Integer.compare(minor, other.minor);
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }

    /** Whether the host's log levels would put request bodies, and so secrets, into the log. */
    static boolean showsBodies() {
        return LoggerFactory.getLogger(WIRE).isDebugEnabled();
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
                    try (Response response = execute(method, target, body, type, null)) {
                        return answer(response);
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
                execute(
                        method,
                        prefix() + path + encoded(query),
                        body == null ? null : bytes(body),
                        body == null ? "" : "application/json",
                        hijacked);
        int status = response.getStatusCode();
        if (status / 100 != 2 && status != 101) {
            try (response) {
                throw answer(response).failure();
            }
        }
        return response;
    }

    /** What the engine says of itself, outside any version. */
    JsonNode version(Duration limit) {
        return within(
                limit,
                () -> {
                    try (Response response = execute("GET", "/version", null, "", null)) {
                        return answer(response).expect(200).body();
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
        if (closed) {
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
            throw translated(e.getCause());
        }
    }

    private Response execute(
            String method,
            String target,
            byte @Nullable [] body,
            String type,
            @Nullable InputStream hijacked)
            throws IOException {
        try {
            return attempt(method, target, body, type, hijacked);
        } catch (IOException e) {
            // A pooled connection to an engine that restarted meanwhile fails once. Everything sent
            // here may be sent twice: names make creation unique, the rest sets a state.
            if (Thread.currentThread().isInterrupted() || closed || isUnreachable(e)) {
                throw e;
            }
            return attempt(method, target, body, type, hijacked);
        }
    }

    private Response attempt(
            String method,
            String target,
            byte @Nullable [] body,
            String type,
            @Nullable InputStream hijacked)
            throws IOException {
        Request.Builder request =
                Request.builder().method(Request.Method.valueOf(method)).path(target);
        if (body != null) {
            request.bodyBytes(body);
        }
        if (!type.isEmpty()) {
            request.putHeader("Content-Type", type);
        }
        if (hijacked != null) {
            request.hijackedInput(hijacked);
        }
        try {
            return http().execute(request.build());
        } catch (RuntimeException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }

    private String prefix() throws IOException {
        String known = prefix;
        if (known != null) {
            return known;
        }
        try (Response response = execute("GET", "/version", null, "", null)) {
            JsonNode version = answer(response).expect(200).body();
            String agreed = "/v" + negotiate(version);
            prefix = agreed;
            return agreed;
        }
    }

    static ApiVersion negotiate(JsonNode version) {
        Optional<ApiVersion> max = ApiVersion.parse(version.path("ApiVersion").asText());
        Optional<ApiVersion> min =
                ApiVersion.parse(version.path("MinAPIVersion").asText("1.12")).or(() -> max);
        if (max.isEmpty() || min.isEmpty()) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "What answers there does not name an Engine API version",
                            "Lo que responde ahí no dice qué versión de la API de Docker habla"));
        }
        return ApiVersion.negotiated(min.get(), max.get())
                .orElseThrow(() ->
                        new ProviderException(
                                Code.MISCONFIGURED,
                                Text.of(
                                        "The engine speaks API "
                                                + max.get()
                                                + "; at least "
                                                + OLDEST
                                                + " (Docker 19.03) is needed",
                                        "El motor habla la API "
                                                + max.get()
                                                + "; se necesita al menos la "
                                                + OLDEST
                                                + " (Docker 19.03)")));
    }

    private static Answer answer(Response response) throws IOException {
        byte[] bytes;
        try (InputStream body = response.getBody()) {
            bytes = body == null ? new byte[0] : body.readNBytes(LARGEST_ANSWER + 1);
        }
        if (bytes.length > LARGEST_ANSWER) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "The engine's answer is too large",
                            "La respuesta del motor es demasiado grande"));
        }
        JsonNode json = MissingNode.getInstance();
        if (bytes.length > 0) {
            try {
                json = Json.MAPPER.readTree(bytes);
            } catch (JacksonException e) {
                if (response.getStatusCode() / 100 == 2
                        && response.getHeaders().toString().contains("json")) {
                    throw new ProviderException(
                            Code.UNAVAILABLE,
                            Text.of(
                                    "The engine's answer is no valid JSON",
                                    "La respuesta del motor no es JSON válido"));
                }
            }
        }
        return new Answer(response.getStatusCode(), json);
    }

    private ProviderException translated(@Nullable Throwable cause) {
        return switch (cause) {
            case null ->
                    new ProviderException(
                            Code.INTERNAL,
                            Text.of(
                                    "Talking to the engine failed",
                                    "Falló la comunicación con el motor"));
            case ProviderException e -> e;
            case SSLException e -> untrusted(e);
            case IOException e -> unreachable(e);
            case UncheckedIOException e -> unreachable(new IOException(e.getMessage(), e));
            default ->
                    new ProviderException(
                            Code.INTERNAL,
                            Text.of(
                                    "Talking to the engine failed: "
                                            + cause.getClass().getSimpleName(),
                                    "Falló la comunicación con el motor: "
                                            + cause.getClass().getSimpleName()),
                            cause);
        };
    }

    private ProviderException unreachable(IOException e) {
        // The next engine to answer there may be another version.
        prefix = null;
        Optional<SSLException> refusal = refusal();
        if (refusal.isPresent()) {
            return untrusted(refusal.get());
        }
        if ("unix".equals(config.endpoint().getScheme())) {
            Path socket = Path.of(config.endpoint().getPath());
            if (!Files.exists(socket)) {
                return new ProviderException(
                        Code.UNAVAILABLE,
                        Text.of(
                                "There is no Docker socket at " + socket,
                                "No hay ningún socket de Docker en " + socket),
                        e);
            }
            if (!Files.isWritable(socket)) {
                return new ProviderException(
                        Code.UNAUTHENTICATED,
                        Text.of(
                                "The Docker socket " + socket + " is not ours to use",
                                "No tenemos permiso para usar el socket de Docker " + socket),
                        e);
            }
        }
        String said = e.getMessage();
        String words = said == null ? e.getClass().getSimpleName() : said;
        return new ProviderException(
                Code.UNAVAILABLE,
                Text.of(
                        "The Docker engine at " + config.endpoint() + " does not answer: " + words,
                        "El motor Docker en " + config.endpoint() + " no responde: " + words),
                e);
    }

    private static ProviderException untrusted(SSLException e) {
        return new ProviderException(
                Code.UNAUTHENTICATED,
                Text.of(
                        "TLS with the engine failed: " + e.getMessage(),
                        "Falló el TLS con el motor: " + e.getMessage()),
                e);
    }

    /**
     * Why the engine does not take our certificate, when that is what a broken connection was
     * about. In TLS 1.3 the client is done before its certificate is looked at, so what it sends
     * meanwhile may turn the engine's alert into a reset. An engine that takes the TCP connection
     * and then ends every one of a few handshakes refuses us; one that waits for a request does
     * not.
     */
    private Optional<SSLException> refusal() {
        for (int i = 0; i < HANDSHAKES && config.tls().isPresent(); i++) {
            try (Socket plain = new Socket()) {
                URI engine = config.endpoint();
                plain.connect(
                        new InetSocketAddress(engine.getHost(), engine.getPort()), HANDSHAKE_MS);
                plain.setSoTimeout(HANDSHAKE_MS);
                if (!isEnded(config.tls().get(), plain)) {
                    return Optional.empty();
                }
            } catch (SSLException e) {
                return Optional.of(e);
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        return config.tls()
                .map(ignored ->
                        new SSLException("the engine ends the connection after the handshake"));
    }

    /** Whether the engine ends a connection on which only the handshake was done. */
    private boolean isEnded(SSLContext tls, Socket plain) throws SSLException {
        URI engine = config.endpoint();
        try (Socket secure =
                tls.getSocketFactory()
                        .createSocket(plain, engine.getHost(), engine.getPort(), true)) {
            return secure.getInputStream().read() < 0;
        } catch (SSLException e) {
            throw e;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean isUnreachable(IOException e) {
        return e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof FileNotFoundException
                || e instanceof SSLException
                || (e instanceof SocketException
                        && String.valueOf(e.getMessage()).contains("No such"));
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
        closed = true;
        DockerHttpClient open = http;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            // Nothing is left to be done with a connection that does not even close.
            http = null;
        }
    }
}
