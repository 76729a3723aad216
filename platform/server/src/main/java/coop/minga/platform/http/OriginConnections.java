package coop.minga.platform.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * HTTP/1.1 connections on which some requests are for the host and some for instances, in any
 * order: proxies in front reuse their connections for all names.
 *
 * <p>Helidon reads each request's head. When its host name belongs to the {@link HostGate}, the
 * head is marked before Helidon looks for a body, which makes Helidon hand the connection over as
 * for a protocol upgrade; {@link OriginProxy} then moves that one request's bytes itself, bounded
 * in memory and without Helidon's limits for the API. Afterwards the connection goes back to
 * Helidon for the next head.
 */
final class OriginConnections implements ServerConnectionSelector {

    private static final String HAND_OVER = "minga-origin";
    private static final ScopedValue<Turn> TURN = ScopedValue.newInstance();

    private final HostGate gate;
    private final OriginProxy proxy;
    private final Http1ConnectionSelector http1;

    /**
     * @param sockets serves WebSockets of the host's own
     */
    OriginConnections(
            Http1Config.Builder config, HostGate gate, OriginProxy proxy, Http1Upgrader sockets) {
        this.gate = gate;
        this.proxy = proxy;
        Http1Config marked = config.addReceiveListener(new Marking()).build();
        this.http1 =
                Http1ConnectionSelector.builder()
                        .config(marked)
                        .addUpgrader(sockets)
                        .addUpgrader(new HandOver())
                        .build();
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http1.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http1.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new Alternating(context);
    }

    /**
     * The name in a Host header: lower case, without port and trailing dot; empty for an address in
     * brackets, which is never an instance's.
     */
    static String hostName(String header) {
        if (header.startsWith("[")) {
            return "";
        }
        int colon = header.indexOf(':');
        String name = (colon < 0 ? header : header.substring(0, colon)).toLowerCase(Locale.ROOT);
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** What the listener, the upgrader and the connection tell each other about one request. */
    static final class Turn {
        /** Framing and upgrade as the client sent them; null for absent. */
        @Nullable String contentLength;

        @Nullable String transferEncoding;
        @Nullable String upgrade;
        boolean proxied;

        /** Whether the connection is fit for another request. */
        boolean again;
    }

    /** One connection, for as long as it lasts. */
    private final class Alternating implements ServerConnection, InterruptableTask<Void> {

        private final ConnectionContext context;
        private volatile ServerConnection current;
        private volatile boolean closed;

        Alternating(ConnectionContext context) {
            this.context = context;
            this.current = http1.connection(context);
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            while (true) {
                Turn turn = new Turn();
                ScopedValue.where(TURN, turn)
                        .call(() -> {
                            current.handle(limit);
                            return Boolean.TRUE;
                        });
                if (!turn.again || closed) {
                    return;
                }
                current = http1.connection(context);
            }
        }

        @Override
        public boolean canInterrupt() {
            return !(current instanceof InterruptableTask<?> task) || task.canInterrupt();
        }

        @Override
        public Duration idleTime() {
            return current.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            closed = true;
            current.close(interrupt);
        }
    }

    /** Marks requests for the gate before Helidon decides what to do with them. */
    private final class Marking implements Http1ConnectionListener {

        @Override
        public void headers(ConnectionContext context, Headers headers) {
            if (!TURN.isBound() || !(headers instanceof WritableHeaders<?> head)) {
                return;
            }
            Turn turn = TURN.get();
            turn.proxied = gate.handles(hostName(head.first(HeaderNames.HOST).orElse("")));
            if (turn.proxied) {
                turn.contentLength = taken(head, HeaderNames.CONTENT_LENGTH);
                turn.transferEncoding = taken(head, HeaderNames.TRANSFER_ENCODING);
                turn.upgrade = taken(head, HeaderNames.UPGRADE);
                head.set(HeaderNames.UPGRADE, HAND_OVER);
            } else if (HAND_OVER.equals(head.first(HeaderNames.UPGRADE).orElse(""))) {
                // Only the mark above may lead to the proxy.
                head.remove(HeaderNames.UPGRADE);
            }
        }

        private static @Nullable String taken(WritableHeaders<?> head, HeaderName name) {
            if (!head.contains(name)) {
                return null;
            }
            String value = String.join(",", head.get(name).allValues());
            head.remove(name);
            return value;
        }
    }

    /** Receives marked requests from Helidon. */
    private final class HandOver implements Http1Upgrader {

        @Override
        public String supportedProtocol() {
            return HAND_OVER;
        }

        @Override
        public ServerConnection upgrade(
                ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
            return proxy.exchange(context, prologue, headers, TURN.get());
        }
    }
}
