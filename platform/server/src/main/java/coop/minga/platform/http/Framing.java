package coop.minga.platform.http;

import java.io.IOException;

/**
 * Where a request's body ends.
 *
 * @param length -1 when not said
 */
record Framing(boolean chunked, long length) {

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

    /** The size on the line before a chunk (RFC 9112 section 7.1); extensions are dropped. */
    static long chunkSize(String line) throws IOException {
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
    static final class MalformedHead extends IOException {
        static final long serialVersionUID = 1L;

        MalformedHead(String message) {
            super(message);
        }
    }
}
