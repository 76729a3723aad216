package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Whether this machine can hold instances at all; looked at before anything is made. */
final class Isolation {

    private static final Path DOCKER = Path.of("/var/run/docker.sock");
    private static final int NOT_FOUND = -1;

    private Isolation() {}

    /**
     * Why bubblewrap makes no sandboxes here.
     *
     * @param detail what is the matter
     * @param fix the command or setting that helps
     */
    record Trouble(String detail, String fix) {}

    /** Tries it, as tenants will be run; empty when it works. */
    static Optional<Trouble> trouble() {
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            // Tenants are never root, and what root may do says nothing about them.
            command.addAll(
                    List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        }
        command.addAll(
                List.of("bwrap", "--unshare-all", "--unshare-user", "--ro-bind", "/", "/", "true"));
        if (run("bwrap", "--version") == NOT_FOUND) {
            return Optional.of(
                    new Trouble("bubblewrap is not installed", "apt-get install bubblewrap"));
        }
        return run(command.toArray(String[]::new)) == 0
                ? Optional.empty()
                : Optional.of(
                        new Trouble("the system forbids bubblewrap's namespaces", namespaces()));
    }

    /**
     * @param config the configuration directory, whose {@code providers/} may name engines
     *     elsewhere
     * @throws CannotStart when nothing that is sold could run
     */
    static void require(Path config, Map<String, String> environment) {
        if (Files.exists(DOCKER) || environment.containsKey("DOCKER_HOST") || configured(config)) {
            return;
        }
        trouble()
                .ifPresent(trouble -> {
                    throw new CannotStart(
                            "No machine could run here, for "
                                    + trouble.detail()
                                    + " and there is no Docker engine: run as root '"
                                    + trouble.fix()
                                    + "', or start Docker, or describe a compute provider in "
                                    + config.resolve("providers")
                                    + ".");
                });
    }

    private static boolean configured(Path config) {
        Path directory = config.resolve("providers");
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                if (Files.readAllLines(file).stream()
                        .anyMatch(line -> line.matches("kind:\\s*[\"']?compute[\"']?\\s*(#.*)?"))) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            // Whoever reads them in earnest says what is wrong with them.
            return true;
        }
    }

    /** The setting that is in the way, as far as it can be seen. */
    private static String namespaces() {
        if (reads("/proc/sys/kernel/unprivileged_userns_clone", "0")) {
            return "sysctl -w kernel.unprivileged_userns_clone=1";
        }
        if (reads("/proc/sys/user/max_user_namespaces", "0")) {
            return "sysctl -w user.max_user_namespaces=10000";
        }
        if (reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")) {
            return "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
        }
        return "sysctl -w user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1 (in a"
                + " container: give it the right to make namespaces, for Docker --security-opt"
                + " seccomp=unconfined --cap-add SYS_ADMIN)";
    }

    private static boolean reads(String file, String value) {
        try {
            return Files.readString(Path.of(file)).strip().equals(value);
        } catch (IOException e) {
            return false;
        }
    }

    private static int run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return 124;
            }
            return process.exitValue();
        } catch (IOException e) {
            return NOT_FOUND;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 124;
        }
    }
}
