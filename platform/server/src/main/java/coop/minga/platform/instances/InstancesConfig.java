package coop.minga.platform.instances;

import java.net.URI;
import java.time.Duration;

/**
 * How instances are reached and how long things may take.
 *
 * @param publicUrl where browsers reach the host
 * @param appsDomain the domain below which every port has an origin of its own, for example {@code
 *     localhost}
 * @param passFor how long a browser that was let into a private origin stays so
 * @param renewWithin how long a machine whose time is over is kept, stopped, before it is removed
 * @param callWithin how long one call to a backend may take
 * @param startWithin how long a machine may take to come up
 * @param settle how long a call whose outcome is unknown may still take effect
 */
public record InstancesConfig(
        URI publicUrl,
        String appsDomain,
        Duration passFor,
        Duration renewWithin,
        Duration callWithin,
        Duration startWithin,
        Duration settle) {

    public static InstancesConfig of(URI publicUrl, String appsDomain) {
        return new InstancesConfig(
                publicUrl,
                appsDomain,
                Duration.ofHours(12),
                Duration.ofHours(24),
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofSeconds(3));
    }

    /** The origin of a port; ports of the public URL are kept, for trials on 8080. */
    String origin(PortAddress port) {
        String suffix = publicUrl.getPort() < 0 ? "" : ":" + publicUrl.getPort();
        return publicUrl.getScheme() + "://" + host(port) + suffix;
    }

    String host(PortAddress port) {
        return "ins-" + port.label() + "-" + port.port() + "." + appsDomain;
    }
}
