package coop.minga.platform.http;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Takes requests for hosts that are not this one's own: the origins of instances. Asked before
 * anything else.
 */
public interface HostGate {

    /**
     * Whether the {@code Host} header's value (with or without port) is of a host this gate serves.
     */
    boolean handles(String host);

    /**
     * Serves the request completely. Nothing of the API applies: no session, no limits of ours, no
     * problem+json.
     */
    void handle(ServerRequest request, ServerResponse response);

    /** No foreign hosts. */
    static HostGate none() {
        return new HostGate() {
            @Override
            public boolean handles(String host) {
                return false;
            }

            @Override
            public void handle(ServerRequest request, ServerResponse response) {
                throw new IllegalStateException("This gate serves no host");
            }
        };
    }
}
