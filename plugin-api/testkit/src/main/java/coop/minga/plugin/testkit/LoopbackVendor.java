package coop.minga.plugin.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * A vendor's HTTP API on loopback, written by the test: handlers hold the state, faults are put in
 * their way one by one.
 *
 * <pre>{@code
 * try (LoopbackVendor vendor = new LoopbackVendor(request -> Answer.json(200, "{}"))) {
 *     vendor.next(request -> request.method().equals("POST"), Fault.WORK_THEN_DROP);
 *     ...
 * }
 * }</pre>
 */
public final class LoopbackVendor implements AutoCloseable {

    /** What goes wrong with a request. */
    public enum Fault {
        /** Nothing is done and the connection is cut. */
        DROP,
        /** The work is done, the reply is lost. */
        WORK_THEN_DROP,
        /** Nothing is done and nothing comes back until the vendor is closed. */
        HANG,
        /** The work is done, and the reply does not come until the vendor is closed. */
        WORK_THEN_HANG,
        /** The handler is run twice, the second answer is sent. */
        TWICE,
        /** Status 500 with a body that is no JSON. */
        BROKEN,
        /** Status 429 with Retry-After. */
        TOO_MANY
    }

    /**
     * @param method upper-case
     * @param path decoded, without query
     * @param query raw, or empty
     * @param headers names in lower case, first values
     */
    public record Request(
            String method, String path, String query, Map<String, String> headers, byte[] body) {

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** What is sent back. */
    public record Answer(int status, Map<String, String> headers, byte[] body) {

        public static Answer json(int status, String json) {
            return new Answer(
                    status,
                    Map.of("Content-Type", "application/json"),
                    json.getBytes(StandardCharsets.UTF_8));
        }

        public static Answer empty(int status) {
            return new Answer(status, Map.of(), new byte[0]);
        }
    }

    /** The vendor's mind. Called in parallel. */
    @FunctionalInterface
    public interface Handler {
        Answer handle(Request request);
    }

    private record Planned(Predicate<Request> when, Fault fault) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Deque<Planned> faults = new ArrayDeque<>();
    private final List<Request> requests = new ArrayList<>();
    private final Handler handler;

    /** Starts on a free port. */
    public LoopbackVendor(Handler handler) {
        this.handler = handler;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** For example {@code http://127.0.0.1:41234}. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Puts a fault in the way of the next request that fits. */
    public void next(Predicate<Request> when, Fault fault) {
        synchronized (faults) {
            faults.add(new Planned(when, fault));
        }
    }

    /** Puts a fault in the way of the next request. */
    public void next(Fault fault) {
        next(request -> true, fault);
    }

    /** Everything received so far. */
    public List<Request> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    private Deque<Fault> faultFor(Request request) {
        Deque<Fault> found = new ArrayDeque<>();
        synchronized (faults) {
            for (Planned planned : faults) {
                if (planned.when().test(request)) {
                    faults.remove(planned);
                    found.add(planned.fault());
                    break;
                }
            }
        }
        return found;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Request request = read(exchange);
            synchronized (requests) {
                requests.add(request);
            }
            Deque<Fault> fault = faultFor(request);
            if (fault.isEmpty()) {
                send(exchange, handler.handle(request));
                return;
            }
            switch (fault.getFirst()) {
                case DROP -> {}
                case WORK_THEN_DROP -> handler.handle(request);
                case HANG -> closed.await();
                case WORK_THEN_HANG -> {
                    handler.handle(request);
                    closed.await();
                }
                case TWICE -> {
                    handler.handle(request);
                    send(exchange, handler.handle(request));
                }
                case BROKEN ->
                        send(
                                exchange,
                                new Answer(
                                        500,
                                        Map.of("Content-Type", "text/html"),
                                        "<h1>Oops".getBytes(StandardCharsets.UTF_8)));
                case TOO_MANY ->
                        send(exchange, new Answer(429, Map.of("Retry-After", "1"), new byte[0]));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Request read(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) ->
                        headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        String query = exchange.getRequestURI().getRawQuery();
        return new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                query == null ? "" : query,
                headers,
                exchange.getRequestBody().readAllBytes());
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        boolean bodyless = answer.body().length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), bodyless ? -1 : answer.body().length);
        if (!bodyless) {
            exchange.getResponseBody().write(answer.body());
        }
    }

    /** Cuts every connection, also those that hang. */
    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
