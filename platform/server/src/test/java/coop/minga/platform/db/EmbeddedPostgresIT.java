package coop.minga.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Eventually;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DatabaseConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

final class EmbeddedPostgresIT {

    @TempDir Path directory;

    /** Unpacking once is enough for all tests. */
    @BeforeEach
    void shareThePrograms() throws Exception {
        Path programs = TestDatabase.programs();
        Files.createDirectories(programs);
        Files.createDirectories(directory.resolve("postgres"));
        Files.createSymbolicLink(directory.resolve("postgres/programs"), programs);
    }

    @AfterEach
    void leaveThePrograms() throws Exception {
        Files.delete(directory.resolve("postgres/programs"));
    }

    @Test
    void rowsSurviveAKilledHostAndTheNextStart() throws Exception {
        Process host = child();
        assertThat(host.inputReader(StandardCharsets.UTF_8).lines().anyMatch("written"::equals))
                .isTrue();
        host.destroyForcibly().waitFor();

        try (Database database = Database.open(DatabaseConfig.defaults(), directory)) {
            assertThat(count(database)).isEqualTo(1_000);
        }
    }

    @Test
    void anOrphanIsStoppedByTheNextStart() throws Exception {
        Path base = directory.resolve("postgres");
        try (Database database = Database.open(DatabaseConfig.defaults(), directory)) {
            database.db().useTransaction(h -> h.execute("CREATE TABLE rows (n int)"));
        }
        Path cluster = base.resolve("cluster");
        List<String> command = new ArrayList<>(ServerUser.of(cluster).prefix(false));
        command.addAll(
                List.of(
                        PostgresBinaries.unpackedIn(base.resolve("programs"))
                                .resolve("bin/postgres")
                                .toString(),
                        "-D",
                        cluster.toString(),
                        "-c",
                        "port=" + freePort(),
                        "-c",
                        "unix_socket_directories="));
        Process orphan =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        await(() -> EmbeddedPostgres.runningPort(base).isPresent());

        try (Database database = Database.open(DatabaseConfig.defaults(), directory)) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(count(database)).isZero();
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aKilledServerComesBackOnTheSamePort() throws Exception {
        try (Database database = Database.open(DatabaseConfig.defaults(), directory)) {
            EmbeddedPostgres server = database.embedded().orElseThrow();
            database.db().useTransaction(h -> h.execute("CREATE TABLE seen (n int)"));
            long first = server.pid();
            new ProcessBuilder("kill", "-KILL", Long.toString(first)).start().waitFor();
            await(() -> server.pid() != first && answers(database));
            assertThat(
                            database.db()
                                    .<Integer>read(h ->
                                            h.createQuery("SELECT count(*) FROM seen")
                                                    .mapTo(int.class)
                                                    .one()))
                    .isZero();
        }
    }

    @Test
    void refusesAPasswordThatIsNotItsOwn() {
        try (Database database = Database.open(DatabaseConfig.defaults(), directory)) {
            Database.Address address = database.address();
            assertThatThrownBy(() ->
                            DriverManager.getConnection(address.url(), address.user(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    void theHostIsNotASuperuserOfItsDatabase() {
        try (Database database = Database.open(DatabaseConfig.defaults(), directory)) {
            assertThat(
                            database.db()
                                    .<Boolean>read(h ->
                                            h.createQuery(
                                                            "SELECT rolsuper FROM pg_roles WHERE"
                                                                    + " rolname = current_user")
                                                    .mapTo(boolean.class)
                                                    .one()))
                    .isFalse();
            assertThat(setting(database, "fsync")).isEqualTo("on");
            assertThat(setting(database, "listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(setting(database, "statement_timeout")).isEqualTo("30s");
            assertThat(setting(database, "lock_timeout")).isEqualTo("10s");
            assertThat(setting(database, "idle_in_transaction_session_timeout")).isEqualTo("1min");
        }
    }

    @Test
    void aSecondHostOnTheSameDirectoryIsToldSo() {
        try (Database first = Database.open(DatabaseConfig.defaults(), directory)) {
            assertThatThrownBy(() -> Database.open(DatabaseConfig.defaults(), directory))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("Another Minga already runs");
            assertThat(answers(first)).isTrue();
            try (Database attached = Database.attach(DatabaseConfig.defaults(), directory)) {
                assertThat(answers(attached)).isTrue();
                assertThat(attached.embedded()).isEmpty();
            }
            assertThat(answers(first)).isTrue();
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            DatabaseConfig base = DatabaseConfig.defaults();
            DatabaseConfig config =
                    new DatabaseConfig(
                            "",
                            "",
                            "",
                            taken.getLocalPort(),
                            base.poolSize(),
                            base.connectionTimeout(),
                            base.statementTimeout(),
                            base.lockTimeout(),
                            base.idleInTransactionTimeout());
            assertThatThrownBy(() -> Database.open(config, directory))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("Port " + taken.getLocalPort());
        }
    }

    @Test
    void anotherVersionsClusterIsRefused() throws Exception {
        Files.createDirectories(directory.resolve("postgres/cluster"));
        Files.writeString(directory.resolve("postgres/cluster/PG_VERSION"), "14\n");
        assertThatThrownBy(() -> Database.open(DatabaseConfig.defaults(), directory))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("made by PostgreSQL 14");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("a-file"));
        assertThatThrownBy(() -> Database.open(DatabaseConfig.defaults(), file))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void anUnreachableServerIsNamed() {
        assertThatThrownBy(() ->
                        Database.open(
                                DatabaseConfig.external(
                                        "jdbc:postgresql://127.0.0.1:1/minga", "u", "p"),
                                directory))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("MINGA_DB_URL");
    }

    @Test
    void aWrongPasswordOfAnExternalServerIsNamed() {
        try (TestDatabase external = TestDatabase.create()) {
            assertThatThrownBy(() ->
                            Database.open(
                                    DatabaseConfig.external(
                                            external.url(), external.user(), "wrong"),
                                    directory))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("MINGA_DB_PASSWORD");
            try (Database database =
                    Database.open(
                            DatabaseConfig.external(
                                    external.url(), external.user(), external.password()),
                            directory)) {
                assertThat(answers(database)).isTrue();
            }
        }
    }

    // ---- a host to be killed

    /** Runs in a child process. */
    static final class Host {
        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            Database database = Database.open(DatabaseConfig.defaults(), directory);
            database.db()
                    .useTransaction(h -> {
                        h.execute("CREATE TABLE rows (n int)");
                        h.execute("INSERT INTO rows SELECT generate_series(1, 1000)");
                    });
            System.out.println("written");
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    private Process child() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        Host.class.getName(),
                        directory.toString()));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static int count(Database database) {
        return database.db()
                .read(h -> h.createQuery("SELECT count(*) FROM rows").mapTo(int.class).one());
    }

    private static String setting(Database database, String name) {
        return database.db().read(h -> h.createQuery("SHOW " + name).mapTo(String.class).one());
    }

    private static boolean answers(Database database) {
        try {
            return database.db().read(h -> h.createQuery("SELECT 1").mapTo(int.class).one()) == 1;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static void await(Callable<Boolean> condition) {
        Eventually.until("the server did what was asked", condition);
    }
}
