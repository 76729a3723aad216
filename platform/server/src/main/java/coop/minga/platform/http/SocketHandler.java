package coop.minga.platform.http;

import java.util.Map;

/**
 * Answers WebSockets of one route. Called before the upgrade, so that a refusal is an ordinary
 * problem+json answer.
 */
@FunctionalInterface
public interface SocketHandler {

    /**
     * Admits a WebSocket.
     *
     * @param wire usable from {@link Session#opened()} on
     * @throws coop.minga.platform.MingaException to refuse it
     */
    Session open(Opening opening, Wire wire);

    /**
     * Who wants what.
     *
     * @param path the path's parameters
     * @param address the caller's network address
     */
    record Opening(Map<String, String> path, Principal principal, String address, String traceId) {}

    /**
     * The way to the client. Thread-safe; throws {@link java.io.UncheckedIOException} when gone.
     */
    interface Wire {

        void text(String message);

        void bytes(byte[] message, int length);

        /**
         * Says goodbye; idempotent.
         *
         * @param code RFC 6455 section 7.4
         */
        void close(int code, String reason);
    }

    /** The server's end. Called by one thread at a time. */
    interface Session {

        void opened();

        void text(String message);

        void bytes(byte[] message);

        /** Called once, whoever ended it; also when it never opened. */
        void closed();
    }
}
