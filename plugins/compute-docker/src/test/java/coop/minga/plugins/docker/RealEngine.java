package coop.minga.plugins.docker;

import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The Docker engine tests may use: {@code MINGA_TEST_DOCKER} is the path of its socket, or {@code
 * auto} for the machine's own.
 */
record RealEngine(Path socket) {
    static final String IMAGE = "minga/hello:1";

    /** Skips the calling test, or fails it under {@code MINGA_REQUIRE_ALL}, when there is none. */
    static RealEngine required() {
        String named = Optional.ofNullable(System.getenv("MINGA_TEST_DOCKER")).orElse("auto");
        Path socket =
                Path.of(
                        named.equals("auto")
                                ? "/var/run/docker.sock"
                                : named.replaceFirst("^unix://", ""));
        if (!Files.isWritable(socket)) {
            String words =
                    "No Docker engine at "
                            + socket
                            + ": start one with .ci/parts/docker start DIR and set"
                            + " MINGA_TEST_DOCKER to the socket it prints";
            if ("true".equals(System.getenv("MINGA_REQUIRE_ALL"))) {
                throw new AssertionError(words);
            }
            System.err.println("SKIPPED: " + words);
            throw new TestAbortedException(words);
        }
        RealEngine engine = new RealEngine(socket);
        engine.part("image", socket.toString());
        return engine;
    }

    /** Whether the engine was started by {@code .ci/parts/docker} and may be restarted. */
    boolean isOurs() {
        return Files.exists(socket.resolveSibling("docker.pid"));
    }

    void restart() {
        part("restart", socket.getParent().toString());
    }

    /** What the client program says. */
    String docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + socket));
        command.addAll(List.of(arguments));
        return run(command);
    }

    void removeNetworkIfUnused(String id) {
        if (docker("network", "inspect", "-f", "{{len .Containers}}", id).equals("0")) {
            docker("network", "rm", id);
        }
    }

    private void part(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Path.of("../../.ci/parts/docker").toString()));
        command.addAll(List.of(arguments));
        run(command);
    }

    private static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(String.join(" ", command) + ": " + output);
            }
            return output.strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
