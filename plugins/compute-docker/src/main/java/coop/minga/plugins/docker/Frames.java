package coop.minga.plugins.docker;

import coop.minga.plugin.api.compute.Logs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Reads the engine's log stream: frames of {@code [stream, 0, 0, 0, length]} and a line that begins
 * with its time.
 */
final class Frames {
    private static final int LONGEST_FRAME = 4 << 20;
    private static final int LONGEST_LINE = 16 << 10;

    private Frames() {}

    /** Gives every line to the sink until it declines or the stream ends. */
    static boolean read(InputStream in, Logs.Sink sink) throws IOException {
        while (true) {
            byte[] header = in.readNBytes(8);
            if (header.length == 0) {
                return true;
            }
            if (header.length < 8) {
                throw new EOFException("The log stream ends inside a frame");
            }
            int length =
                    (header[4] & 0xff) << 24
                            | (header[5] & 0xff) << 16
                            | (header[6] & 0xff) << 8
                            | (header[7] & 0xff);
            if (length < 0 || length > LONGEST_FRAME || header[0] < 0 || header[0] > 3) {
                throw new IOException("What the engine sends is no log stream");
            }
            byte[] payload = in.readNBytes(length);
            if (payload.length < length) {
                throw new EOFException("The log stream ends inside a frame");
            }
            if (!sink.accept(line(header[0] == 2, payload))) {
                return false;
            }
        }
    }

    static Logs.Line line(boolean error, byte[] payload) {
        int end = payload.length;
        if (end > 0 && payload[end - 1] == '\n') {
            end--;
        }
        if (end > 0 && payload[end - 1] == '\r') {
            end--;
        }
        int space = 0;
        while (space < end && space < 40 && payload[space] != ' ') {
            space++;
        }
        Instant at = Instant.EPOCH;
        int start = 0;
        try {
            at = Instant.parse(new String(payload, 0, space, StandardCharsets.US_ASCII));
            start = Math.min(end, space + 1);
        } catch (DateTimeException e) {
            // A line without a time is still a line.
            start = 0;
        }
        int length = Math.min(end - start, LONGEST_LINE);
        return new Logs.Line(at, error, new String(payload, start, length, StandardCharsets.UTF_8));
    }
}
