package coop.minga.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(60)
class OriginProxyIT {

    private static final String ORIGIN = "ins-0123456789abcdefghjkmnpqrs-80.localhost";

    @TempDir Path directory;
    private TinyInstance instance;
    private OriginProxy proxy;
    private WebServer server;
    private volatile boolean allowed = true;
    private volatile boolean open = true;
    private final AtomicInteger api = new AtomicInteger();

    private final class Gate implements HostGate {
        @Override
        public boolean handles(String host) {
            return host.startsWith("ins-") && host.endsWith(".localhost");
        }

        @Override
        public Decision decide(Asked asked) {
            if (!open) {
                return new Decision.Answer(
                        Reply.text("text/html; charset=utf-8", "<p>no</p>").withStatus(403));
            }
            return asked.host().equals(ORIGIN)
                    ? new Decision.Forward(instance.address(), asked.host(), () -> allowed)
                    : new Decision.Answer(
                            Reply.text("text/html; charset=utf-8", "<p>?</p>").withStatus(404));
        }

        @Override
        public Reply failed(Asked asked, Failure failure) {
            int status = failure == Failure.TIMEOUT ? 504 : failure == Failure.BUSY ? 503 : 502;
            return Reply.text("text/plain", failure.name()).withStatus(status);
        }
    }

    @BeforeEach
    void start() throws IOException {
        instance = TinyInstance.onSocket(directory.resolve("web.sock"));
        HostGate gate = new Gate();
        proxy =
                new OriginProxy(
                        gate,
                        URI.create("http://localhost"),
                        (peer, forwardedFor) -> peer,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(20));
        Http1Upgrader sockets = WsUpgrader.create(WsConfig.create());
        server =
                WebServer.builder()
                        .address(InetAddress.getLoopbackAddress())
                        .port(0)
                        .protocolsDiscoverServices(false)
                        .maxPayloadSize(1 << 20)
                        .addProtocol(WsConfig.create())
                        .addConnectionSelector(
                                new OriginConnections(Http1Config.builder(), gate, proxy, sockets))
                        .routing(routing ->
                                routing.any((req, res) -> {
                                    api.incrementAndGet();
                                    if (req.content().hasEntity()) {
                                        req.content().consume();
                                    }
                                    res.send("api");
                                }))
                        .build()
                        .start();
    }

    @AfterEach
    void stop() throws IOException {
        server.stop();
        proxy.close();
        instance.close();
    }

    @Test
    void requestIsPassedOnWithItsPathAndQueryUntouched() throws IOException {
        try (Client client = new Client()) {
            client.send("GET /a%20b/..;/c?x=%2F&y HTTP/1.1\r\nHost: " + ORIGIN + ":8080\r\n\r\n");
            Answer answer = client.read();
            assertThat(answer.status).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("hello from /a%20b/..;/c?x=%2F&y");
            String head = instance.heads.getFirst();
            assertThat(head).contains("Host: " + ORIGIN + ":8080\r\n");
            assertThat(TinyInstance.header(head, "x-forwarded-for")).isEqualTo("127.0.0.1");
            assertThat(TinyInstance.header(head, "x-forwarded-host")).isEqualTo(ORIGIN + ":8080");
            assertThat(TinyInstance.header(head, "x-forwarded-proto")).isEqualTo("http");
            assertThat(api).hasValue(0);
        }
    }

    @Test
    void hostAndInstancesShareOneConnectionInAnyOrder() throws IOException {
        try (Client client = new Client()) {
            for (int i = 0; i < 40; i++) {
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(client.read().text()).isEqualTo("api");
                client.send("GET /" + i + " HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
                assertThat(client.read().text()).isEqualTo("hello from /" + i);
                client.send(
                        "POST /count HTTP/1.1\r\nHost: "
                                + ORIGIN
                                + "\r\nContent-Length: 3\r\n\r\nabc");
                assertThat(client.read().text()).isEqualTo("3");
                client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
                assertThat(client.read().text()).isEqualTo("api");
            }
            assertThat(api).hasValue(80);
        }
    }

    @Test
    void bigBodyStreamsBothWaysWithoutTheHostsLimit() throws Exception {
        long size = 64L << 20;
        try (Client client = new Client()) {
            client.send(
                    "POST /echo HTTP/1.1\r\nHost: "
                            + ORIGIN
                            + "\r\nContent-Length: "
                            + size
                            + "\r\n\r\n");
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                byte[] block = new byte[1 << 16];
                                for (long sent = 0; sent < size; sent += block.length) {
                                    client.sendBytes(block);
                                }
                            });
            Answer answer = client.head();
            assertThat(answer.status).isEqualTo(200);
            assertThat(client.skipChunks()).isEqualTo(size);
            sender.join();
        }
    }

    @Test
    void oneHugeChunkIsNotHeldInMemory() throws Exception {
        long size = 192L << 20;
        try (Client client = new Client()) {
            client.send(
                    "POST /count HTTP/1.1\r\nHost: "
                            + ORIGIN
                            + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Long.toHexString(size)
                            + "\r\n");
            byte[] block = new byte[1 << 20];
            for (long sent = 0; sent < size; sent += block.length) {
                client.sendBytes(block);
            }
            client.send("\r\n0\r\n\r\n");
            assertThat(client.read().text()).isEqualTo(Long.toString(size));
            client.send("GET /next HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("hello from /next");
        }
    }

    @Test
    void chunkedAnswerAndAnswerWithoutLengthArriveWhole() throws IOException {
        try (Client client = new Client()) {
            client.send("GET /chunks?300 HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().body).hasSize(300 * 1024);
            client.send("GET /close HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("until the end");
            client.send("GET /nocontent HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().status).isEqualTo(204);
            client.send("HEAD /x HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            Answer head = client.head();
            assertThat(head.headers).containsEntry("content-length", "13");
            client.send("GET /after HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("hello from /after");
        }
    }

    @Test
    void eventsArriveOneByOneAndEndWhenAccessDoes() throws IOException {
        try (Client client = new Client()) {
            client.send("GET /forever HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.head().status).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                instance.tick();
                assertThat(new String(client.chunk(), StandardCharsets.UTF_8)).isEqualTo("tick\n");
            }
            allowed = false;
            assertThat(client.in.read()).isEqualTo(-1);
        }
    }

    @Test
    void ownCookiesAndTokensNeverReachTheInstance() throws IOException {
        try (Client client = new Client()) {
            client.send(
                    "GET /cookies HTTP/1.1\r\nHost: "
                            + ORIGIN
                            + "\r\nCookie: minga=secret1; theirs=2; minga_ins=secret3\r\n"
                            + "Cookie: __Host-minga=secret4\r\n"
                            + "Authorization: Bearer minga_pat_secret5\r\n"
                            + "Connection: X-Hop\r\nX-Hop: secret6\r\nTE: trailers\r\n"
                            + "X-Forwarded-For: 6.6.6.6\r\nProxy-Authorization: secret7\r\n\r\n");
            Answer answer = client.read();
            String head = instance.heads.getFirst();
            assertThat(head).doesNotContain("secret").doesNotContain("6.6.6.6");
            assertThat(head).contains("theirs=2");
            assertThat(answer.raw).contains("Set-Cookie: a=1; Path=/\r\n");
            assertThat(answer.raw)
                    .doesNotContain("stolen")
                    .doesNotContain("X-Private")
                    .doesNotContain("Keep-Alive:");
        }
    }

    @Test
    void otherInstancesNamesNeverReachTheApi() throws IOException {
        for (String host :
                List.of("ins-x.localhost", "INS-X.LOCALHOST:80", "ins-x.localhost.:8080")) {
            try (Client client = new Client()) {
                client.send("GET /api/v1/me HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
                assertThat(client.read().status).isEqualTo(404);
            }
        }
        try (Client client = new Client()) {
            client.send(
                    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                            + "Upgrade: minga-origin\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("api");
        }
        try (Client client = new Client()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().status).isEqualTo(400);
        }
        assertThat(instance.heads).isEmpty();
    }

    @Test
    void smuggledFramingIsRefused() throws IOException {
        for (String framing :
                List.of(
                        "Content-Length: 5\r\nTransfer-Encoding: chunked",
                        "Content-Length: 5\r\nContent-Length: 6",
                        "Content-Length: +5",
                        "Transfer-Encoding: gzip, chunked")) {
            try (Client client = new Client()) {
                client.send(
                        "POST /count HTTP/1.1\r\nHost: "
                                + ORIGIN
                                + "\r\n"
                                + framing
                                + "\r\n\r\n0\r\n\r\n");
                assertThat(client.read().status).as(framing).isEqualTo(400);
                assertThat(client.in.read()).isEqualTo(-1);
            }
        }
        assertThat(instance.heads).isEmpty();
    }

    @Test
    void refusedUploadIsAnsweredAndTheConnectionEnds() throws IOException {
        open = false;
        try (Client client = new Client()) {
            client.send("POST /echo HTTP/1.1\r\nHost: " + ORIGIN + "\r\nContent-Length: 9\r\n\r\n");
            Answer answer = client.read();
            assertThat(answer.status).isEqualTo(403);
            assertThat(answer.headers).containsEntry("connection", "close");
            assertThat(instance.heads).isEmpty();
        }
    }

    @Test
    void earlyAnswerIsDeliveredWhileTheBodyIsStillComing() throws IOException {
        try (Client client = new Client()) {
            client.send(
                    "POST /early HTTP/1.1\r\nHost: " + ORIGIN + "\r\nContent-Length: 90\r\n\r\n");
            assertThat(client.read().status).isEqualTo(413);
        }
    }

    @Test
    void hangingUpAndHangingInstancesGetAClearAnswer() throws IOException {
        try (Client client = new Client()) {
            client.send("GET /rude HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().status).isEqualTo(502);
            client.send("GET /hang HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().status).isEqualTo(504);
            instance.close();
            java.nio.file.Files.deleteIfExists(directory.resolve("web.sock"));
            client.send("GET / HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().status).isEqualTo(502);
        }
    }

    @Test
    void webSocketIsTunnelledAndSurvivesItsHalfClose() throws IOException {
        for (int round = 0; round < 2; round++) {
            try (Client client = new Client()) {
                if (round == 1) {
                    // Also as the second request of a connection.
                    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    assertThat(client.read().text()).isEqualTo("api");
                }
                client.send(
                        "GET /ws HTTP/1.1\r\nHost: "
                                + ORIGIN
                                + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Cookie: minga=secret\r\n\r\n");
                Answer answer = client.head();
                assertThat(answer.status).isEqualTo(101);
                assertThat(answer.headers)
                        .containsEntry("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
                assertThat(instance.heads.getLast()).doesNotContain("secret");
                client.frame("ping");
                assertThat(client.readFrame()).isEqualTo("ping");
                client.frame("x".repeat(30_000));
                assertThat(client.readFrame()).isEqualTo("x".repeat(30_000));
                client.socket.shutdownOutput();
                assertThat(client.readFrame()).isEqualTo("bye");
                assertThat(client.in.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void webSocketEndsWhenAccessDoes() throws IOException {
        try (Client client = new Client()) {
            client.send(
                    "GET /ws HTTP/1.1\r\nHost: "
                            + ORIGIN
                            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(client.head().status).isEqualTo(101);
            client.frame("ping");
            assertThat(client.readFrame()).isEqualTo("ping");
            allowed = false;
            assertThat(client.in.read()).isEqualTo(-1);
        }
    }

    @Test
    void instancesOnTcpAreReachedToo() throws IOException {
        try (TinyInstance other = TinyInstance.onTcp();
                Client client = new Client()) {
            instance.close();
            instance = other;
            client.send("GET /tcp HTTP/1.1\r\nHost: " + ORIGIN + "\r\n\r\n");
            assertThat(client.read().text()).isEqualTo("hello from /tcp");
        }
    }

    /** An answer as it stood on the wire. */
    private record Answer(int status, Map<String, String> headers, String raw, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** Speaks HTTP byte by byte. */
    private final class Client implements AutoCloseable {

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Client() throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            in = new java.io.BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        void send(String text) {
            sendBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void sendBytes(byte[] bytes) {
            try {
                out.write(bytes);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        Answer head() throws IOException {
            StringBuilder raw = new StringBuilder();
            while (!raw.toString().endsWith("\r\n\r\n")) {
                int c = in.read();
                if (c < 0) {
                    throw new IOException("Connection ended after: " + raw);
                }
                raw.append((char) c);
            }
            Map<String, String> headers = new java.util.HashMap<>();
            for (String line : raw.toString().split("\r\n")) {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    headers.put(
                            line.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
                            line.substring(colon + 2));
                }
            }
            return new Answer(
                    Integer.parseInt(raw.substring(9, 12)), headers, raw.toString(), new byte[0]);
        }

        Answer read() throws IOException {
            Answer head = head();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (head.headers.containsKey("content-length")) {
                body.write(in.readNBytes(Integer.parseInt(head.headers.get("content-length"))));
            } else if (head.headers.containsKey("transfer-encoding")) {
                byte[] chunk;
                while ((chunk = chunk()).length > 0) {
                    body.write(chunk);
                }
            }
            return new Answer(head.status, head.headers, head.raw, body.toByteArray());
        }

        byte[] chunk() throws IOException {
            byte[] data = in.readNBytes(Integer.parseInt(line(), 16));
            assertThat(line()).isEmpty();
            return data;
        }

        long skipChunks() throws IOException {
            long total = 0;
            byte[] chunk;
            while ((chunk = chunk()).length > 0) {
                total += chunk.length;
            }
            return total;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            int c;
            while ((c = in.read()) != '\n') {
                if (c < 0) {
                    throw new IOException("Connection ended");
                }
                line.append((char) c);
            }
            return line.toString().strip();
        }

        void frame(String text) {
            byte[] data = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write(0x81);
            if (data.length < 126) {
                frame.write(0x80 | data.length);
            } else {
                frame.write(0x80 | 126);
                frame.write(data.length >> 8);
                frame.write(data.length);
            }
            byte[] mask = {1, 2, 3, 4};
            frame.writeBytes(mask);
            for (int i = 0; i < data.length; i++) {
                frame.write(data[i] ^ mask[i % 4]);
            }
            sendBytes(frame.toByteArray());
        }

        String readFrame() throws IOException {
            assertThat(in.read()).isEqualTo(0x81);
            int length = in.read();
            if (length == 126) {
                length = (in.read() << 8) | in.read();
            }
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
