package coop.minga.platform.instances;

import coop.minga.platform.InstanceId;
import coop.minga.plugin.api.compute.Endpoint;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A port of an instance and its origin's label.
 *
 * @param kind {@code http} or {@code tcp}
 * @param address where the host connects, or null
 */
record PortAddress(
        String label,
        InstanceId instanceId,
        String name,
        int port,
        String kind,
        @Nullable String address) {

    Optional<Endpoint.Address> target() {
        return Optional.ofNullable(address).map(PortAddress::read);
    }

    static String written(Endpoint.Address address) {
        return switch (address) {
            case Endpoint.Tcp(String host, int port, boolean tls) ->
                    (tls ? "tls " : "tcp ") + port + " " + host;
            case Endpoint.UnixSocket(Path path) -> "unix " + path;
        };
    }

    private static Endpoint.Address read(String text) {
        String[] parts = text.split(" ", 3);
        return parts[0].equals("unix")
                ? new Endpoint.UnixSocket(Path.of(text.substring(5)))
                : new Endpoint.Tcp(parts[2], Integer.parseInt(parts[1]), parts[0].equals("tls"));
    }
}
