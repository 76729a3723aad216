package coop.minga.platform.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration, checked.
 *
 * @param mode trial or production
 * @param dataDirectory where everything that must survive is kept
 * @param configDirectory where {@code minga.yaml} and {@code providers/} are
 * @param http the front door
 * @param database where the database is
 * @param plugins where plugins come from and who vouches for them
 * @param log how to log
 * @param metricsToken needed to read metrics from other machines; empty: loopback only
 * @param setupToken preset token for the first set-up; empty: one is made
 * @param welcomeGrantMinor hundredths of a coin given to new accounts
 */
public record MingaConfig(
        Mode mode,
        Path dataDirectory,
        Path configDirectory,
        Http http,
        DatabaseConfig database,
        Plugins plugins,
        Log log,
        String metricsToken,
        String setupToken,
        long welcomeGrantMinor) {

    /**
     * @param host the address to listen on
     * @param port the port to listen on; 0 for any free one
     * @param publicUrl where browsers reach this host
     * @param appsDomain below which instances have their names, without a port
     * @param trustedProxies whose forwarded headers are believed
     * @param tls the certificate to serve, when TLS ends here
     * @param maxConcurrentRequests worked on at once
     * @param requestDeadline for one request
     * @param rateFactor multiplies the rate limits
     */
    public record Http(
            String host,
            int port,
            URI publicUrl,
            String appsDomain,
            List<String> trustedProxies,
            Optional<Tls> tls,
            int maxConcurrentRequests,
            Duration requestDeadline,
            int rateFactor) {

        public Http {
            trustedProxies = List.copyOf(trustedProxies);
        }

        /** The same with the port that was really bound, for a public URL that follows the port. */
        public Http boundTo(int realPort) {
            URI url =
                    port == 0 && publicUrl.getPort() == 0
                            ? URI.create(
                                    publicUrl.getScheme()
                                            + "://"
                                            + publicUrl.getHost()
                                            + ":"
                                            + realPort)
                            : publicUrl;
            return new Http(
                    host,
                    realPort,
                    url,
                    appsDomain,
                    trustedProxies,
                    tls,
                    maxConcurrentRequests,
                    requestDeadline,
                    rateFactor);
        }
    }

    /**
     * @param directory where plugin jars are dropped
     * @param policy {@code locked}, {@code ask} or {@code open}
     * @param upload whether jars may be uploaded in the browser
     * @param publishers base64 of an Ed25519 public key, by the name the operator gives
     */
    public record Plugins(
            Path directory, String policy, boolean upload, Map<String, String> publishers) {

        public Plugins {
            publishers = Map.copyOf(publishers);
        }
    }

    /** Two PEM files. */
    public record Tls(Path certificate, Path key) {}

    /**
     * @param format {@code text} or {@code json}
     * @param level {@code error}, {@code warn}, {@code info} or {@code debug}
     */
    public record Log(String format, String level) {}

    /** The same with the port that is really listened on. */
    public MingaConfig boundTo(int port) {
        return new MingaConfig(
                mode,
                dataDirectory,
                configDirectory,
                http.boundTo(port),
                database,
                plugins,
                log,
                metricsToken,
                setupToken,
                welcomeGrantMinor);
    }

    public boolean isTrial() {
        return mode == Mode.TRIAL;
    }
}
