package coop.minga.plugin.api;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Outgoing HTTP with the call's deadline. Redirects are not followed. */
public interface Http {

    /**
     * Sends a request and reads the whole answer, at most 8 MiB.
     *
     * @throws ProviderException {@code UNAVAILABLE} when there is no answer in time, {@code
     *     MISCONFIGURED} when the host is not among the declared ones
     */
    Response send(Call call, Request request);

    /**
     * @param method upper-case
     * @param uri absolute, {@code http} or {@code https}
     * @param headers as they are sent
     * @param body empty for none
     */
    record Request(String method, URI uri, Map<String, String> headers, byte[] body) {

        public Request {
            headers = Map.copyOf(headers);
        }

        public static Request get(URI uri, Map<String, String> headers) {
            return new Request("GET", uri, headers, new byte[0]);
        }
    }

    /**
     * @param status the HTTP status
     * @param headers names in lower case
     * @param body may be empty
     */
    record Response(int status, Map<String, List<String>> headers, byte[] body) {

        /** The first value of a header. */
        public Optional<String> header(String name) {
            return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of()).stream()
                    .findFirst();
        }
    }
}
