package coop.minga.platform.http;

import java.io.IOException;

/** The instance's bytes through one buffer. */
final class UpstreamSource {

    private static final int BUFFER = 16 * 1024;

    private final Upstream upstream;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;

    UpstreamSource(Upstream upstream) {
        this.upstream = upstream;
    }

    Upstream upstream() {
        return upstream;
    }

    /**
     * Makes sure that there are bytes to {@link #pass}.
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

    /** Hands on what {@link #fill} promised. */
    void pass(int n, Sink sink) {
        sink.take(buffer, from, n);
        from += n;
    }

    /** Takes bytes and keeps no reference to them. */
    @FunctionalInterface
    interface Sink {
        void take(byte[] bytes, int from, int n);
    }
}
