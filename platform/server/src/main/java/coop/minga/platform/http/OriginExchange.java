package coop.minga.platform.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.Header;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One request and its answer. */
final class OriginExchange implements ServerConnection, InterruptableTask<Void> {

    private static final Duration CONNECT = Duration.ofSeconds(3);

    private final OriginProxy proxy;
    private final OriginClient client;
    private final WritableHeaders<?> headers;
    private final OriginConnections.Turn turn;
    private final HostGate.Asked asked;
    private final boolean secure;
    private volatile boolean answered;
    private volatile boolean timedOut;
    private volatile @Nullable Upstream upstream;
    private volatile @Nullable Thread thread;
    private volatile HostGate.Decision.@Nullable Forward forward;

    OriginExchange(
            OriginProxy proxy,
            ConnectionContext context,
            HttpPrologue prologue,
            WritableHeaders<?> headers,
            OriginConnections.Turn turn) {
        this.proxy = proxy;
        this.client = new OriginClient(context.dataReader(), context.dataWriter());
        this.headers = headers;
        this.turn = turn;
        this.secure = proxy.isSecure(context);
        Map<String, List<String>> plain = new LinkedHashMap<>();
        for (Header header : headers) {
            plain.put(header.headerName().lowerCase(), List.copyOf(header.allValues()));
        }
        String upgrade = turn.upgrade;
        this.asked =
                new HostGate.Asked(
                        prologue.method().text(),
                        OriginConnections.hostName(OriginHeaders.first(plain, "host")),
                        prologue.uriPath().rawPath(),
                        prologue.query().rawValue(),
                        plain,
                        proxy.address(context, OriginHeaders.first(plain, "x-forwarded-for")),
                        upgrade != null && upgrade.toLowerCase(Locale.ROOT).equals("websocket"));
    }

    @Override
    public void handle(Limit limit) {
        thread = Thread.currentThread();
        Framing request;
        try {
            request = Framing.ofRequest(turn);
        } catch (Framing.MalformedHead e) {
            answer(plain(400, e.getMessage() + "\n"), false);
            return;
        }
        HostGate.Decision decision = proxy.decide(asked);
        switch (decision) {
            case HostGate.Decision.Answer(Reply reply) -> answer(reply, !request.hasBody());
            case HostGate.Decision.Forward to -> counted(to, request);
        }
    }

    private void counted(HostGate.Decision.Forward to, Framing request) {
        forward = to;
        boolean served =
                proxy.counted(
                        to.name(),
                        this,
                        () -> {
                            try {
                                forward(to, request);
                            } finally {
                                cut();
                            }
                        });
        if (!served) {
            answer(proxy.failed(asked, HostGate.Failure.BUSY), !request.hasBody());
        }
    }

    private void forward(HostGate.Decision.Forward to, Framing request) {
        UpstreamSource source;
        UpstreamHead head;
        @Nullable BodyPump pump = null;
        try {
            Upstream connected = Upstream.connect(to.upstream(), CONNECT);
            upstream = connected;
            byte[] bytes = requestHead(request);
            connected.write(bytes, 0, bytes.length);
            if (request.hasBody()) {
                if (OriginHeaders.first(asked.headers(), "expect")
                        .equalsIgnoreCase("100-continue")) {
                    client.send("HTTP/1.1 100 Continue\r\n\r\n");
                }
                pump = new BodyPump(request, client, connected);
                pump.start();
            }
            source = new UpstreamSource(connected);
            head = UpstreamHead.read(source);
        } catch (IOException e) {
            if (pump != null) {
                pump.settle();
            }
            HostGate.Failure why =
                    timedOut ? HostGate.Failure.TIMEOUT : HostGate.Failure.UNREACHABLE;
            answer(proxy.failed(asked, why), pump == null || pump.complete());
            return;
        }
        answered = true;
        client.moved();
        try {
            if (head.status() == 101 && asked.upgrade()) {
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

    private void respond(UpstreamHead head, UpstreamSource source, @Nullable BodyPump pump)
            throws IOException {
        boolean bodiless =
                asked.method().equals("HEAD")
                        || head.status() == 204
                        || head.status() == 304
                        || head.status() < 200;
        boolean keep = (pump == null || pump.complete()) && !clientCloses();
        StringBuilder out = new StringBuilder(512);
        out.append("HTTP/1.1 ").append(head.status()).append(' ').append(head.reason());
        out.append("\r\n");
        Set<String> named = OriginHeaders.connectionTokens(head.values("connection"));
        for (Map.Entry<String, String> field : head.fields()) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            if (OriginHeaders.isOfTheHop(name, named)) {
                continue;
            }
            String value =
                    name.equals("set-cookie")
                            ? OriginHeaders.ownCookie(field.getValue())
                            : field.getValue();
            if (!value.isEmpty() || !name.equals("set-cookie")) {
                out.append(field.getKey()).append(": ").append(value).append("\r\n");
            }
        }
        boolean chunked = false;
        if (bodiless) {
            if (head.length() >= 0 && head.status() != 204 && head.status() >= 200) {
                out.append("Content-Length: ").append(head.length()).append("\r\n");
            }
        } else if (head.isChunked() || head.length() < 0) {
            chunked = true;
            out.append("Transfer-Encoding: chunked\r\n");
        } else {
            out.append("Content-Length: ").append(head.length()).append("\r\n");
        }
        out.append(keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
        client.send(out.toString());
        if (!bodiless) {
            if (head.isChunked()) {
                copyChunks(source);
            } else if (chunked) {
                copyToEnd(source);
            } else {
                copyLength(source, head.length());
            }
        }
        boolean read = pump == null || pump.settle();
        turn.again = keep && read;
    }

    private void copyLength(UpstreamSource source, long length) throws IOException {
        long left = length;
        while (left > 0) {
            int n = source.fill(left);
            if (n < 0) {
                throw new IOException("The instance hung up in the middle of its answer");
            }
            source.pass(n, client::deliver);
            left -= n;
        }
    }

    private void copyToEnd(UpstreamSource source) throws IOException {
        int n;
        while ((n = source.fill(Long.MAX_VALUE)) >= 0) {
            source.pass(n, client::deliverChunk);
        }
        client.send("0\r\n\r\n");
    }

    private void copyChunks(UpstreamSource source) throws IOException {
        while (true) {
            long left = Framing.chunkSize(source.line(256));
            if (left == 0) {
                break;
            }
            while (left > 0) {
                int n = source.fill(left);
                if (n < 0) {
                    throw new IOException("The instance hung up in the middle of its answer");
                }
                source.pass(n, client::deliverChunk);
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
        client.send("0\r\n\r\n");
    }

    private void tunnel(UpstreamHead head, UpstreamSource source) throws IOException {
        StringBuilder out = new StringBuilder(256);
        out.append("HTTP/1.1 101 Switching Protocols\r\n");
        for (Map.Entry<String, String> field : head.fields()) {
            String name = field.getKey().toLowerCase(Locale.ROOT);
            if (name.equals("set-cookie")) {
                String cookie = OriginHeaders.ownCookie(field.getValue());
                if (!cookie.isEmpty()) {
                    out.append(field.getKey()).append(": ").append(cookie).append("\r\n");
                }
            } else if (!OriginHeaders.isOfTheHop(name, Set.of())) {
                out.append(field.getKey()).append(": ").append(field.getValue());
                out.append("\r\n");
            }
        }
        out.append("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        client.tunnel(true);
        client.send(out.toString());

        Upstream connected = source.upstream();
        Thread.ofVirtual()
                .name("origin-tunnel")
                .start(() -> {
                    try {
                        while (true) {
                            BufferData data = client.readSome(OriginClient.BUFFER);
                            if (data == null) {
                                connected.endOutput();
                                // What the instance still has to say may follow; not for ever.
                                client.tunnel(false);
                                return;
                            }
                            byte[] bytes = data.readBytes();
                            connected.write(bytes, 0, bytes.length);
                            client.moved();
                        }
                    } catch (IOException | RuntimeException e) {
                        connected.close();
                    }
                });
        int n;
        while ((n = source.fill(Long.MAX_VALUE)) >= 0) {
            source.pass(n, client::deliver);
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
                OriginHeaders.connectionTokens(
                        asked.headers().getOrDefault("connection", List.of()));
        for (Header header : headers) {
            String name = header.headerName().lowerCase();
            if (OriginHeaders.isOfTheHop(name, named)) {
                continue;
            }
            for (String value : header.allValues()) {
                String kept =
                        switch (name) {
                            case "cookie" -> OriginHeaders.foreignCookies(value);
                            case "authorization" -> value.contains("minga_pat_") ? "" : value;
                            default -> value;
                        };
                if (!kept.isEmpty() || value.isEmpty()) {
                    out.append(header.name()).append(": ").append(kept).append("\r\n");
                }
            }
        }
        out.append("X-Forwarded-For: ").append(asked.address()).append("\r\n");
        out.append("X-Forwarded-Host: ")
                .append(OriginHeaders.first(asked.headers(), "host"))
                .append("\r\n");
        out.append("X-Forwarded-Proto: ").append(secure ? "https" : "http").append("\r\n");
        if (request.chunked()) {
            out.append("Transfer-Encoding: chunked\r\n");
        } else if (request.length() >= 0) {
            out.append("Content-Length: ").append(request.length()).append("\r\n");
        }
        out.append(
                asked.upgrade()
                        ? "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                        : "Connection: close\r\n\r\n");
        return out.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private boolean clientCloses() {
        return OriginHeaders.connectionTokens(asked.headers().getOrDefault("connection", List.of()))
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
            client.send(out.toString());
            if (body.length > 0 && !asked.method().equals("HEAD")) {
                client.deliver(body, 0, body.length);
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
        if (!client.isTunnel()) {
            if (client.idle().compareTo(proxy.patience(answered)) > 0) {
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
        if (interrupt || client.isTunnel()) {
            cut();
            if (mine != null && interrupt) {
                mine.interrupt();
            }
        }
    }
}
