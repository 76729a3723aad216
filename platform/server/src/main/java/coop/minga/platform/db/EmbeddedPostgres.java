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
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
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

    static final String SUPERUSER = "postgres";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int KEPT_LINES = 40;
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final Path base;
    private final Path cluster;
    private final Path programs;
    private final Map<String, String> settings;
    private final ServerUser user;
    private final String password;
    private final FileChannel lockChannel;
    private final Deque<String> lastLines = new ArrayDeque<>();
    private volatile int port;
    private volatile boolean stopping;
    private volatile @Nullable Process process;
    private @Nullable Thread keeper;

    private EmbeddedPostgres(
            Path base,
            Path programs,
            Map<String, String> settings,
            ServerUser user,
            String password,
            FileChannel lockChannel) {
        this.base = base;
        this.cluster = base.resolve("cluster");
        this.programs = programs;
        this.settings = settings;
        this.user = user;
        this.password = password;
        this.lockChannel = lockChannel;
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
        makeBase(base);
        FileChannel lock = lock(base);
        try {
            Path programs = PostgresBinaries.unpackedIn(cache);
            Path cluster = base.resolve("cluster");
            ServerUser user = ServerUser.of(cluster);
            EmbeddedPostgres server =
                    new EmbeddedPostgres(base, programs, settings, user, password(base), lock);
            server.checkVersion();
            server.stopOrphan();
            if (!Files.exists(cluster)) {
                server.makeCluster();
            }
            server.launch(wantedPort);
            server.makeDatabase();
            return server;
        } catch (RuntimeException e) {
            close(lock);
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

    /** The password of the roles of a base directory. */
    static String storedPassword(Path base) {
        try {
            return Files.readString(base.resolve("password")).strip();
        } catch (IOException e) {
            throw new CannotStart(
                    "The password file "
                            + base.resolve("password")
                            + " cannot be read: run this as the user that runs Minga.",
                    e);
        }
    }

    public int port() {
        return port;
    }

    public String password() {
        return password;
    }

    /** For the host's database unless another name is given. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** The server's process, for tests that kill it. */
    long pid() {
        return PostmasterFile.read(cluster).map(PostmasterFile::pid).orElse(-1L);
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
        close(lockChannel);
    }

    // ---- first start

    private static void makeBase(Path base) {
        try {
            Files.createDirectories(base);
            // Others may pass through to the programs and the cluster but see nothing here.
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw notWritable(base, e);
        }
    }

    private static CannotStart notWritable(Path base, Exception e) {
        return new CannotStart(
                "The database directory "
                        + base
                        + " cannot be written: make it writable for this user or set"
                        + " MINGA_DATA_DIR to another place.",
                e);
    }

    private static FileChannel lock(Path base) {
        FileChannel channel;
        try {
            channel =
                    FileChannel.open(
                            base.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw notWritable(base, e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (IOException | OverlappingFileLockException e) {
            log.debug("No lock on {}", base, e);
        }
        close(channel);
        throw new CannotStart(
                "Another Minga already runs on the data in "
                        + base
                        + ": stop it first, or set MINGA_DATA_DIR to another place.");
    }

    private static String password(Path base) {
        Path file = base.resolve("password");
        try {
            if (!Files.exists(file)) {
                byte[] secret = new byte[24];
                new SecureRandom().nextBytes(secret);
                Path fresh = base.resolve("password.new");
                Files.deleteIfExists(fresh);
                Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rw-------");
                Files.createFile(fresh, PosixFilePermissions.asFileAttribute(ownerOnly));
                Files.writeString(
                        fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw notWritable(base, e);
        }
        return storedPassword(base);
    }

    private void checkVersion() {
        Path version = cluster.resolve("PG_VERSION");
        if (!Files.exists(cluster)) {
            return;
        }
        String found;
        try {
            found = Files.readString(version).strip();
        } catch (IOException e) {
            throw new CannotStart(
                    "The database in "
                            + cluster
                            + " cannot be read: start Minga as the user that made it ("
                            + user.owner()
                            + ").",
                    e);
        }
        String ours = major();
        if (!found.equals(ours)) {
            throw new CannotStart(
                    "The database in "
                            + cluster
                            + " was made by PostgreSQL "
                            + found
                            + " but this Minga brings PostgreSQL "
                            + ours
                            + ": make a backup with the Minga that made it and restore that into an"
                            + " empty data directory.");
        }
    }

    private String major() {
        Ran ran = run(List.of(programs.resolve("bin/postgres").toString(), "--version"));
        // "postgres (PostgreSQL) 18.4"
        String version = ran.output().substring(ran.output().lastIndexOf(' ') + 1).strip();
        int dot = version.indexOf('.');
        if (ran.code() != 0 || dot < 0) {
            throw new CannotStart(
                    "The embedded PostgreSQL does not run here ("
                            + ran.output().strip()
                            + "): set MINGA_DB_URL to a PostgreSQL of version 15 or later.");
        }
        return version.substring(0, dot);
    }

    private void makeCluster() {
        Path fresh = base.resolve("cluster.new");
        try {
            PostgresBinaries.deleteTree(fresh);
            Files.createDirectory(fresh);
            user.own(fresh);
            Path passwordFile = base.resolve("password.init");
            Files.copy(base.resolve("password"), passwordFile, StandardCopyOption.REPLACE_EXISTING);
            user.own(passwordFile);
            List<String> command = new ArrayList<>(user.prefix(false));
            command.addAll(
                    List.of(
                            programs.resolve("bin/initdb").toString(),
                            "-D",
                            fresh.toString(),
                            "--username=" + SUPERUSER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--locale=C",
                            "--data-checksums",
                            "--no-instructions"));
            Ran ran = run(command);
            Files.deleteIfExists(passwordFile);
            if (ran.code() != 0) {
                PostgresBinaries.deleteTree(fresh);
                throw new CannotStart(
                        "The embedded database could not be made in "
                                + base
                                + ": "
                                + lastLine(ran.output()));
            }
            Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notWritable(base, e);
        }
    }

    /** Makes the host's role and database unless an earlier start did. */
    private void makeDatabase() {
        try (Connection probe = connect(OWNER, OWNER)) {
            log.debug("The database is there: {}", probe);
        } catch (SQLException absent) {
            try (Connection connection = connect("postgres", SUPERUSER);
                    Statement statement = connection.createStatement()) {
                if (!exists(statement, "SELECT 1 FROM pg_roles WHERE rolname = '" + OWNER + "'")) {
                    statement.execute(
                            "CREATE ROLE " + OWNER + " LOGIN PASSWORD '" + password + "'");
                }
                if (!exists(
                        statement, "SELECT 1 FROM pg_database WHERE datname = '" + OWNER + "'")) {
                    statement.execute("CREATE DATABASE " + OWNER + " OWNER " + OWNER);
                }
            } catch (SQLException e) {
                close();
                throw new CannotStart(
                        "The embedded database in "
                                + base
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
        properties.setProperty("password", password);
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
                        "The embedded database in " + base + " did not start in time.", e);
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
                            : "The embedded database in " + base + " does not start: " + reason());
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
        List<String> command = new ArrayList<>(user.prefix(true));
        command.add(programs.resolve("bin/postgres").toString());
        command.add("-D");
        command.add(cluster.toString());
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
        return builder(command).redirectErrorStream(true).start();
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(base.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    /** PostgreSQL writes "ready" into its pid file when it takes connections. */
    private boolean awaitReady(Process started) throws InterruptedException {
        while (started.isAlive()) {
            Optional<PostmasterFile> file = PostmasterFile.read(cluster);
            if (file.isPresent()
                    && file.get().isReady()
                    && file.get().port() == port
                    && file.get().isAlive(cluster)) {
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
        Optional<PostmasterFile> file = PostmasterFile.read(cluster);
        if (file.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> orphan =
                ProcessHandle.of(file.get().pid()).filter(p -> file.get().isAlive(cluster));
        if (orphan.isPresent()) {
            log.warn(
                    "Stopping the database server {} that an earlier start left", file.get().pid());
            stop(file.get().pid(), orphan.get());
        }
        try {
            removeStaleFile();
        } catch (IOException e) {
            throw notWritable(base, e);
        }
    }

    /**
     * A pid file whose process is not our server blocks the start when another program got the
     * number since; we hold the lock on the directory, so nobody needs the file.
     */
    private void removeStaleFile() throws IOException {
        Optional<PostmasterFile> file = PostmasterFile.read(cluster);
        if (file.isPresent() && !file.get().isAlive(cluster)) {
            Files.deleteIfExists(cluster.resolve("postmaster.pid"));
        }
    }

    /** Fast shutdown, then immediate (the next start recovers), then the hard way. */
    private static void stop(long pid, ProcessHandle handle) {
        for (String signal : List.of("INT", "QUIT", "KILL")) {
            run(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid));
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

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("Closing the lock failed", e);
        }
    }

    // ---- other programs

    private record Ran(int code, String output) {}

    private Ran run(List<String> command) {
        return run(builder(command));
    }

    private static Ran run(ProcessBuilder builder) {
        try {
            Process ran = builder.redirectErrorStream(true).start();
            ran.getOutputStream().close();
            String output = new String(ran.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(ran.waitFor(), output);
        } catch (IOException e) {
            return new Ran(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ran(-1, "interrupted");
        }
    }

    private static String lastLine(String output) {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        return lines.stream()
                .filter(line -> line.contains("error:") || line.contains("FATAL"))
                .findFirst()
                .orElse(lines.isEmpty() ? "it says nothing" : lines.getLast());
    }

    /**
     * Under whom the server runs. PostgreSQL refuses uid 0, so root gives it a user namespace in
     * which it is nobody while its files stay root's; where the system forbids that, an
     * unprivileged uid that owns the cluster.
     *
     * @param owner who owns or will own the cluster, for messages
     * @param prefix the words before the program
     * @param uid given to files the server must own; -1 to leave them
     */
    record ServerUser(String owner, List<String> prefix, int uid) {

        /** {@code nobody} on every Linux we know of. */
        private static final int NOBODY = 65534;

        static ServerUser of(Path cluster) {
            int me = ownerOf(Path.of("/proc/self"));
            int owner = Files.exists(cluster) ? ownerOf(cluster) : -1;
            if (me != 0) {
                if (owner >= 0 && me >= 0 && owner != me) {
                    throw new CannotStart(
                            "The database in "
                                    + cluster
                                    + " belongs to the user with id "
                                    + owner
                                    + ": start Minga as that user or set MINGA_DATA_DIR to another"
                                    + " place.");
                }
                // initdb wants to know its user's name; in a namespace of its own it is nobody.
                boolean nameless = run(new ProcessBuilder("id", "-un")).code() != 0;
                return new ServerUser(
                        "uid " + me, nameless ? List.of("unshare", "-U") : List.of(), -1);
            }
            if (owner <= 0 && run(new ProcessBuilder("unshare", "-U", "true")).code() == 0) {
                return new ServerUser("root", List.of("unshare", "-U"), -1);
            }
            int uid = owner > 0 ? owner : NOBODY;
            List<String> change =
                    List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups");
            List<String> probe = new ArrayList<>(change);
            probe.add("true");
            if (owner == 0 || run(new ProcessBuilder(probe)).code() != 0) {
                throw new CannotStart(
                        "PostgreSQL does not run as root and this system allows neither 'unshare"
                                + " -U' nor 'setpriv' (package util-linux): start Minga as a normal"
                                + " user, or set MINGA_DB_URL to an external PostgreSQL.");
            }
            return new ServerUser("uid " + uid, change, uid);
        }

        /**
         * @param longLived puts the server in a session of its own, so that Ctrl-C in a terminal
         *     reaches the host alone, and ends it when the host dies
         */
        List<String> prefix(boolean longLived) {
            List<String> words = new ArrayList<>();
            if (longLived && has("setsid")) {
                words.add("setsid");
            }
            words.addAll(prefix);
            // Last before the server: a change of credentials would clear the setting.
            if (longLived && has("setpriv")) {
                words.addAll(List.of("setpriv", "--pdeathsig", "INT"));
            }
            return words;
        }

        private static boolean has(String program) {
            return Files.isExecutable(Path.of("/usr/bin", program))
                    || Files.isExecutable(Path.of("/bin", program));
        }

        void own(Path path) throws IOException {
            if (uid >= 0) {
                Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
            }
        }

        private static int ownerOf(Path path) {
            try {
                return (Integer) Files.getAttribute(path, "unix:uid");
            } catch (IOException | UnsupportedOperationException e) {
                return -1;
            }
        }
    }

    /**
     * PostgreSQL's own note of who runs a cluster (documented with pg_ctl: pid, directory, start
     * time, port, socket directory, address, shared memory, status).
     */
    record PostmasterFile(long pid, int port, String status) {

        static Optional<PostmasterFile> read(Path cluster) {
            try {
                List<String> lines = Files.readAllLines(cluster.resolve("postmaster.pid"));
                if (lines.isEmpty()) {
                    return Optional.empty();
                }
                return Optional.of(
                        new PostmasterFile(
                                Long.parseLong(lines.get(0).strip()),
                                lines.size() > 3 ? Integer.parseInt(lines.get(3).strip()) : 0,
                                lines.size() > 7 ? lines.get(7).strip() : ""));
            } catch (IOException | NumberFormatException e) {
                return Optional.empty();
            }
        }

        boolean isReady() {
            return status.equals("ready");
        }

        /** Whether the number still belongs to a server of this cluster. */
        boolean isAlive(Path cluster) {
            if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
                return false;
            }
            try {
                String words = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
                return List.of(words.split("\0")).contains(cluster.toString());
            } catch (IOException e) {
                // No /proc here: the number alone must do.
                return !Files.exists(Path.of("/proc/self"));
            }
        }
    }
}
