package coop.minga.platform.db;

import coop.minga.platform.config.CannotStart;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A real PostgreSQL server that lives with the host: own cluster, password, loopback only, fsync
 * on. If it dies it is started again on the same port; if the host dies, it shuts down cleanly, and
 * where the system cannot promise that, the next start stops the orphan first.
 *
 * <p>On disk, below one base directory: {@code cluster/} (PostgreSQL's own), {@code password},
 * {@code lock}.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** The role that owns the host's database; not a superuser. */
    static final String OWNER = "minga";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int KEPT_LINES = 40;
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final Map<String, String> settings;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile int port;
    private volatile boolean stopping;
    private volatile @Nullable Process process;
    private @Nullable Thread keeper;

    private EmbeddedPostgres(Cluster cluster, Map<String, String> settings) {
        this.cluster = cluster;
        this.settings = settings;
    }

    /**
     * Starts the server of a base directory, making it at the first call, and waits until it
     * answers.
     *
     * @param cache where the programs are unpacked
     * @param wantedPort on loopback; 0 picks a free one
     * @param settings server settings beside our own, by name
     * @throws CannotStart with one sentence for the operator
     */
    public static EmbeddedPostgres start(
            Path base, Path cache, int wantedPort, Map<String, String> settings) {
        Cluster cluster = Cluster.open(base, cache);
        try {
            EmbeddedPostgres server = new EmbeddedPostgres(cluster, settings);
            server.stopOrphan();
            cluster.make();
            server.launch(wantedPort);
            server.makeDatabase();
            return server;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Where the server of a base directory listens, when one runs there now. */
    public static Optional<Integer> runningPort(Path base) {
        return PostmasterFile.read(base.resolve("cluster"))
                .filter(file -> file.isAlive(base.resolve("cluster")))
                .filter(PostmasterFile::isReady)
                .map(PostmasterFile::port);
    }

    public int port() {
        return port;
    }

    public String password() {
        return cluster.password();
    }

    /** For the host's database unless another name is given. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The server's process, for tests that kill it. */
    long pid() {
        return PostmasterFile.read(cluster.files()).map(PostmasterFile::pid).orElse(-1L);
    }

    @Override
    public void close() {
        stopping = true;
        Process current = process;
        if (current != null && current.isAlive()) {
            stop(pid() > 0 ? pid() : current.pid(), current.toHandle());
        }
        Thread thread = keeper;
        if (thread != null) {
            thread.interrupt();
        }
        cluster.close();
    }

    /** Makes the host's role and database unless an earlier start did. */
    private void makeDatabase() {
        try (Connection probe = connect(OWNER, OWNER)) {
            log.debug("The database is there: {}", probe);
        } catch (SQLException absent) {
            try (Connection connection = connect("postgres", Cluster.SUPERUSER);
                    Statement statement = connection.createStatement()) {
                if (!exists(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + OWNER + "'")) {
                    statement.execute(
                            "CREATE ROLE "
                                    + OWNER
                                    + " LOGIN PASSWORD '"
                                    + cluster.password()
                                    + "'");
                }
                if (!exists(
                        statement, "SELECT 1 FROM pg_database WHERE datname = '" + OWNER + "'")) {
                    statement.execute("CREATE DATABASE " + OWNER + " OWNER " + OWNER);
                }
            } catch (SQLException e) {
                close();
                throw new CannotStart(
                        "The embedded database in "
                                + cluster.base()
                                + " does not accept its own password: restore the file password"
                                + " there from a backup.",
                        e);
            }
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    private Connection connect(String database, String role) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", cluster.password());
        properties.setProperty("loginTimeout", "10");
        return DriverManager.getConnection(url(database), properties);
    }

    // ---- running

    private void launch(int wantedPort) {
        for (int attempt = 1; ; attempt++) {
            port = wantedPort == 0 ? freePort() : wantedPort;
            CompletableFuture<Boolean> ready = new CompletableFuture<>();
            // The signal that ends the server with the host is tied to the thread that started it,
            // so this one lives as long as the server.
            keeper = Thread.ofPlatform().daemon().name("postgres").start(() -> keep(ready));
            try {
                if (ready.get(START_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close();
                throw new CannotStart("The start was interrupted.", e);
            } catch (ExecutionException | TimeoutException e) {
                close();
                throw new CannotStart(
                        "The embedded database in " + cluster.base() + " did not start in time.",
                        e);
            }
            String said = said();
            if (said.contains("Address already in use") && wantedPort == 0 && attempt < 5) {
                continue;
            }
            throw new CannotStart(
                    said.contains("Address already in use")
                            ? "Port "
                                    + port
                                    + " for the embedded database is taken: choose another with"
                                    + " db.port, or 0 for any."
                            : "The embedded database in "
                                    + cluster.base()
                                    + " does not start: "
                                    + reason());
        }
    }

    private void keep(CompletableFuture<Boolean> ready) {
        long backOff = 50;
        while (!stopping) {
            try {
                Process started = startProcess();
                process = started;
                Thread.ofPlatform()
                        .daemon()
                        .name("postgres-log")
                        .start(() -> pump(started.inputReader(StandardCharsets.UTF_8)));
                if (awaitReady(started)) {
                    ready.complete(true);
                    backOff = 50;
                    started.waitFor();
                }
                if (!ready.isDone()) {
                    ready.complete(false);
                    return;
                }
                if (!stopping) {
                    log.error(
                            "The embedded database ended with {}; starting it again",
                            started.exitValue());
                    TimeUnit.MILLISECONDS.sleep(backOff);
                    backOff = Math.min(backOff * 2, 2_000);
                    removeStaleFile();
                }
            } catch (IOException e) {
                ready.completeExceptionally(e);
                log.error("The embedded database cannot be started", e);
                return;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Process startProcess() throws IOException {
        List<String> command = new ArrayList<>(cluster.user().prefix(true));
        command.add(cluster.program("postgres"));
        command.add("-D");
        command.add(cluster.files().toString());
        Map<String, String> ours =
                Map.ofEntries(
                        Map.entry("listen_addresses", "127.0.0.1"),
                        Map.entry("port", Integer.toString(port)),
                        Map.entry("unix_socket_directories", ""),
                        Map.entry("fsync", "on"),
                        Map.entry("full_page_writes", "on"),
                        Map.entry("password_encryption", "scram-sha-256"),
                        Map.entry("logging_collector", "off"),
                        Map.entry("log_destination", "stderr"),
                        Map.entry("log_min_error_statement", "panic"),
                        Map.entry("log_line_prefix", ""),
                        Map.entry("lc_messages", "C"),
                        Map.entry("timezone", "UTC"),
                        Map.entry("log_timezone", "UTC"),
                        Map.entry("jit", "off"),
                        Map.entry("io_method", "sync"),
                        Map.entry("max_connections", "100"),
                        Map.entry("shared_buffers", "128MB"),
                        Map.entry("max_wal_size", "512MB"));
        Map<String, String> all = new java.util.TreeMap<>(ours);
        all.putAll(settings);
        all.forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        synchronized (lastLines) {
            lastLines.clear();
        }
        return cluster.builder(command).redirectErrorStream(true).start();
    }

    /** PostgreSQL writes "ready" into its pid file when it takes connections. */
    private boolean awaitReady(Process started) throws InterruptedException {
        while (started.isAlive()) {
            Optional<PostmasterFile> file = PostmasterFile.read(cluster.files());
            if (file.isPresent()
                    && file.get().isReady()
                    && file.get().port() == port
                    && file.get().isAlive(cluster.files())) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return false;
    }

    private void pump(BufferedReader lines) {
        try (lines) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (lastLines) {
                    lastLines.addLast(line);
                    if (lastLines.size() > KEPT_LINES) {
                        lastLines.removeFirst();
                    }
                }
                if (line.startsWith("PANIC") || line.startsWith("WARNING")) {
                    log.warn("{}", line);
                } else {
                    log.debug("{}", line);
                }
            }
        } catch (IOException e) {
            log.debug("The server's output ended", e);
        }
    }

    private String said() {
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    private String reason() {
        synchronized (lastLines) {
            for (String line : lastLines.reversed()) {
                if (line.startsWith("FATAL:") || line.startsWith("PANIC:")) {
                    return line.substring(6).strip();
                }
            }
            return lastLines.isEmpty() ? "it says nothing." : lastLines.getLast();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new CannotStart("No free port on loopback for the embedded database.", e);
        }
    }

    // ---- stopping

    private void stopOrphan() {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster.files());
        if (file.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> orphan =
                ProcessHandle.of(file.get().pid()).filter(p -> file.get().isAlive(cluster.files()));
        if (orphan.isPresent()) {
            log.warn(
                    "Stopping the database server {} that an earlier start left", file.get().pid());
            stop(file.get().pid(), orphan.get());
        }
        try {
            removeStaleFile();
        } catch (IOException e) {
            throw Cluster.notWritable(cluster.base(), e);
        }
    }

    /**
     * A pid file whose process is not our server blocks the start when another program got the
     * number since; we hold the lock on the directory, so nobody needs the file.
     */
    private void removeStaleFile() throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster.files());
        if (file.isPresent() && !file.get().isAlive(cluster.files())) {
            Files.deleteIfExists(cluster.files().resolve("postmaster.pid"));
        }
    }

    /** Fast shutdown, then immediate (the next start recovers), then the hard way. */
    private static void stop(long pid, ProcessHandle handle) {
        for (String signal : List.of("INT", "QUIT", "KILL")) {
            Ran.of(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid));
            try {
                handle.onExit().get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return;
            } catch (TimeoutException e) {
                log.warn("The database server does not heed SIG{}", signal);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
