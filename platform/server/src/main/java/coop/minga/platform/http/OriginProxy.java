package coop.minga.platform.http;

import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Moves one request at a time between a browser and an instance: streaming both ways through
 * buffers of fixed size, WebSockets as raw bytes after the handshake.
 *
 * <p>What belongs to the host stays with the host: its cookies and tokens are taken out of
 * requests, and an instance can set cookies for its own origin only.
 */
final class OriginProxy implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OriginProxy.class);
    private static final int MAX_PER_ORIGIN = 256;
    private static final int MAX_IN_ALL = 4_096;
    private static final Duration TICK = Duration.ofSeconds(1);

    private final HostGate gate;
    private final URI publicUrl;
    private final Addresses addresses;
    private final Duration answerWithin;
    private final Duration idleAtMost;
    private final Set<OriginExchange> live = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> byName = new ConcurrentHashMap<>();
    private final Thread watch;

    /** Tells the caller's address: the peer's, or what a trusted proxy says. */
    @FunctionalInterface
    interface Addresses {
        String of(String peer, Optional<String> forwardedFor);
    }

    /**
     * @param publicUrl says whether browsers come over TLS
     * @param answerWithin from the end of the request's head to the head of the answer
     * @param idleAtMost without a byte either way, except on WebSockets
     */
    OriginProxy(
            HostGate gate,
            URI publicUrl,
            Addresses addresses,
            Duration answerWithin,
            Duration idleAtMost) {
        this.gate = gate;
        this.publicUrl = publicUrl;
        this.addresses = addresses;
        this.answerWithin = answerWithin;
        this.idleAtMost = idleAtMost;
        this.watch = Thread.ofVirtual().name("origin-watch").start(this::watch);
    }

    /** Exchanges that move bytes right now. */
    int live() {
        return live.size();
    }

    @Override
    public void close() {
        watch.interrupt();
        live.forEach(OriginExchange::cut);
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
                for (OriginExchange exchange : live) {
                    try {
                        exchange.check();
                    } catch (RuntimeException e) {
                        log.debug("Could not check whether an origin may still be used", e);
                    }
                }
            }
        } catch (InterruptedException e) {
            // Closing.
        }
    }

    ServerConnection exchange(
            ConnectionContext context,
            HttpPrologue prologue,
            WritableHeaders<?> headers,
            OriginConnections.Turn turn) {
        return new OriginExchange(this, context, prologue, headers, turn);
    }

    HostGate.Decision decide(HostGate.Asked asked) {
        return gate.decide(asked);
    }

    Reply failed(HostGate.Asked asked, HostGate.Failure why) {
        return gate.failed(asked, why);
    }

    boolean isSecure(ConnectionContext context) {
        return context.isSecure() || "https".equals(publicUrl.getScheme());
    }

    /** How long nothing may move, before and after the head of the answer. */
    Duration patience(boolean answered) {
        return answered ? idleAtMost : answerWithin;
    }

    /**
     * Runs an exchange among those that count.
     *
     * @return whether there was room for it
     */
    boolean counted(String name, OriginExchange exchange, Runnable work) {
        AtomicInteger count = byName.computeIfAbsent(name, n -> new AtomicInteger());
        if (count.incrementAndGet() > MAX_PER_ORIGIN || live.size() >= MAX_IN_ALL) {
            count.decrementAndGet();
            return false;
        }
        live.add(exchange);
        try {
            work.run();
        } finally {
            live.remove(exchange);
            if (count.decrementAndGet() == 0) {
                byName.remove(name, count);
            }
        }
        return true;
    }

    String address(ConnectionContext context, String forwardedFor) {
        String peer =
                context.remotePeer().address() instanceof InetSocketAddress socket
                                && socket.getAddress() != null
                        ? socket.getAddress().getHostAddress()
                        : context.remotePeer().host();
        return addresses.of(peer, Optional.of(forwardedFor));
    }
}
