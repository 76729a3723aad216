package coop.minga.platform.http;

import coop.minga.plugin.api.compute.Endpoint;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A connection to an instance's port. One thread may read while another one writes. */
interface Upstream extends AutoCloseable {

    /** -1 at the end. */
    int read(byte[] buffer) throws IOException;

    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Says that nothing more will be written. */
    void endOutput() throws IOException;

    /** Frees whoever reads or writes. Idempotent, never throws. */
    @Override
    void close();

    static Upstream connect(Endpoint.Address address, Duration patience) throws IOException {
        return switch (address) {
            case Endpoint.UnixSocket(java.nio.file.Path path) -> {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    channel.connect(UnixDomainSocketAddress.of(path));
                } catch (IOException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
                yield new Channel(channel);
            }
            case Endpoint.Tcp(String host, int port, boolean tls) -> {
                SocketChannel channel = SocketChannel.open();
                try {
                    channel.socket()
                            .connect(new InetSocketAddress(host, port), (int) patience.toMillis());
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    if (tls) {
                        yield new Secured(secured(channel.socket(), host, port, patience));
                    }
                } catch (IOException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
                yield new Channel(channel);
            }
        };
    }

    private static SSLSocket secured(Socket plain, String host, int port, Duration patience)
            throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        socket.setSoTimeout((int) patience.toMillis());
        socket.startHandshake();
        socket.setSoTimeout(0);
        return socket;
    }

    /** Plain bytes over TCP or a Unix socket. */
    record Channel(SocketChannel channel) implements Upstream {

        @Override
        public int read(byte[] buffer) throws IOException {
            return channel.read(ByteBuffer.wrap(buffer));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        }

        @Override
        public void endOutput() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }

    /** TLS over TCP. */
    record Secured(SSLSocket socket) implements Upstream {

        @Override
        public int read(byte[] buffer) throws IOException {
            return socket.getInputStream().read(buffer);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            socket.getOutputStream().write(bytes, offset, length);
            socket.getOutputStream().flush();
        }

        @Override
        public void endOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }
}
