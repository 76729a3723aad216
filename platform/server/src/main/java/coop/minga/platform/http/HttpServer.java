package coop.minga.platform.http;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.db.Db;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.websocket.WsConfig;
import io.micrometer.core.instrument.MeterRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The listening server. Start it last, stop it first. */
public final class HttpServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** How long a peer may be silent in the middle of a request. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(20);

    private static final Duration IDLE = Duration.ofSeconds(75);

    /** How long an instance may think before it answers. */
    private static final Duration ORIGIN_ANSWER = Duration.ofSeconds(120);

    /** How long nothing may move in a request to an instance. */
    private static final Duration ORIGIN_IDLE = Duration.ofMinutes(10);

    private static final Duration CERTIFICATE_LOOK = Duration.ofSeconds(5);

    private static final int MAX_CONNECTIONS = 20_000;

    private final WebServer server;
    private final Answers answers;
    private final Deadlines deadlines;
    private final OriginProxy proxy;
    private final Optional<ServedCertificate> certificate;

    private HttpServer(
            WebServer server,
            Answers answers,
            Deadlines deadlines,
            OriginProxy proxy,
            Optional<ServedCertificate> certificate) {
        this.server = server;
        this.answers = answers;
        this.deadlines = deadlines;
        this.proxy = proxy;
        this.certificate = certificate;
    }

    /** The parts a server is made of; features fill the table before {@link HttpServer#start}. */
    public record Parts(
            HttpOptions options,
            RouteTable table,
            Callers callers,
            Authenticator authenticator,
            Db db,
            HostGate gate,
            Pages pages,
            MeterRegistry meters,
            Clock clock) {}

    /**
     * Binds and serves.
     *
     * @throws CannotStart when the address is in use or not ours
     */
    public static HttpServer start(Parts parts) {
        HttpOptions options = parts.options();
        requireFree(options.host(), options.port());
        Optional<ServedCertificate> certificate = options.tls().map(ServedCertificate::new);
        parts.table().seal();
        Deadlines deadlines = new Deadlines();
        Answers answers = new Answers(options, parts.authenticator(), parts.clock());
        Dispatcher dispatcher =
                new Dispatcher(
                        parts.table(),
                        options,
                        parts.callers(),
                        parts.db(),
                        parts.pages(),
                        deadlines,
                        answers,
                        parts.meters());
        OriginProxy proxy =
                new OriginProxy(
                        parts.gate(),
                        options.publicUrl(),
                        (peer, forwardedFor) -> parts.callers().address(peer, forwardedFor),
                        ORIGIN_ANSWER,
                        ORIGIN_IDLE);
        Http1Config.Builder http1 =
                Http1Config.builder().maxHeadersSize(16 * 1024).maxPrologueLength(8 * 1024);
        OriginConnections connections =
                new OriginConnections(
                        http1,
                        parts.gate(),
                        proxy,
                        new Sockets(parts.table(), parts.callers(), parts.authenticator()));
        WebServerConfig.Builder builder =
                WebServer.builder()
                        .host(options.host())
                        .port(options.port())
                        .shutdownHook(false)
                        .shutdownGracePeriod(Duration.ofSeconds(20))
                        .maxTcpConnections(MAX_CONNECTIONS)
                        .idleConnectionTimeout(IDLE)
                        .idleConnectionPeriod(Duration.ofSeconds(15))
                        .backlog(1024)
                        .connectionOptions(
                                socket -> socket.readTimeout(READ_TIMEOUT).tcpNoDelay(true))
                        .protocolsDiscoverServices(false)
                        .addProtocol(WsConfig.builder().maxFrameLength(64 * 1024).build())
                        .addConnectionSelector(connections)
                        .directHandlers(handlers -> {
                            for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
                                handlers.addHandler(type, HttpServer::rejected);
                            }
                        })
                        .addRouting(HttpRouting.builder().any(dispatcher::handle));
        certificate.ifPresent(served -> builder.tls(served.served()));
        WebServer server = builder.build().start();
        if (!server.isRunning() || server.port() < 0) {
            throw portTaken(options.host(), options.port());
        }
        certificate.ifPresent(served -> served.watch(CERTIFICATE_LOOK, server::reloadTls));
        return new HttpServer(server, answers, deadlines, proxy, certificate);
    }

    public int port() {
        return server.port();
    }

    /** Lets requests in flight finish; ends event streams. */
    @Override
    public void close() {
        certificate.ifPresent(ServedCertificate::close);
        answers.drain();
        proxy.close();
        server.stop();
        deadlines.close();
        LOG.info("The front door is closed");
    }

    /**
     * Helidon logs a failed bind and goes on; so ask the system first and tell the operator what to
     * do.
     *
     * @throws CannotStart when the address is in use or not this machine's
     */
    public static void requireFree(String host, int port) {
        if (port == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new java.net.InetSocketAddress(host, port));
        } catch (IOException e) {
            throw portTaken(host, port);
        }
    }

    private static CannotStart portTaken(String host, int port) {
        return new CannotStart(
                "Cannot listen on "
                        + host
                        + ":"
                        + port
                        + ": another program uses this port or the address is not this machine's."
                        + " Stop it, or set MINGA_HTTP_PORT to a free port.");
    }

    /**
     * What Helidon refuses by itself (malformed heads, oversized headers) is answered like every
     * other problem.
     */
    private static DirectHandler.TransportResponse rejected(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            io.helidon.http.ServerResponseHeaders headers,
            String message) {
        int code =
                status.code() >= 500 && type == DirectHandler.EventType.BAD_REQUEST
                        ? 400
                        : status.code();
        String body =
                Json.write(
                        new Problems.Problem(
                                "/docs/errors#request.malformed",
                                "The request is not right",
                                code,
                                "The request could not be read. La petición no se pudo leer.",
                                "request.malformed",
                                "",
                                List.of()));
        return DirectHandler.TransportResponse.builder()
                .status(Status.create(code))
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, "application/problem+json")
                .header(HeaderNames.CONNECTION, "close")
                .entity(body.getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
