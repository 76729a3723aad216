package coop.minga.platform.app;

import coop.minga.platform.config.Mode;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Runs the main job against a fresh trial of its own, without a person. */
@Command(
        name = "demo",
        description =
                "Sign up, order a machine, use it, stop it and check the books on a throw-away"
                        + " trial; prints each step.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    private static final String SETUP_TOKEN = "demo-set-up-token";

    @Override
    public Integer call() throws Exception {
        PrintStream out = System.out;
        // Instances are reached by the Host header, which Java's client only sends when told so
        // beforehand.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        Path data = Files.createTempDirectory("minga-demo");
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("MINGA_HTTP_PORT", "0");
        environment.put("MINGA_HTTP_HOST", "127.0.0.1");
        environment.put("MINGA_SETUP_TOKEN", SETUP_TOKEN);
        environment.put("MINGA_LOG_LEVEL", "error");
        environment
                .keySet()
                .removeAll(
                        java.util.Set.of("MINGA_PUBLIC_URL", "MINGA_APPS_DOMAIN", "MINGA_DB_URL"));
        Host.Places own = Host.Places.ofProcess();
        long start = System.nanoTime();
        int code;
        try (Host host = Host.start(new Host.Places(own.home(), data, environment), Mode.TRIAL)) {
            out.printf("%-44s %6d ms%n", "start a trial", (System.nanoTime() - start) / 1_000_000);
            code = new Demo(host.port(), SETUP_TOKEN, out).run();
        } finally {
            delete(data);
        }
        return code;
    }

    /** A directory with everything in it. */
    static void delete(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory,
                            java.io.@org.jspecify.annotations.Nullable IOException e)
                            throws IOException {
                        Files.deleteIfExists(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
