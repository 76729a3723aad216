package coop.minga.platform.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.Header;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Moves one request at a time between a browser and an instance: streaming both ways through
 * buffers of fixed size, WebSockets as raw bytes after the handshake.
 *
 * <p>What belongs to the host stays with the host: its cookies and tokens are taken out of
 * requests, and an instance can set cookies for its own origin only.
 */
final class OriginProxy implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(OriginProxy.class);
    private static final int BUFFER = 16 * 1024;
    private static final int MAX_HEAD = 64 * 1024;
    private static final int MAX_PER_ORIGIN = 256;
    private static final int MAX_IN_ALL = 4_096;
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration TICK = Duration.ofSeconds(1);

    /** RFC 9110 section 7.6.1, and what the proxy decides itself. */
    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "content-length",
                    "expect",
                    "forwarded",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-proto",
                    "x-real-ip",
                    "x-helidon-cn");

    private static final Set<String> OWN_COOKIES =
            Set.of("minga", "__Host-minga", "minga_ins", "__Host-minga_ins");

    private final HostGate gate;
    private final URI publicUrl;
    private final Addresses addresses;
    private final Duration answerWithin;
    private final Duration idleAtMost;
    private final Set<Exchange> live = ConcurrentHashMap.newKeySet();
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
        live.forEach(Exchange::cut);
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
                for (Exchange exchange : live) {
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
        return new Exchange(context, prologue, headers, turn);
    }

    /** One request and its answer. */
    private final class Exchange implements ServerConnection, InterruptableTask<Void> {

        private final DataReader reader;
        private final DataWriter writer;
        private final HttpPrologue prologue;
        private final WritableHeaders<?> headers;
        private final OriginConnections.Turn turn;
        private final HostGate.Asked asked;
        private final boolean secure;
        private volatile long movedAt = System.nanoTime();
        private volatile boolean tunnel;
        private volatile boolean answered;
        private volatile boolean timedOut;
        private volatile @Nullable Upstream upstream;
        private volatile @Nullable Thread thread;
        private HostGate.Decision.@Nullable Forward forward;

        Exchange(
                ConnectionContext context,
                HttpPrologue prologue,
                WritableHeaders<?> headers,
                OriginConnections.Turn turn) {
            this.reader = context.dataReader();
            this.writer = context.dataWriter();
            this.prologue = prologue;
            this.headers = headers;
            this.turn = turn;
            this.secure = context.isSecure() || "https".equals(publicUrl.getScheme());
            Map<String, List<String>> plain = new LinkedHashMap<>();
            for (Header header : headers) {
                plain.put(header.headerName().lowerCase(), List.copyOf(header.allValues()));
            }
            String upgrade = turn.upgrade;
            this.asked =
                    new HostGate.Asked(
                            prologue.method().text(),
                            OriginConnections.hostName(first(plain, "host")),
                            prologue.uriPath().rawPath(),
                            prologue.query().rawValue(),
                            plain,
                            addresses.of(
                                    peer(context),
                                    Optional.ofNullable(first(plain, "x-forwarded-for"))),
                            upgrade != null
                                    && upgrade.toLowerCase(Locale.ROOT).equals("websocket"));
        }

        @Override
        public void handle(Limit limit) {
            thread = Thread.currentThread();
            Framing request;
            try {
                request = Framing.ofRequest(turn);
            } catch (MalformedHead e) {
                answer(plain(400, e.getMessage() + "\n"), false);
                return;
            }
            HostGate.Decision decision = gate.decide(asked);
            switch (decision) {
                case HostGate.Decision.Answer(Reply reply) -> answer(reply, !request.hasBody());
                case HostGate.Decision.Forward to -> counted(to, request);
            }
        }

        private void counted(HostGate.Decision.Forward to, Framing request) {
            forward = to;
            AtomicInteger count = byName.computeIfAbsent(to.name(), n -> new AtomicInteger());
            if (count.incrementAndGet() > MAX_PER_ORIGIN || live.size() >= MAX_IN_ALL) {
                count.decrementAndGet();
                answer(gate.failed(asked, HostGate.Failure.BUSY), !request.hasBody());
                return;
            }
            live.add(this);
            try {
                forward(to, request);
            } finally {
                live.remove(this);
                if (count.decrementAndGet() == 0) {
                    byName.remove(to.name(), count);
                }
                Upstream connected = upstream;
                if (connected != null) {
                    connected.close();
                }
            }
        }

        private void forward(HostGate.Decision.Forward to, Framing request) {
            Source source;
            Head head;
            @Nullable Pump pump = null;
            try {
                Upstream connected = Upstream.connect(to.upstream(), CONNECT);
                upstream = connected;
                byte[] bytes = requestHead(request);
                connected.write(bytes, 0, bytes.length);
                if (request.hasBody()) {
                    if (first(asked.headers(), "expect").equalsIgnoreCase("100-continue")) {
                        send("HTTP/1.1 100 Continue\r\n\r\n");
                    }
                    pump = new Pump(request, connected);
                    pump.start();
                }
                source = new Source(connected);
                head = Head.read(source);
            } catch (IOException e) {
                if (pump != null) {
                    pump.settle();
                }
                HostGate.Failure why =
                        timedOut ? HostGate.Failure.TIMEOUT : HostGate.Failure.UNREACHABLE;
                answer(gate.failed(asked, why), pump == null || pump.complete());
                return;
            }
            answered = true;
            movedAt = System.nanoTime();
            try {
                if (head.status == 101 && asked.upgrade()) {
                    tunnel(head, source);
                } else {
                    respond(head, source, pump);
                }
            } catch (IOException | UncheckedIOException e) {
                // Half an answer was sent: closing the connection is the only way to say so.
                turn.again = false;
                if (pump != null) {
                    pump.settle();
                }
            }
        }

        private void respond(Head head, Source source, @Nullable Pump pump) throws IOException {
            boolean bodiless =
                    asked.method().equals("HEAD")
                            || head.status == 204
                            || head.status == 304
                            || head.status < 200;
            boolean keep = (pump == null || pump.complete()) && !clientCloses();
            StringBuilder out = new StringBuilder(512);
            out.append("HTTP/1.1 ").append(head.status).append(' ').append(head.reason);
            out.append("\r\n");
            Set<String> named = connectionTokens(head.values("connection"));
            for (Map.Entry<String, String> field : head.fields) {
                String name = field.getKey().toLowerCase(Locale.ROOT);
                if (HOP_BY_HOP.contains(name) || named.contains(name)) {
                    continue;
                }
                String value =
                        name.equals("set-cookie") ? ownCookie(field.getValue()) : field.getValue();
                if (!value.isEmpty() || !name.equals("set-cookie")) {
                    out.append(field.getKey()).append(": ").append(value).append("\r\n");
                }
            }
            boolean chunked = false;
            if (bodiless) {
                if (head.length >= 0 && head.status != 204 && head.status >= 200) {
                    out.append("Content-Length: ").append(head.length).append("\r\n");
                }
            } else if (head.chunked || head.length < 0) {
                chunked = true;
                out.append("Transfer-Encoding: chunked\r\n");
            } else {
                out.append("Content-Length: ").append(head.length).append("\r\n");
            }
            out.append(keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
            send(out.toString());
            if (!bodiless) {
                if (head.chunked) {
                    copyChunks(source);
                } else if (chunked) {
                    copyToEnd(source);
                } else {
                    copyLength(source, head.length);
                }
            }
            if (pump != null) {
                pump.settle();
            }
            turn.again = keep;
        }

        private void copyLength(Source source, long length) throws IOException {
            long left = length;
            while (left > 0) {
                int n = source.fill(left);
                if (n < 0) {
                    throw new IOException("The instance hung up in the middle of its answer");
                }
                deliver(source.buffer, source.from, n);
                source.from += n;
                left -= n;
            }
        }

        private void copyToEnd(Source source) throws IOException {
            int n;
            while ((n = source.fill(Long.MAX_VALUE)) >= 0) {
                deliverChunk(source, n);
            }
            send("0\r\n\r\n");
        }

        private void copyChunks(Source source) throws IOException {
            while (true) {
                long left = chunkSize(source.line(256));
                if (left == 0) {
                    break;
                }
                while (left > 0) {
                    int n = source.fill(left);
                    if (n < 0) {
                        throw new IOException("The instance hung up in the middle of its answer");
                    }
                    deliverChunk(source, n);
                    left -= n;
                }
                if (!source.line(2).isEmpty()) {
                    throw new IOException("The instance sent a broken chunk");
                }
            }
            int lines = 0;
            while (!source.line(8192).isEmpty()) {
                if (++lines > 64) {
                    throw new IOException("The instance sent too many trailers");
                }
            }
            send("0\r\n\r\n");
        }

        private void deliverChunk(Source source, int n) {
            BufferData out = BufferData.create(n + 16);
            out.write((Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(source.buffer, source.from, n);
            out.write('\r');
            out.write('\n');
            source.from += n;
            writer.writeNow(out);
            movedAt = System.nanoTime();
        }

        private void deliver(byte[] bytes, int from, int n) {
            // Helidon keeps no reference after writeNow returns.
            BufferData out = BufferData.create(n);
            out.write(bytes, from, n);
            writer.writeNow(out);
            movedAt = System.nanoTime();
        }

        private void send(String ascii) {
            writer.writeNow(BufferData.create(ascii.getBytes(StandardCharsets.ISO_8859_1)));
            movedAt = System.nanoTime();
        }

        private void tunnel(Head head, Source source) throws IOException {
            StringBuilder out = new StringBuilder(256);
            out.append("HTTP/1.1 101 Switching Protocols\r\n");
            for (Map.Entry<String, String> field : head.fields) {
                String name = field.getKey().toLowerCase(Locale.ROOT);
                if (name.equals("set-cookie")) {
                    String cookie = ownCookie(field.getValue());
                    if (!cookie.isEmpty()) {
                        out.append(field.getKey()).append(": ").append(cookie).append("\r\n");
                    }
                } else if (!HOP_BY_HOP.contains(name)) {
                    out.append(field.getKey()).append(": ").append(field.getValue());
                    out.append("\r\n");
                }
            }
            out.append("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            tunnel = true;
            send(out.toString());
            Upstream connected = source.upstream;
            Thread.ofVirtual()
                    .name("origin-tunnel")
                    .start(() -> {
                        try {
                            while (true) {
                                BufferData data = readSome(BUFFER);
                                if (data == null) {
                                    connected.endOutput();
                                    // What the instance still has to say may follow; not for ever.
                                    tunnel = false;
                                    return;
                                }
                                byte[] bytes = data.readBytes();
                                connected.write(bytes, 0, bytes.length);
                                movedAt = System.nanoTime();
                            }
                        } catch (IOException | RuntimeException e) {
                            connected.close();
                        }
                    });
            int n;
            while ((n = source.fill(Long.MAX_VALUE)) >= 0) {
                deliver(source.buffer, source.from, n);
                source.from += n;
            }
        }

        /** At least one byte from the client; null when it ended its output. */
        private @Nullable BufferData readSome(long atMost) {
            while (true) {
                try {
                    reader.ensureAvailable();
                    int n = (int) Math.min(Math.min(reader.available(), atMost), BUFFER);
                    BufferData data = reader.readBuffer(n);
                    movedAt = System.nanoTime();
                    return data;
                } catch (DataReader.InsufficientDataAvailableException e) {
                    return null;
                } catch (UncheckedIOException e) {
                    if (tunnel && e.getCause() instanceof SocketTimeoutException) {
                        // A quiet WebSocket is no slow client.
                        continue;
                    }
                    throw e;
                }
            }
        }

        private byte[] requestHead(Framing request) {
            StringBuilder out = new StringBuilder(512);
            out.append(asked.method()).append(' ').append(asked.path());
            if (!asked.query().isEmpty()) {
                out.append('?').append(asked.query());
            }
            out.append(" HTTP/1.1\r\n");
            Set<String> named =
                    connectionTokens(asked.headers().getOrDefault("connection", List.of()));
            for (Header header : headers) {
                String name = header.headerName().lowerCase();
                if (HOP_BY_HOP.contains(name) || named.contains(name)) {
                    continue;
                }
                for (String value : header.allValues()) {
                    String kept =
                            switch (name) {
                                case "cookie" -> foreignCookies(value);
                                case "authorization" -> value.contains("minga_pat_") ? "" : value;
                                default -> value;
                            };
                    if (!kept.isEmpty() || value.isEmpty()) {
                        out.append(header.name()).append(": ").append(kept).append("\r\n");
                    }
                }
            }
            out.append("X-Forwarded-For: ").append(asked.address()).append("\r\n");
            out.append("X-Forwarded-Host: ").append(first(asked.headers(), "host")).append("\r\n");
            out.append("X-Forwarded-Proto: ").append(secure ? "https" : "http").append("\r\n");
            if (request.chunked) {
                out.append("Transfer-Encoding: chunked\r\n");
            } else if (request.length >= 0) {
                out.append("Content-Length: ").append(request.length).append("\r\n");
            }
            out.append(
                    asked.upgrade()
                            ? "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                            : "Connection: close\r\n\r\n");
            return out.toString().getBytes(StandardCharsets.ISO_8859_1);
        }

        private boolean clientCloses() {
            return connectionTokens(asked.headers().getOrDefault("connection", List.of()))
                    .contains("close");
        }

        private void answer(Reply reply, boolean fit) {
            boolean keep = fit && !clientCloses();
            String type = "";
            byte[] body = new byte[0];
            switch (reply.content()) {
                case Reply.Bytes(String mediaType, byte[] bytes) -> {
                    type = mediaType;
                    body = bytes;
                }
                case Reply.None() -> {}
                case Reply.Json(Object value) -> {
                    type = "application/json";
                    body = Json.write(value).getBytes(StandardCharsets.UTF_8);
                }
                case Reply.Streamed s -> throw new IllegalArgumentException("Not streamed here");
                case Reply.Events e -> throw new IllegalArgumentException("Not streamed here");
            }
            StringBuilder out = new StringBuilder(256);
            out.append("HTTP/1.1 ").append(reply.status()).append(' ');
            out.append(io.helidon.http.Status.create(reply.status()).reasonPhrase()).append("\r\n");
            reply.headers()
                    .forEach((name, value) -> out.append(name + ": ").append(value).append("\r\n"));
            if (!type.isEmpty()) {
                out.append("Content-Type: ").append(type).append("\r\n");
            }
            out.append("Cache-Control: no-store\r\n");
            out.append("X-Content-Type-Options: nosniff\r\n");
            out.append("Content-Length: ").append(body.length).append("\r\n");
            out.append(keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
            try {
                send(out.toString());
                if (body.length > 0 && !asked.method().equals("HEAD")) {
                    deliver(body, 0, body.length);
                }
                turn.again = keep;
            } catch (UncheckedIOException e) {
                turn.again = false;
            }
        }

        private Reply plain(int status, String text) {
            return Reply.text("text/plain; charset=utf-8", text).withStatus(status);
        }

        void check() {
            HostGate.Decision.Forward to = forward;
            if (to != null && !to.stillAllowed().getAsBoolean()) {
                cut();
                return;
            }
            if (!tunnel) {
                Duration idle = Duration.ofNanos(System.nanoTime() - movedAt);
                if (idle.compareTo(answered ? idleAtMost : answerWithin) > 0) {
                    timedOut = true;
                    cut();
                }
            }
        }

        void cut() {
            Upstream connected = upstream;
            if (connected != null) {
                connected.close();
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
            turn.again = false;
            Thread mine = thread;
            if (interrupt || tunnel) {
                cut();
                if (mine != null && interrupt) {
                    mine.interrupt();
                }
            }
        }

        /** Moves the request's body while the answer may already be coming. */
        private final class Pump implements Runnable {

            private final Framing framing;
            private final Upstream to;
            private final Thread runner = Thread.ofVirtual().name("origin-body").unstarted(this);
            private volatile boolean complete;
            private boolean deaf;

            Pump(Framing framing, Upstream to) {
                this.framing = framing;
                this.to = to;
            }

            void start() {
                runner.start();
            }

            /** Whether the whole body was read, so that the next request can follow it. */
            boolean complete() {
                return complete;
            }

            /**
             * Lets the client finish sending for a moment: a connection closed on unread bytes is
             * reset, and the answer lost with it.
             */
            void settle() {
                try {
                    runner.join(Duration.ofSeconds(2));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                if (!complete) {
                    turn.again = false;
                }
            }

            @Override
            public void run() {
                try {
                    if (framing.chunked) {
                        chunks();
                    } else {
                        long left = framing.length;
                        while (left > 0) {
                            left -= pass(left, false);
                        }
                    }
                    complete = true;
                } catch (IOException | RuntimeException e) {
                    // The client hung up or sent nonsense: the instance must not take what came
                    // for the whole.
                    to.close();
                }
            }

            private void chunks() throws IOException {
                while (true) {
                    long left = chunkSize(line(256));
                    if (left == 0) {
                        break;
                    }
                    while (left > 0) {
                        left -= pass(left, true);
                    }
                    if (!line(2).isEmpty()) {
                        throw new IOException("Broken chunk");
                    }
                }
                int lines = 0;
                while (!line(8192).isEmpty()) {
                    if (++lines > 64) {
                        throw new IOException("Too many trailers");
                    }
                }
                complete = true;
                write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }

            private int pass(long left, boolean chunked) throws IOException {
                BufferData data = readSome(left);
                if (data == null) {
                    throw new IOException("The client hung up");
                }
                byte[] bytes = data.readBytes();
                if (!chunked && bytes.length == left) {
                    // Said before the last byte leaves, so that it is known when the answer comes.
                    complete = true;
                }
                if (chunked) {
                    write(
                            (Integer.toHexString(bytes.length) + "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                }
                write(bytes);
                if (chunked) {
                    write(new byte[] {'\r', '\n'});
                }
                return bytes.length;
            }

            /** An instance that answered early and hung up does not stop the client's body. */
            private void write(byte[] bytes) throws IOException {
                if (deaf) {
                    return;
                }
                try {
                    to.write(bytes, 0, bytes.length);
                } catch (IOException e) {
                    if (!answered) {
                        // Its answer may already be on the way: the other thread finds out.
                        log.trace("The instance takes no more of the body", e);
                    }
                    deaf = true;
                }
            }

            private String line(int max) throws IOException {
                StringBuilder line = new StringBuilder();
                while (true) {
                    reader.ensureAvailable();
                    int c = reader.read() & 0xff;
                    if (c == '\n') {
                        int end = line.length() - 1;
                        if (end < 0 || line.charAt(end) != '\r') {
                            throw new IOException("A line must end in CR LF");
                        }
                        return line.substring(0, end);
                    }
                    if (line.length() > max) {
                        throw new IOException("Line too long");
                    }
                    line.append((char) c);
                }
            }
        }
    }

    private static String peer(ConnectionContext context) {
        return context.remotePeer().address() instanceof java.net.InetSocketAddress socket
                        && socket.getAddress() != null
                ? socket.getAddress().getHostAddress()
                : context.remotePeer().host();
    }

    private static String first(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? "" : values.getFirst();
    }

    private static Set<String> connectionTokens(List<String> values) {
        return values.stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(token -> token.strip().toLowerCase(Locale.ROOT))
                .filter(token -> !token.isEmpty())
                .collect(Collectors.toSet());
    }

    /** A Cookie header without the host's own cookies. */
    static String foreignCookies(String header) {
        List<String> kept = new ArrayList<>();
        for (String pair : header.split(";")) {
            int equals = pair.indexOf('=');
            String name = (equals < 0 ? pair : pair.substring(0, equals)).strip();
            if (!name.isEmpty() && !OWN_COOKIES.contains(name)) {
                kept.add(pair.strip());
            }
        }
        return String.join("; ", kept);
    }

    /**
     * A Set-Cookie header bound to the instance's origin; empty when it tries to be one of the
     * host's.
     */
    static String ownCookie(String header) {
        String[] parts = header.split(";");
        int equals = parts[0].indexOf('=');
        String name = (equals < 0 ? parts[0] : parts[0].substring(0, equals)).strip();
        if (OWN_COOKIES.contains(name)) {
            return "";
        }
        List<String> kept = new ArrayList<>();
        for (String part : parts) {
            if (!part.strip().toLowerCase(Locale.ROOT).startsWith("domain=")) {
                kept.add(part.strip());
            }
        }
        return String.join("; ", kept);
    }

    private static long chunkSize(String line) throws IOException {
        int semicolon = line.indexOf(';');
        String hex = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        if (hex.isEmpty()
                || hex.length() > 12
                || !hex.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw new IOException("Bad chunk size");
        }
        return Long.parseLong(hex, 16);
    }

    /** A head that cannot be passed on safely. */
    private static final class MalformedHead extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedHead(String message) {
            super(message);
        }
    }

    /**
     * Where a request's body ends.
     *
     * @param length -1 when not said
     */
    private record Framing(boolean chunked, long length) {

        boolean hasBody() {
            return chunked || length > 0;
        }

        static Framing ofRequest(OriginConnections.Turn turn) throws MalformedHead {
            String coding = turn.transferEncoding;
            String length = turn.contentLength;
            if (coding != null) {
                if (length != null || !coding.equalsIgnoreCase("chunked")) {
                    throw new MalformedHead("Transfer-Encoding must be chunked alone");
                }
                return new Framing(true, -1);
            }
            return new Framing(false, length == null ? -1 : parse(length));
        }

        static long parse(String length) throws MalformedHead {
            if (length.isEmpty()
                    || length.length() > 15
                    || !length.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw new MalformedHead("Content-Length must be one number");
            }
            return Long.parseLong(length);
        }
    }

    /** The instance's bytes through one buffer. */
    private static final class Source {

        private final Upstream upstream;
        private final byte[] buffer = new byte[BUFFER];
        private int from;
        private int to;

        Source(Upstream upstream) {
            this.upstream = upstream;
        }

        /**
         * Makes sure that bytes stand at {@link #from}.
         *
         * @return how many, at most {@code wanted}; -1 at the end
         */
        int fill(long wanted) throws IOException {
            if (from == to) {
                int n = upstream.read(buffer);
                if (n <= 0) {
                    return -1;
                }
                from = 0;
                to = n;
            }
            return (int) Math.min(wanted, to - from);
        }

        /** A line without its end. */
        String line(int max) throws IOException {
            StringBuilder line = new StringBuilder();
            while (true) {
                if (fill(1) < 0) {
                    throw new IOException("The instance hung up");
                }
                char c = (char) (buffer[from++] & 0xff);
                if (c == '\n') {
                    int end = line.length();
                    return end > 0 && line.charAt(end - 1) == '\r'
                            ? line.substring(0, end - 1)
                            : line.toString();
                }
                if (line.length() > max) {
                    throw new IOException("The instance sent a line that is too long");
                }
                line.append(c);
            }
        }
    }

    /** The head of an instance's answer. */
    private static final class Head {

        private int status;
        private String reason = "";
        private final List<Map.Entry<String, String>> fields = new ArrayList<>();
        private long length = -1;
        private boolean chunked;

        List<String> values(String name) {
            return fields.stream()
                    .filter(field -> field.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        /** Reads the final head: interim ones (1xx) are passed over. */
        static Head read(Source source) throws IOException {
            while (true) {
                Head head = one(source);
                if (head.status >= 200 || head.status == 101) {
                    return head;
                }
            }
        }

        private static Head one(Source source) throws IOException {
            Head head = new Head();
            String line = source.line(8192);
            if (!line.startsWith("HTTP/1.") || line.length() < 12) {
                throw new IOException("The instance does not speak HTTP");
            }
            try {
                head.status = Integer.parseInt(line.substring(9, 12));
            } catch (NumberFormatException e) {
                throw new IOException("The instance sent a bad status", e);
            }
            if (head.status < 100 || head.status > 599) {
                throw new IOException("The instance sent a bad status");
            }
            head.reason = line.length() > 13 ? clean(line.substring(13)) : "";
            int size = 0;
            while (!(line = source.line(MAX_HEAD)).isEmpty()) {
                size += line.length();
                int colon = line.indexOf(':');
                if (size > MAX_HEAD || colon < 1 || !isToken(line.substring(0, colon))) {
                    throw new IOException("The instance sent a bad header");
                }
                head.fields.add(
                        Map.entry(line.substring(0, colon), clean(line.substring(colon + 1))));
            }
            List<String> codings = head.values("transfer-encoding");
            head.chunked =
                    !codings.isEmpty()
                            && codings.getLast().toLowerCase(Locale.ROOT).endsWith("chunked");
            List<String> lengths = head.values("content-length").stream().distinct().toList();
            if (!head.chunked && !lengths.isEmpty()) {
                if (lengths.size() > 1) {
                    throw new IOException("The instance sent two lengths");
                }
                head.length = Framing.parse(lengths.getFirst());
            }
            return head;
        }

        private static String clean(String value) {
            return value.strip()
                    .chars()
                    .filter(c -> c >= 0x20 && c != 0x7f || c == '\t')
                    .collect(
                            StringBuilder::new,
                            StringBuilder::appendCodePoint,
                            StringBuilder::append)
                    .toString();
        }

        private static boolean isToken(String name) {
            return name.chars()
                    .allMatch(c -> c > 0x20 && c < 0x7f && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0);
        }
    }
}
