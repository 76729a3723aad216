package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.compute.Console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A terminal spoken to over one connection: frames of kind, length and payload go in, plain bytes
 * come out.
 */
final class Terminal implements Console.Session {

    private static final int LARGEST = 8192;

    /**
     * What the agent says last: a control string that terminals know nothing of and do not show.
     */
    private static final Pattern LAST_WORD = Pattern.compile("\033]697;exit=(\\d{1,3})\007\\z");

    private static final int LAST_WORD_MOST = 16;

    private final SocketChannel channel;
    private final InputStream output = new Output();
    private final OutputStream input = new Input();
    private volatile String tail = "";

    private Terminal(SocketChannel channel) {
        this.channel = channel;
    }

    static Terminal open(Path socket, int columns, int rows) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Terminal terminal = new Terminal(channel);
            terminal.size(columns, rows);
            return terminal;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public void resize(int columns, int rows) {
        try {
            size(columns, rows);
        } catch (IOException e) {
            // The shell ended meanwhile; the reader sees it.
        }
    }

    private void size(int columns, int rows) throws IOException {
        send(
                'r',
                ByteBuffer.allocate(4)
                        .putShort((short) Math.clamp(columns, 1, 500))
                        .putShort((short) Math.clamp(rows, 1, 200))
                        .flip());
    }

    private void send(char kind, ByteBuffer payload) throws IOException {
        ByteBuffer frame =
                ByteBuffer.allocate(3 + payload.remaining())
                        .put((byte) kind)
                        .putShort((short) payload.remaining())
                        .put(payload)
                        .flip();
        synchronized (input) {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        }
    }

    @Override
    public OptionalInt exitStatus() {
        Matcher said = LAST_WORD.matcher(tail);
        return said.find() ? OptionalInt.of(Integer.parseInt(said.group(1))) : OptionalInt.empty();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Closed is what was wanted.
        }
    }

    private final class Output extends InputStream {

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (length == 0) {
                return 0;
            }
            try {
                int count = channel.read(ByteBuffer.wrap(bytes, offset, length));
                if (count > 0) {
                    remember(bytes, offset + count, count);
                }
                return count;
            } catch (ClosedChannelException e) {
                return -1;
            }
        }

        /** Keeps the last bytes that went by: at the end they tell the shell's status. */
        private void remember(byte[] bytes, int end, int count) {
            int last = Math.min(count, LAST_WORD_MOST);
            String all = tail + new String(bytes, end - last, last, StandardCharsets.ISO_8859_1);
            tail = all.substring(Math.max(0, all.length() - LAST_WORD_MOST));
        }

        @Override
        public void close() {
            Terminal.this.close();
        }
    }

    private final class Input extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            for (int at = 0; at < length; at += LARGEST) {
                send('d', ByteBuffer.wrap(bytes, offset + at, Math.min(LARGEST, length - at)));
            }
        }
    }
}
