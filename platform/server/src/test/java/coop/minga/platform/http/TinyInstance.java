package coop.minga.platform.http;

import coop.minga.plugin.api.compute.Endpoint;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What an instance might run: a little HTTP server that remembers the heads it saw.
 *
 * <p>Paths: {@code /echo} gives the body back as it comes, {@code /count} its length, {@code
 * /chunks?n} n chunks, {@code /forever} a chunk each time the test calls {@link #tick}, {@code
 * /close} a body without a length, {@code /nocontent}, {@code /rude} hangs up, {@code /hang} never
 * answers, {@code /early} answers 413 without reading, {@code /cookies} sets cookies, {@code /ws} a
 * WebSocket that echoes, anything else a greeting.
 */
public final class TinyInstance implements AutoCloseable {

    public final List<String> heads = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel server;
    private final Endpoint.Address address;
    private final Object ticks = new Object();
    private int ticked;

    private TinyInstance(ServerSocketChannel server, Endpoint.Address address) {
        this.server = server;
        this.address = address;
        Thread.ofVirtual().start(this::accept);
    }

    public static TinyInstance onSocket(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return new TinyInstance(server, new Endpoint.UnixSocket(path));
    }

    public static TinyInstance onTcp() throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server.bind(any);
        int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
        return new TinyInstance(server, new Endpoint.Tcp("127.0.0.1", port, false));
    }

    public Endpoint.Address address() {
        return address;
    }

    /** Lets {@code /forever} send one more chunk. */
    public void tick() {
        synchronized (ticks) {
            ticked++;
            ticks.notifyAll();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                Thread.ofVirtual()
                        .start(() -> {
                            try (channel) {
                                serve(channel);
                            } catch (IOException | InterruptedException e) {
                                // The other side went away.
                            }
                        });
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(SocketChannel channel) throws IOException, InterruptedException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 8192);
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return;
            }
            head.append((char) c);
        }
        heads.add(head.toString());
        String path = head.substring(head.indexOf(" ") + 1);
        path = path.substring(0, path.indexOf(' '));
        String query = path.contains("?") ? path.substring(path.indexOf('?') + 1) : "";
        String bare = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
        switch (bare) {
            case "/echo" -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                body(
                        head.toString(),
                        in,
                        (bytes, n) -> {
                            write(out, Integer.toHexString(n) + "\r\n");
                            out.write(bytes, 0, n);
                            write(out, "\r\n");
                        });
                write(out, "0\r\n\r\n");
            }
            case "/count" -> {
                long[] count = {0};
                body(head.toString(), in, (bytes, n) -> count[0] += n);
                text(out, Long.toString(count[0]));
            }
            case "/chunks" -> {
                write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                byte[] kilobyte = new byte[1024];
                for (int i = 0; i < Integer.parseInt(query); i++) {
                    write(out, "400\r\n");
                    out.write(kilobyte);
                    write(out, "\r\n");
                }
                write(out, "0\r\nX-Trailer: 1\r\n\r\n");
            }
            case "/forever" -> {
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n");
                for (int sent = 0; ; sent++) {
                    synchronized (ticks) {
                        while (ticked <= sent) {
                            ticks.wait();
                        }
                    }
                    write(out, "5\r\ntick\n\r\n");
                }
            }
            case "/close" -> write(out, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
            case "/nocontent" -> write(out, "HTTP/1.1 204 No Content\r\n\r\n");
            case "/rude" -> {}
            case "/hang" -> in.read();
            case "/early" -> text(out, "413 Content Too Large", "no");
            case "/cookies" ->
                    write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                                    + "Set-Cookie: a=1; Domain=localhost; Path=/\r\n"
                                    + "Set-Cookie: minga=stolen; Path=/\r\n"
                                    + "Connection: X-Private\r\nX-Private: 1\r\n"
                                    + "Keep-Alive: timeout=5\r\n\r\n");
            case "/ws" -> webSocket(head.toString(), in, out);
            default -> text(out, "hello from " + path);
        }
        out.flush();
    }

    private static void webSocket(String head, InputStream in, OutputStream out)
            throws IOException {
        String key = header(head, "sec-websocket-key");
        write(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: "
                        + accept(key)
                        + "\r\n\r\n");
        while (true) {
            int first = in.read();
            if (first < 0) {
                // The browser ended its side: say goodbye with a text frame.
                out.write(new byte[] {(byte) 0x81, 3, 'b', 'y', 'e'});
                out.flush();
                return;
            }
            int length = in.read() & 0x7f;
            if (length == 126) {
                length = (in.read() << 8) | in.read();
            }
            byte[] mask = in.readNBytes(4);
            byte[] data = in.readNBytes(length);
            for (int i = 0; i < data.length; i++) {
                data[i] ^= mask[i % 4];
            }
            out.write(first);
            if (length < 126) {
                out.write(length);
            } else {
                out.write(126);
                out.write(length >> 8);
                out.write(length);
            }
            out.write(data);
            out.flush();
            if ((first & 0x0f) == 8) {
                return;
            }
        }
    }

    /** What the answer to a WebSocket's key must be. */
    static String accept(String key) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-1");
            sha.update(key.getBytes(StandardCharsets.US_ASCII));
            sha.update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".getBytes(StandardCharsets.US_ASCII));
            return java.util.Base64.getEncoder().encodeToString(sha.digest());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Sink {
        void take(byte[] bytes, int n) throws IOException;
    }

    private static void body(String head, InputStream in, Sink sink) throws IOException {
        byte[] buffer = new byte[8192];
        if (head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
            while (true) {
                long left = Long.parseLong(line(in), 16);
                if (left == 0) {
                    line(in);
                    return;
                }
                while (left > 0) {
                    int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (n < 0) {
                        throw new IOException("cut");
                    }
                    sink.take(buffer, n);
                    left -= n;
                }
                line(in);
            }
        }
        String length = header(head, "content-length");
        long left = length.isEmpty() ? 0 : Long.parseLong(length);
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new IOException("cut");
            }
            sink.take(buffer, n);
            left -= n;
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = in.read()) != '\n') {
            if (c < 0) {
                throw new IOException("cut");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    static String header(String head, String name) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }

    private static void text(OutputStream out, String body) throws IOException {
        text(out, "200 OK", body);
    }

    private static void text(OutputStream out, String status, String body) throws IOException {
        write(
                out,
                "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
