package coop.minga.tests;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A trial of the unpacked tree in a process of its own, with its own data, configuration, plugins
 * and port; it can be stopped, killed and started again on the same data. Closing it removes
 * everything, its instances too.
 */
public final class RunningMinga implements AutoCloseable {

    /** The unpacked tree, {@code distribution/target/minga}. */
    public static final Path TREE =
            Path.of(System.getProperty("minga.tree", "../target/minga"))
                    .toAbsolutePath()
                    .normalize();

    /** Preset for the first set-up. */
    public static final String SETUP_TOKEN = "a-token-for-the-tests";

    /** What hosts of tests run with besides: they live too short to be compiled well. */
    private static final String OPTIONS = System.getProperty("minga.host.options", "");

    /** The database's programs, shared by the hosts of tests; empty where each unpacks its own. */
    private static final String PROGRAMS = System.getProperty("minga.programs", "");

    private static final Duration START = Duration.ofSeconds(120);
    private static final Pattern PROCESS = Pattern.compile("\"(?:supervisor|init)\":\"?(\\d+)");

    private final Path root;
    private final Path output;
    private final Map<String, String> environment = new TreeMap<>();
    private int port;
    private @Nullable Process process;

    private RunningMinga() {
        try {
            // Short, for the sockets of instances lie below it.
            root = Files.createTempDirectory(Path.of("/tmp"), "mt");
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createDirectories(config());
            Files.createDirectories(root.resolve("tmp"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        output = root.resolve("output");
        port = freePort();
        environment.put("MINGA_DATA_DIR", data().toString());
        environment.put("MINGA_CONFIG_DIR", config().toString());
        environment.put("MINGA_HTTP_PORT", Integer.toString(port));
        environment.put("MINGA_HTTP_HOST", "127.0.0.1");
        environment.put("MINGA_SETUP_TOKEN", SETUP_TOKEN);
        environment.put("MINGA_LOG_LEVEL", "info");
        environment.put("MINGA_JAVA_OPTS", OPTIONS);
        configure("minga.yaml", "http:\n  rate_factor: 0\n");
    }

    /** Not started yet, so that its settings can be changed. */
    public static RunningMinga prepared() {
        return new RunningMinga();
    }

    /** A fresh trial that serves; not set up. */
    public static RunningMinga started() {
        RunningMinga minga = prepared();
        try {
            minga.start();
        } catch (AssertionError | RuntimeException e) {
            minga.close();
            throw e;
        }
        return minga;
    }

    public RunningMinga with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Writes a file of the configuration directory. */
    public RunningMinga configure(String file, String content) {
        try {
            Path path = config().resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, content);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs on a copy of the tree's plugins that a test may change. */
    public RunningMinga withOwnPlugins() {
        try (Stream<Path> jars = Files.list(TREE.resolve("plugins"))) {
            Files.createDirectories(plugins());
            for (Path jar : jars.toList()) {
                Files.copy(jar, plugins().resolve(jar.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return with("MINGA_PLUGINS_DIR", plugins().toString());
    }

    public Path data() {
        return root.resolve("data");
    }

    public Path config() {
        return root.resolve("config");
    }

    public Path plugins() {
        return root.resolve("plugins");
    }

    public int port() {
        return port;
    }

    /** Where it serves; also its own idea of its address. */
    public URI url() {
        return URI.create("http://localhost:" + port);
    }

    /** Starts it in the background and waits until it is ready; gives how long that took. */
    public Duration start(String... javaOptions) {
        long begun = System.nanoTime();
        launch(javaOptions);
        Process started = process();
        Await.until(
                START,
                "a ready host; see " + output,
                () -> {
                    if (!started.isAlive()) {
                        return true;
                    }
                    return isReady();
                });
        if (!started.isAlive()) {
            throw new AssertionError(
                    "the host ended with " + started.exitValue() + ":\n" + output());
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** Starts it in the background without waiting. */
    public void launch(String... javaOptions) {
        launch(List.of("start", "--trial"), javaOptions);
    }

    /** Starts a trial beside a plugin's project and waits until it looks for builds. */
    public void startBench(Path project) {
        launch(List.of("plugin", "dev", project.toString()));
        Await.until(
                START,
                "a bench; see " + output,
                () -> output().contains("Waiting for builds") || !process().isAlive());
        if (!process().isAlive()) {
            throw new AssertionError("the bench ended:\n" + output());
        }
    }

    private void launch(List<String> arguments, String... javaOptions) {
        try {
            sharePrograms();
            ProcessBuilder builder = command(arguments);
            builder.environment()
                    .merge("MINGA_JAVA_OPTS", String.join(" ", javaOptions), (a, b) -> a + " " + b);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void sharePrograms() throws IOException {
        Path link = data().resolve("postgres/programs");
        if (!PROGRAMS.isEmpty() && !Files.exists(link)) {
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, Files.createDirectories(Path.of(PROGRAMS)));
        }
    }

    private boolean isReady() {
        // A plain socket: a client's pool would keep connections of hosts that are gone.
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write(
                            "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return answer.endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    public Process process() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException("never started");
        }
        return current;
    }

    /** Kills the host as a crash does: no word of farewell. Its instances stay. */
    public void kill() {
        process().destroyForcibly();
        ended();
    }

    /** Stops it by SIGTERM; gives the exit code. */
    public int stop() {
        process().destroy();
        return ended();
    }

    /** Waits until it ended by itself; gives the exit code. */
    public int ended() {
        try {
            if (!process().waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the host did not end within 60 s:\n" + output());
            }
            return process().exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** What every host here said so far; its end where that is much. */
    public String output() {
        try {
            String all = Files.exists(output) ? Files.readString(output) : "";
            return all.substring(Math.max(0, all.length() - 20_000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A finished command.
     *
     * @param code its exit code
     * @param said standard output and error as they came
     */
    public record Ran(int code, String said) {}

    /** Runs {@code bin/minga} with the same data, configuration and plugins. */
    public Ran run(String... arguments) {
        return run(command(Arrays.asList(arguments)), Duration.ofSeconds(120));
    }

    public ProcessBuilder command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(TREE.resolve("bin/minga").toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("MINGA_"));
        builder.environment().putAll(environment);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.directory(root.toFile());
        return builder;
    }

    static Ran run(ProcessBuilder builder, Duration bound) {
        try {
            Path said = Files.createTempFile("minga-said", ".txt");
            try {
                Process ran = builder.redirectOutput(said.toFile()).start();
                ran.getOutputStream().close();
                boolean over = ran.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
                if (!over) {
                    ran.destroyForcibly().waitFor();
                }
                return new Ran(over ? ran.exitValue() : -1, Files.readString(said));
            } finally {
                Files.deleteIfExists(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Someone who uses it over HTTP, without a session yet. */
    public Caller caller() {
        return new Caller(this);
    }

    /** Sets the site up and gives its first administrator. */
    public Caller setUp() {
        Caller admin = caller();
        admin.setUp();
        return admin;
    }

    /** The sandbox backend's directory of instances; one directory each. */
    public List<Path> sandboxes() {
        List<Path> found = new ArrayList<>();
        Path providers = data().resolve("providers");
        if (!Files.isDirectory(providers)) {
            return found;
        }
        try (Stream<Path> paths = Files.walk(providers, 3)) {
            for (Path directory :
                    paths.filter(path -> path.endsWith("i") && Files.isDirectory(path)).toList()) {
                try (Stream<Path> instances = Files.list(directory)) {
                    found.addAll(instances.toList());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    @Override
    public void close() {
        try {
            if (process != null && process().isAlive()) {
                kill();
            }
            for (Path sandbox : sandboxes()) {
                endInstance(sandbox.resolve("status"));
            }
            endDatabase();
            run(
                    new ProcessBuilder("rm", "-rf", "--one-file-system", "--", root.toString())
                            .redirectErrorStream(true),
                    Duration.ofSeconds(60));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void endInstance(Path status) throws IOException {
        if (Files.exists(status)) {
            Matcher matcher = PROCESS.matcher(Files.readString(status));
            while (matcher.find()) {
                end(Long.parseLong(matcher.group(1)));
            }
        }
    }

    /** The embedded server ends with its host, but not at once. */
    private void endDatabase() {
        databaseProcess()
                .ifPresent(pid -> {
                    try {
                        ProcessHandle.of(pid)
                                .map(ProcessHandle::onExit)
                                .orElseThrow()
                                .get(10, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        end(pid);
                    }
                });
    }

    /** The embedded server's process, while there is one. */
    public Optional<Long> databaseProcess() {
        try {
            Path file = data().resolve("postgres/cluster/postmaster.pid");
            return Files.exists(file)
                    ? Optional.of(Long.parseLong(Files.readAllLines(file).getFirst().strip()))
                            .filter(pid -> ProcessHandle.of(pid).isPresent())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void end(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Moves a file into place in one step, as a careful operator does. */
    static void place(Path source, Path target) {
        try {
            Path draft = target.resolveSibling(target.getFileName() + ".part");
            Files.copy(source, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Below those that the system gives to connections: with such a one somebody else could be
     * there before the host is.
     */
    static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
