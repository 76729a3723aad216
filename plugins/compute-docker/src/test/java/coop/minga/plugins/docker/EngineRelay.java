package coop.minga.plugins.docker;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Stands between a backend and a real engine: writes down what is asked, and loses or holds back
 * answers on demand.
 */
final class EngineRelay implements AutoCloseable {
    /** What goes wrong. */
    enum Fault {
        /** The engine does the work, its answer is lost. */
        WORK_THEN_DROP,
        /** Nothing reaches the engine, nothing comes back. */
        HANG
    }

    /**
     * @param target path and query as sent
     */
    record Asked(String method, String target, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private record Planned(Predicate<Asked> when, Fault fault, Semaphore times) {}

    private final Path engine;
    private final Closeable listener;
    private final String endpoint;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<Planned> faults = new CopyOnWriteArrayList<>();
    private final List<Closeable> open = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch healed = new CountDownLatch(1);

    private EngineRelay(Path engine, Closeable listener, String endpoint) {
        this.engine = engine;
        this.listener = listener;
        this.endpoint = endpoint;
    }

    /** Listens on a Unix socket. */
    static EngineRelay onSocket(Path engine, Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        EngineRelay relay = new EngineRelay(engine, server, "unix://" + socket);
        Thread.ofVirtual()
                .start(() -> {
                    while (true) {
                        try {
                            SocketChannel client = server.accept();
                            relay.serve(
                                    client,
                                    Channels.newInputStream(client),
                                    Channels.newOutputStream(client));
                        } catch (IOException e) {
                            return;
                        }
                    }
                });
        return relay;
    }

    /** Listens on loopback with mutual TLS. */
    static EngineRelay onTls(Path engine, SSLContext context) throws IOException {
        SSLServerSocket server =
                (SSLServerSocket)
                        context.getServerSocketFactory()
                                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setNeedClientAuth(true);
        EngineRelay relay =
                new EngineRelay(engine, server, "tcp://localhost:" + server.getLocalPort());
        Thread.ofVirtual()
                .start(() -> {
                    while (true) {
                        try {
                            SSLSocket client = (SSLSocket) server.accept();
                            relay.serve(client, client.getInputStream(), client.getOutputStream());
                        } catch (IOException e) {
                            return;
                        }
                    }
                });
        return relay;
    }

    String endpoint() {
        return endpoint;
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    void fault(Predicate<Asked> when, Fault fault, int times) {
        faults.add(new Planned(when, fault, new Semaphore(times)));
    }

    /** No more faults; connections that hang are cut. */
    void heal() {
        faults.clear();
        CountDownLatch hanging = healed;
        healed = new CountDownLatch(1);
        hanging.countDown();
    }

    private void serve(Closeable client, InputStream in, OutputStream out) {
        open.add(client);
        Thread.ofVirtual()
                .start(() -> {
                    try (client;
                            SocketChannel server =
                                    SocketChannel.open(UnixDomainSocketAddress.of(engine))) {
                        open.add(server);
                        relay(new BufferedInputStream(in), out, server);
                    } catch (IOException | UncheckedIOException e) {
                        // Either end may leave whenever it likes.
                        open.remove(client);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private void relay(BufferedInputStream in, OutputStream out, SocketChannel server)
            throws IOException, InterruptedException {
        OutputStream up = Channels.newOutputStream(server);
        InputStream down = Channels.newInputStream(server);
        boolean[] muted = {false};
        Thread.ofVirtual()
                .start(() -> {
                    byte[] buffer = new byte[16_384];
                    try {
                        for (int n = down.read(buffer); n >= 0; n = down.read(buffer)) {
                            synchronized (muted) {
                                if (muted[0]) {
                                    break;
                                }
                                out.write(buffer, 0, n);
                                out.flush();
                            }
                        }
                        out.close();
                    } catch (IOException e) {
                        // The client left.
                        return;
                    }
                });
        while (true) {
            byte[] head = head(in);
            String text = new String(head, StandardCharsets.ISO_8859_1);
            String[] line = text.substring(0, text.indexOf("\r\n")).split(" ");
            byte[] body = body(in, text.toLowerCase(Locale.ROOT));
            Asked request = new Asked(line[0], line[1], body);
            asked.add(request);
            for (Planned planned : faults) {
                if (planned.when().test(request) && planned.times().tryAcquire()) {
                    if (planned.fault() == Fault.HANG) {
                        healed.await();
                        return;
                    }
                    synchronized (muted) {
                        muted[0] = true;
                    }
                }
            }
            up.write(head);
            up.write(body);
            if (text.toLowerCase(Locale.ROOT).contains("\r\nupgrade: tcp")) {
                in.transferTo(up);
                return;
            }
        }
    }

    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            head.write(b);
            matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
        }
        return head.toByteArray();
    }

    private static byte[] body(InputStream in, String head) throws IOException {
        int at = head.indexOf("\r\ncontent-length:");
        if (at < 0) {
            if (head.contains("\r\ntransfer-encoding:")) {
                throw new IOException("The relay takes no chunked requests");
            }
            return new byte[0];
        }
        String length =
                head.substring(at + "\r\ncontent-length:".length(), head.indexOf("\r\n", at + 2));
        return in.readNBytes(Integer.parseInt(length.strip()));
    }

    @Override
    public void close() throws IOException {
        healed.countDown();
        listener.close();
        for (Closeable connection : open) {
            connection.close();
        }
    }
}
