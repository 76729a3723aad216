package coop.minga.platform.http;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.plugin.api.IdempotencyKey;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Takes every request through the same steps: host, route, limits, caller, rights, same origin,
 * input, idempotency, handler, answer. Whatever goes wrong becomes problem+json here.
 */
final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final long LINGER_BYTES = 128L << 20;

    private final RouteTable table;
    private final HttpOptions options;
    private final Callers callers;
    private final Idempotency idempotency;
    private final Limiter limiter;
    private final Pages pages;
    private final Deadlines deadlines;
    private final Answers answers;
    private final MeterRegistry meters;
    private final Semaphore places;

    Dispatcher(
            RouteTable table,
            HttpOptions options,
            Callers callers,
            Db db,
            Pages pages,
            Deadlines deadlines,
            Answers answers,
            MeterRegistry meters) {
        this.table = table;
        this.options = options;
        this.callers = callers;
        this.idempotency = new Idempotency(db);
        this.limiter = new Limiter(options.rateFactor());
        this.pages = pages;
        this.deadlines = deadlines;
        this.answers = answers;
        this.meters = meters;
        this.places = new Semaphore(options.maxConcurrentRequests());
    }

    void handle(ServerRequest request, ServerResponse response) {
        String trace = Traces.of(request);
        MDC.put("trace_id", trace);
        long start = System.nanoTime();
        String routeName = "none";
        int status = 0;
        try {
            String language = callers.language(request, Optional.empty());
            Reply reply;
            Optional<Principal> caller = Optional.empty();
            if (!places.tryAcquire()) {
                reply = Problems.of(busy(), language, trace);
                status = answers.send(request, response, reply, trace, Optional.empty());
                return;
            }
            try (AutoCloseable deadline = deadlines.begin(options.requestDeadline())) {
                Answer answer = answer(request, trace, language);
                reply = answer.reply;
                caller = answer.caller;
                routeName = answer.route;
            } finally {
                places.release();
            }
            status = answers.send(request, response, reply, trace, caller);
            if (status == 413) {
                linger(request);
            }
        } catch (Exception e) {
            LOG.warn(
                    "Answering {} {} failed", request.prologue().method().text(), path(request), e);
        } finally {
            Timer.builder("minga_http_requests")
                    .tag("route", routeName)
                    .tag("status", Integer.toString(status))
                    .register(meters)
                    .record(Duration.ofNanos(System.nanoTime() - start));
            MDC.remove("trace_id");
        }
        if (response.headers().contains(HeaderValues.CONNECTION_CLOSE)
                || request.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            // Helidon says so, but keeps the connection until it idles.
            throw new CloseConnectionException("This was the connection's last request");
        }
    }

    /**
     * Reads on for a moment after a body was refused for its size: a connection that is closed on
     * unread bytes is reset, and the answer lost with it (RFC 9112 section 9.6).
     */
    private void linger(ServerRequest request) throws Exception {
        if (request.headers().contains(HeaderNames.EXPECT)) {
            // Nothing was sent yet, and asking for it would be to read.
            return;
        }
        try (AutoCloseable deadline = deadlines.begin(LINGER)) {
            InputStream in = request.content().inputStream();
            byte[] buffer = new byte[64 * 1024];
            long left = LINGER_BYTES;
            for (int n = in.read(buffer); n >= 0 && left > 0; n = in.read(buffer)) {
                left -= n;
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("A refused body did not end", e);
        }
    }

    private record Answer(Reply reply, Optional<Principal> caller, String route) {}

    private Answer answer(ServerRequest request, String trace, String fallbackLanguage) {
        Optional<Principal> caller = Optional.empty();
        String language = fallbackLanguage;
        String routeName = "none";
        try {
            String method = request.prologue().method().text();
            String path = path(request);
            List<String> segments = Paths.segments(path);
            RouteTable.Match match = table.find(method, segments);
            Route route = match.route();
            if (route == null) {
                return new Answer(
                        pageOrRefuse(request, method, path, match, trace, language),
                        caller,
                        routeName);
            }
            routeName = route.method() + " " + route.path();
            String address = callers.address(request);
            String rawQuery = request.query().rawValue();
            Callers.Caller who =
                    route.hasOwnCredentials() ? Callers.Caller.nobody() : callers.identify(request);
            caller = who.principal();
            language = callers.language(request, caller);
            Map<String, String> rateHeaders =
                    limiter.take(
                            effective(route),
                            caller.map(p -> p.account().toString()).orElse(address));
            callers.authorise(route, who, request);
            Map<String, String> query =
                    route.takesRawBody() && route.method().equals("*")
                            ? Map.of()
                            : Queries.read(rawQuery, route.queryNames());
            byte[] body = body(request, route);
            IdempotencyKey key = route.needsKey() ? Queries.idempotencyKey(request) : null;
            Exchange exchange =
                    new Exchange(
                            route,
                            method,
                            match.parameters(),
                            rawQuery,
                            query,
                            Queries.headers(request),
                            body,
                            address,
                            trace,
                            language,
                            caller.orElse(null),
                            key,
                            who.sessionCookie().orElse(null));
            Reply reply = run(route, exchange, segments, key);
            for (Map.Entry<String, String> header : rateHeaders.entrySet()) {
                reply = reply.with(header.getKey(), header.getValue());
            }
            return new Answer(reply, caller, routeName);
        } catch (MingaException e) {
            if (e.code().type() == ErrorCode.Type.INTERNAL) {
                LOG.error("{} failed", routeName, e);
            } else if (e.code().type() == ErrorCode.Type.UNAVAILABLE && e.getCause() != null) {
                LOG.warn("{} is not available: {}", routeName, e.getCause().toString());
            }
            return new Answer(Problems.of(e, language, trace), caller, routeName);
        } catch (RuntimeException e) {
            if (Db.isUnavailable(e) || Thread.interrupted()) {
                LOG.warn("{} could not be answered: {}", routeName, e.toString());
                return new Answer(Problems.of(tooLong(), language, trace), caller, routeName);
            }
            LOG.error("{} failed", routeName, e);
            return new Answer(
                    Problems.of(Problems.internal(e), language, trace), caller, routeName);
        }
    }

    private Reply run(
            Route route, Exchange exchange, List<String> segments, @Nullable IdempotencyKey key) {
        if (key == null || !route.isIdempotent()) {
            return route.handler().handle(exchange);
        }
        String scope =
                exchange.principal().account()
                        + " "
                        + route.method()
                        + " /"
                        + String.join("/", segments);
        return idempotency.once(
                scope, key, exchange.rawBody(), () -> route.handler().handle(exchange));
    }

    private Reply pageOrRefuse(
            ServerRequest request,
            String method,
            String path,
            RouteTable.Match match,
            String trace,
            String language) {
        if (!match.allowed().isEmpty()) {
            return Problems.of(
                            MingaException.of(
                                    ErrorCode.of(
                                            ErrorCode.Type.METHOD, "request.method-not-allowed"),
                                    "This address does not take " + method + ".",
                                    "Esta dirección no admite " + method + "."),
                            language,
                            trace)
                    .with("Allow", String.join(", ", match.allowed()));
        }
        boolean api = path.startsWith("/api/") || path.startsWith("/hooks/");
        if (api || !(method.equals("GET") || method.equals("HEAD"))) {
            throw coop.minga.platform.Ids.noSuchThing();
        }
        Exchange exchange =
                new Exchange(
                        new Route("GET", "/", Access.everyone()),
                        method,
                        Map.of(),
                        request.query().rawValue(),
                        Map.of(),
                        Queries.headers(request),
                        new byte[0],
                        callers.address(request),
                        trace,
                        language,
                        null,
                        null,
                        null);
        return pages.page(path, language, exchange);
    }

    private static RateLimit effective(Route route) {
        boolean reading = route.method().equals("GET");
        return route.limit() == RateLimit.STANDARD && !reading ? RateLimit.WRITE : route.limit();
    }

    private static String path(ServerRequest request) {
        return request.path().rawPath();
    }

    /** Reads the body within the route's limit and checks its type. */
    private static byte[] body(ServerRequest request, Route route) {
        byte[] body = read(request, route.maxBodyBytes());
        if (route.takesRawBody()) {
            return body;
        }
        if (route.bodyType() == null) {
            if (body.length > 0 && !isEmptyObject(body)) {
                throw MingaException.invalid(
                        "",
                        "unexpected-body",
                        "This address takes no body.",
                        "Esta dirección no admite un cuerpo.");
            }
            return new byte[0];
        }
        if (body.length > 0) {
            Queries.requireJson(request);
        }
        return body;
    }

    private static boolean isEmptyObject(byte[] body) {
        return body.length < 16
                && new String(body, java.nio.charset.StandardCharsets.UTF_8).strip().equals("{}");
    }

    private static byte[] read(ServerRequest request, long limit) {
        long announced = request.headers().contentLength().orElse(-1);
        if (announced > limit) {
            throw tooLarge(limit);
        }
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        try {
            // Never closed: closing reads on to the body's end, however long or broken the rest is.
            InputStream in = request.content().inputStream();
            ByteArrayOutputStream out =
                    new ByteArrayOutputStream(announced > 0 ? (int) announced : 512);
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (out.size() + n > limit) {
                    throw tooLarge(limit);
                }
                out.write(buffer, 0, n);
            }
            return out.toByteArray();
        } catch (MingaException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw MingaException.of(
                            ErrorCode.user("request.broken-body"),
                            "The body could not be read: it broke off or its chunks are malformed.",
                            "No se pudo leer el cuerpo: se cortó o sus fragmentos están mal"
                                    + " formados.")
                    .causedBy(e);
        }
    }

    private static MingaException tooLarge(long limit) {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.TOO_LARGE, "request.too-large"),
                "The body is too large: at most " + limit + " bytes are taken here.",
                "El cuerpo es demasiado grande: aquí se admiten como máximo " + limit + " bytes.");
    }

    private static MingaException busy() {
        return MingaException.of(
                        ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "request.busy"),
                        "The host is busy. Please try again in a moment.",
                        "El servidor está ocupado. Inténtalo de nuevo en un momento.")
                .retryAfter(Duration.ofSeconds(1));
    }

    private static MingaException tooLong() {
        return MingaException.of(
                        ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "request.too-long"),
                        "This took too long and was stopped. Please try again shortly.",
                        "Esto tardó demasiado y se detuvo. Inténtalo de nuevo en breve.")
                .retryAfter(Duration.ofSeconds(2));
    }
}
