package coop.minga.plugin.api.compute;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What runs in an instance.
 *
 * @param image an image reference, where the workload needs {@link Need#OCI_IMAGE}
 * @param command the program and its arguments, each as it is passed to the system (no shell);
 *     empty for the image's own
 * @param files put into the instance before it starts
 * @param ports what it listens on
 * @param volumes directories whose content outlives a restart
 * @param health how to see that it is ready; empty: ready once it runs and every port takes
 *     connections
 * @param outbound whether it may open connections to the outside
 */
public record Workload(
        Optional<String> image,
        List<String> command,
        List<File> files,
        List<Port> ports,
        List<Volume> volumes,
        Optional<Health> health,
        boolean outbound) {

    public Workload {
        command = List.copyOf(command);
        files = List.copyOf(files);
        ports = List.copyOf(ports);
        volumes = List.copyOf(volumes);
    }

    /** Runs an OCI image with its own command. */
    public static Workload ofImage(String reference) {
        return new Workload(
                Optional.of(reference),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                true);
    }

    /** Runs a command in a userland of the backend's. */
    public static Workload ofCommand(String... command) {
        return new Workload(
                Optional.empty(),
                List.of(command),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                false);
    }

    public Workload withCommand(List<String> newCommand) {
        return new Workload(image, newCommand, files, ports, volumes, health, outbound);
    }

    public Workload withFiles(List<File> newFiles) {
        return new Workload(image, command, newFiles, ports, volumes, health, outbound);
    }

    public Workload withPorts(List<Port> newPorts) {
        return new Workload(image, command, files, newPorts, volumes, health, outbound);
    }

    public Workload withVolumes(List<Volume> newVolumes) {
        return new Workload(image, command, files, ports, newVolumes, health, outbound);
    }

    public Workload withHealth(Health newHealth) {
        return new Workload(
                image, command, files, ports, volumes, Optional.of(newHealth), outbound);
    }

    public Workload withOutbound(boolean allowed) {
        return new Workload(image, command, files, ports, volumes, health, allowed);
    }

    /** How a port is spoken to. */
    public enum Protocol {
        /** The host's reverse proxy gives it an address of its own. */
        HTTP,
        /** Reached only from inside or by the backend's own means. */
        TCP
    }

    /**
     * @param name {@code [a-z][a-z0-9-]{0,19}}, for example {@code web}
     * @param number 1 to 65535, inside the instance
     */
    public record Port(String name, int number, Protocol protocol) {

        private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,19}");

        public Port {
            if (!NAME.matcher(name).matches() || number < 1 || number > 65535) {
                throw new IllegalArgumentException(
                        "Port '" + name + "' " + number + " is not usable");
            }
        }
    }

    /**
     * @param path absolute inside the instance, without {@code ..}
     * @param content as it is written
     * @param executable whether it may be run
     */
    public record File(String path, String content, boolean executable) {

        public File {
            requireAbsolute(path);
        }
    }

    /**
     * @param name {@code [a-z][a-z0-9-]{0,19}}
     * @param path absolute inside the instance, without {@code ..}
     * @param sizeMb mebibytes; how hard the limit is depends on the backend
     */
    public record Volume(String name, String path, int sizeMb) {

        public Volume {
            requireAbsolute(path);
        }
    }

    /**
     * Ready when a GET answers 2xx or 3xx.
     *
     * @param port a port's name
     * @param path begins with {@code /}
     * @param within how long it may take from the start
     */
    public record Health(String port, String path, Duration within) {}

    /** Whether a name can be an environment variable's. */
    public static boolean isEnvironmentName(String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_]{0,99}");
    }

    private static void requireAbsolute(String path) {
        if (!path.startsWith("/") || List.of(path.split("/")).contains("..")) {
            throw new IllegalArgumentException(
                    "Path '" + path + "' must be absolute and without '..'");
        }
    }
}
