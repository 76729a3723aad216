package coop.minga.platform.http;

import coop.minga.platform.config.MingaConfig;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How the front door is set up.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 for any free one
 * @param publicUrl where browsers reach this host; links and the same-origin check are made from
 *     it, never from a request
 * @param trustedProxies addresses whose {@code X-Forwarded-For} is believed
 * @param tls the certificate to serve, when TLS ends here; watched
 * @param maxConcurrentRequests further ones get 503 at once
 * @param requestDeadline after which a request's thread is interrupted; streams are exempt
 * @param rateFactor multiplies the rate limits; 0 switches them off
 */
public record HttpOptions(
        String host,
        int port,
        URI publicUrl,
        Set<String> trustedProxies,
        Optional<MingaConfig.Tls> tls,
        int maxConcurrentRequests,
        Duration requestDeadline,
        int rateFactor) {

    public HttpOptions {
        trustedProxies = Set.copyOf(trustedProxies);
    }

    /** Whether browsers come over TLS, to us or to the proxy in front. */
    public boolean secure() {
        return "https".equals(publicUrl.getScheme());
    }

    public static HttpOptions on(String host, int port, URI publicUrl) {
        return new HttpOptions(
                host, port, publicUrl, Set.of(), Optional.empty(), 1024, Duration.ofSeconds(30), 1);
    }
}
