package coop.minga.plugin.api.compute;

import java.nio.file.Path;

/**
 * How the host reaches a port of an instance. Never shown to customers.
 *
 * @param port the port's name in the workload
 * @param number the port's number inside the instance
 * @param address where the host connects
 */
public record Endpoint(String port, int number, Address address) {

    /** An address only the host uses. */
    public sealed interface Address {}

    /** A TCP address reachable from the host. */
    public record Tcp(String host, int port, boolean tls) implements Address {}

    /** A Unix socket on the host's machine. */
    public record UnixSocket(Path path) implements Address {}
}
