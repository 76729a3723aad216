package coop.minga.platform.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The browser's side of an exchange with an instance. Read by one thread, written by another; knows
 * when a byte moved last.
 */
final class OriginClient {

    static final int BUFFER = 16 * 1024;

    private final DataReader reader;
    private final DataWriter writer;
    private volatile long movedAt = System.nanoTime();
    private volatile boolean tunnel;

    OriginClient(DataReader reader, DataWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /** Since when nothing moved. */
    Duration idle() {
        return Duration.ofNanos(System.nanoTime() - movedAt);
    }

    void moved() {
        movedAt = System.nanoTime();
    }

    /** Whether raw bytes go both ways, so that silence is no fault. */
    boolean isTunnel() {
        return tunnel;
    }

    void tunnel(boolean now) {
        tunnel = now;
    }

    void deliverChunk(byte[] bytes, int from, int n) {
        BufferData out = BufferData.create(n + 16);
        out.write((Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes, from, n);
        out.write('\r');
        out.write('\n');
        writer.writeNow(out);
        moved();
    }

    void deliver(byte[] bytes, int from, int n) {
        // Helidon keeps no reference after writeNow returns.
        BufferData out = BufferData.create(n);
        out.write(bytes, from, n);
        writer.writeNow(out);
        movedAt = System.nanoTime();
    }

    void send(String ascii) {
        writer.writeNow(BufferData.create(ascii.getBytes(StandardCharsets.ISO_8859_1)));
        movedAt = System.nanoTime();
    }

    /** At least one byte from the client; null when it ended its output. */
    @Nullable BufferData readSome(long atMost) {
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

    /** A line that ends in CR LF, without that. */
    String line(int max) throws IOException {
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
