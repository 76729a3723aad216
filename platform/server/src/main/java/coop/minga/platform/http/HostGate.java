package coop.minga.platform.http;

import coop.minga.plugin.api.compute.Endpoint;

import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Decides what happens to requests for host names that are not the host's own: origins of
 * instances. Such requests never reach the table of routes. Thread-safe; asked for every request,
 * so it answers from a cache.
 */
public interface HostGate {

    /**
     * Whether requests for a host name belong to this gate.
     *
     * @param host lower case, without port and trailing dot
     */
    boolean handles(String host);

    /** What to do with one request. */
    Decision decide(Asked asked);

    /** The page for a request that was let through but could not be served. */
    Reply failed(Asked asked, Failure failure);

    /**
     * A request before its body is read.
     *
     * @param host lower case, without port and trailing dot
     * @param path as it was sent, still encoded
     * @param query as it was sent, without the question mark; empty for none
     * @param headers names in lower case
     * @param address the caller's network address
     * @param upgrade whether it asks for a WebSocket
     */
    record Asked(
            String method,
            String host,
            String path,
            String query,
            Map<String, List<String>> headers,
            String address,
            boolean upgrade) {

        /** The value of a cookie, or empty. */
        public String cookie(String name) {
            for (String line : headers.getOrDefault("cookie", List.of())) {
                for (String pair : line.split(";")) {
                    int equals = pair.indexOf('=');
                    if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                        return pair.substring(equals + 1).strip();
                    }
                }
            }
            return "";
        }
    }

    /** What to do. */
    sealed interface Decision {

        /**
         * Pass it on.
         *
         * @param upstream where to
         * @param name what concurrent requests are counted under
         * @param stillAllowed asked every second while bytes flow; false cuts the connection
         */
        record Forward(Endpoint.Address upstream, String name, BooleanSupplier stillAllowed)
                implements Decision {}

        /** Answer it here; only replies without content or with bytes are supported. */
        record Answer(Reply reply) implements Decision {}
    }

    /** Why a request that was let through got no answer. */
    enum Failure {
        /** Nothing listens at the address, or it hangs up before answering. */
        UNREACHABLE,
        /** It does not answer in time. */
        TIMEOUT,
        /** Too many requests at once. */
        BUSY
    }

    /** No foreign hosts. */
    static HostGate none() {
        return new HostGate() {
            @Override
            public boolean handles(String host) {
                return false;
            }

            @Override
            public Decision decide(Asked asked) {
                throw new IllegalStateException("This gate serves no host");
            }

            @Override
            public Reply failed(Asked asked, Failure failure) {
                throw new IllegalStateException("This gate serves no host");
            }
        };
    }
}
