package coop.minga.platform.http;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConnection;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * WebSockets of the host's own: for browsers of our own origin with a session, and for API tokens.
 * The session is asked again every two seconds; when it is dead, so is the WebSocket.
 */
final class Sockets implements Http1Upgrader {

    private static final Logger log = LoggerFactory.getLogger(Sockets.class);
    private static final HeaderName KEY = HeaderNames.create("Sec-WebSocket-Key");
    private static final HeaderName VERSION = HeaderNames.create("Sec-WebSocket-Version");

    /** RFC 6455 section 1.3. */
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static final int RECHECK_SECONDS = 2;

    /** Shorter than any read time-out, so that a quiet browser is heard from in time. */
    private static final int PING_EVERY_CHECKS = 4;

    private final RouteTable table;
    private final Callers callers;
    private final Authenticator authenticator;

    Sockets(RouteTable table, Callers callers, Authenticator authenticator) {
        this.table = table;
        this.callers = callers;
        this.authenticator = authenticator;
    }

    @Override
    public String supportedProtocol() {
        return "websocket";
    }

    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        Optional<RouteTable.SocketMatch> match =
                table.findSocket(Paths.segments(prologue.uriPath().rawPath()));
        if (match.isEmpty() || !prologue.method().text().equals("GET")) {
            return null;
        }
        String trace = Traces.next();
        String key;
        Open open;
        try {
            key = key(headers);
            Principal principal = principal(headers, match.get().access());
            String peer = context.remotePeer().host();
            open = new Open(principal);
            open.session =
                    match.get()
                            .handler()
                            .open(
                                    new SocketHandler.Opening(
                                            match.get().parameters(),
                                            principal,
                                            callers.address(
                                                    peer,
                                                    headers.first(HeaderNames.X_FORWARDED_FOR)),
                                            trace),
                                    open);
        } catch (MingaException e) {
            refuse(context, Problems.of(e, "en", trace));
            throw new CloseConnectionException("WebSocket refused: " + e.getMessage());
        }
        context.dataWriter()
                .writeNow(
                        BufferData.create(
                                ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                                                + "Upgrade: websocket\r\nSec-WebSocket-Accept: "
                                                + accept(key)
                                                + "\r\n\r\n")
                                        .getBytes(StandardCharsets.US_ASCII)));
        return new Watched(
                WsConnection.create(context, prologue, WritableHeaders.create(), key, open), open);
    }

    /** Makes sure that the feature hears of the end, also of connections that just break. */
    private record Watched(WsConnection connection, Open open)
            implements ServerConnection, InterruptableTask<Void> {

        @Override
        public void handle(Limit limit) {
            try {
                connection.handle(limit);
            } finally {
                open.end();
            }
        }

        @Override
        public boolean canInterrupt() {
            return true;
        }

        @Override
        public Duration idleTime() {
            return Duration.ZERO;
        }

        @Override
        public void close(boolean interrupt) {
            open.close(1001, "going away");
            connection.close(interrupt);
        }
    }

    private Principal principal(WritableHeaders<?> headers, Access access) {
        Optional<String> authorization = headers.first(HeaderNames.AUTHORIZATION);
        Optional<Principal> principal;
        if (authorization.isPresent()) {
            String value = authorization.get();
            principal =
                    value.regionMatches(true, 0, "Bearer ", 0, 7)
                            ? authenticator.token(value.substring(7).strip())
                            : Optional.empty();
        } else {
            String origin = headers.first(HeaderNames.ORIGIN).orElse("");
            String host = headers.first(HeaderNames.HOST).orElse("");
            if (!callers.isOwnOrigin(origin, host)) {
                throw MingaException.of(
                        ErrorCode.of(ErrorCode.Type.FORBIDDEN, "request.cross-site"),
                        "This request came from another site and was refused.",
                        "Esta petición vino de otro sitio y fue rechazada.");
            }
            principal = callers.session(headers.first(HeaderNames.COOKIE).orElse(""));
        }
        if (principal.isEmpty()) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.required"),
                    "Please sign in.",
                    "Inicia sesión.");
        }
        boolean allowed =
                switch (access) {
                    case Access.Everyone everyone -> true;
                    case Access.SignedIn(String scope) -> principal.get().allows(scope);
                    case Access.AnyOf(java.util.Set<Role> roles) ->
                            principal.get().roles().stream().anyMatch(roles::contains)
                                    && principal.get().allows("admin");
                };
        if (!allowed) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "auth.role-required"),
                    "Your account may not do this.",
                    "Tu cuenta no puede hacer esto.");
        }
        return principal.get();
    }

    private static String key(WritableHeaders<?> headers) {
        String key = headers.first(KEY).orElse("");
        boolean good;
        try {
            good = Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            good = false;
        }
        if (!good || !headers.first(VERSION).orElse("").equals("13")) {
            throw MingaException.invalid(
                    "header:Sec-WebSocket-Key",
                    "wrong-form",
                    "This is not a WebSocket handshake of version 13.",
                    "Esto no es un inicio de WebSocket de la versión 13.");
        }
        return key;
    }

    private static String accept(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(
                            digest.digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-1", e);
        }
    }

    private static void refuse(ConnectionContext context, Reply reply) {
        byte[] body =
                reply.content() instanceof Reply.Bytes(String type, byte[] bytes)
                        ? bytes
                        : reply.content() instanceof Reply.Json(Object value)
                                ? Json.write(value).getBytes(StandardCharsets.UTF_8)
                                : new byte[0];
        String head =
                "HTTP/1.1 "
                        + reply.status()
                        + " "
                        + Status.create(reply.status()).reasonPhrase()
                        + "\r\nContent-Type: application/problem+json\r\nContent-Length: "
                        + body.length
                        + "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        BufferData out = BufferData.growing(head.length() + body.length);
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(body);
        context.dataWriter().writeNow(out);
    }

    /** One WebSocket, between Helidon and a feature. */
    private final class Open implements WsListener, SocketHandler.Wire {

        private final Principal principal;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicBoolean saidGoodbye = new AtomicBoolean();
        private SocketHandler.@Nullable Session session;
        private volatile @Nullable WsSession helidon;
        private volatile @Nullable Thread watch;

        Open(Principal principal) {
            this.principal = principal;
        }

        @Override
        public void onOpen(WsSession wsSession) {
            helidon = wsSession;
            watch = Thread.ofVirtual().name("socket-watch").start(this::watch);
            feature().opened();
        }

        @Override
        public void onMessage(WsSession wsSession, String text, boolean last) {
            feature().text(text);
        }

        @Override
        public void onMessage(WsSession wsSession, BufferData buffer, boolean last) {
            feature().bytes(buffer.readBytes());
        }

        @Override
        public void onClose(WsSession wsSession, int status, String reason) {
            end();
        }

        @Override
        public void onError(WsSession wsSession, Throwable failure) {
            log.debug("A WebSocket failed", failure);
            end();
        }

        @Override
        public void text(String message) {
            wire().send(message, true);
        }

        @Override
        public void bytes(byte[] message, int length) {
            BufferData data = BufferData.create(length);
            data.write(message, 0, length);
            wire().send(data, true);
        }

        @Override
        public void close(int code, String reason) {
            WsSession open = helidon;
            if (open != null && saidGoodbye.compareAndSet(false, true)) {
                try {
                    open.close(code, reason);
                } catch (RuntimeException e) {
                    log.trace("The client is gone already", e);
                }
            }
            end();
        }

        private void watch() {
            try {
                for (int n = 1; !over.get(); n++) {
                    TimeUnit.SECONDS.sleep(RECHECK_SECONDS);
                    if (!authenticator.stillValid(principal)) {
                        close(1008, "signed out");
                    } else if (n % PING_EVERY_CHECKS == 0) {
                        wire().ping(BufferData.create(new byte[0]));
                    }
                }
            } catch (InterruptedException e) {
                // It ended by itself.
            } catch (RuntimeException e) {
                // The client is gone; whoever reads from it finds out likewise.
                end();
            }
        }

        private void end() {
            if (over.compareAndSet(false, true)) {
                Thread watching = watch;
                if (watching != null && watching != Thread.currentThread()) {
                    watching.interrupt();
                }
                feature().closed();
            }
        }

        private SocketHandler.Session feature() {
            SocketHandler.Session opened = session;
            if (opened == null) {
                throw new IllegalStateException("Not admitted yet");
            }
            return opened;
        }

        private WsSession wire() {
            WsSession open = helidon;
            if (open == null || over.get()) {
                throw new UncheckedIOException(new java.io.IOException("The WebSocket is closed"));
            }
            return open;
        }
    }
}
