package coop.minga.platform.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DatabaseConfig;

import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import javax.sql.DataSource;

/**
 * The open database: the embedded server when there is one, the pool, the schema brought up to
 * date.
 */
public final class Database implements AutoCloseable {

    private static final int OLDEST = 15;

    private final @Nullable EmbeddedPostgres embedded;
    private final HikariDataSource pool;
    private final Db db;
    private final Address address;

    /** How to connect. */
    public record Address(String url, String user, String password) {
        @Override
        public String toString() {
            return user + "@" + url;
        }
    }

    private Database(@Nullable EmbeddedPostgres embedded, Address address, DatabaseConfig config) {
        this.embedded = embedded;
        this.address = address;
        this.pool = new HikariDataSource(poolOf(address, config));
        this.db = new Db(pool, config.poolSize());
    }

    /**
     * Opens the database, starting the embedded server if that is the one, and migrates it.
     *
     * @param directory the data directory; used by the embedded server only
     * @throws CannotStart with one sentence for the operator
     */
    public static Database open(DatabaseConfig config, Path directory) {
        Database database = connect(config, directory);
        try {
            if (!database.db.read(Migrations::areDone)) {
                Migrations.run(database.address);
            }
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
        return database;
    }

    /**
     * Opens an empty database and brings it to one version of the schema, for a restore.
     *
     * @throws CannotStart when there is something in it already, or the version is not known here
     */
    public static Database openAt(DatabaseConfig config, Path directory, String version) {
        Database database = connect(config, directory);
        try {
            int tables =
                    database.db.read(handle ->
                            handle.createQuery(
                                            """
                                            SELECT count(*) FROM pg_tables
                                            WHERE schemaname = current_schema()
                                            """)
                                    .mapTo(int.class)
                                    .one());
            if (tables > 0) {
                throw new CannotStart(
                        "The database at "
                                + place(database.address)
                                + " is not empty: create a new one for the restore.");
            }
            Migrations.run(database.address, version);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
        return database;
    }

    /**
     * Opens the database as it is, without migrating it. Uses the embedded server of a host that
     * runs on the directory, else starts it for as long as this stays open.
     */
    public static Database attach(DatabaseConfig config, Path directory) {
        if (config.isEmbedded()) {
            Path base = base(directory);
            Optional<Integer> port = EmbeddedPostgres.runningPort(base);
            if (port.isPresent()) {
                Address address =
                        new Address(
                                "jdbc:postgresql://127.0.0.1:"
                                        + port.get()
                                        + "/"
                                        + EmbeddedPostgres.OWNER,
                                EmbeddedPostgres.OWNER,
                                Cluster.storedPassword(base));
                check(address);
                return new Database(null, address, config);
            }
        }
        return connect(config, directory);
    }

    /** Whether a host's embedded server runs on the directory now. */
    public static boolean isRunningIn(Path directory) {
        return EmbeddedPostgres.runningPort(base(directory)).isPresent();
    }

    private static Database connect(DatabaseConfig config, Path directory) {
        if (!config.isEmbedded()) {
            Address address = new Address(config.url(), config.user(), config.password());
            check(address);
            return new Database(null, address, config);
        }
        Path base = base(directory);
        EmbeddedPostgres server =
                EmbeddedPostgres.start(base, base.resolve("programs"), config.port(), Map.of());
        return new Database(
                server,
                new Address(
                        server.url(EmbeddedPostgres.OWNER),
                        EmbeddedPostgres.OWNER,
                        server.password()),
                config);
    }

    private static Path base(Path directory) {
        return directory.toAbsolutePath().normalize().resolve("postgres");
    }

    public Db db() {
        return db;
    }

    /** The pool. */
    public DataSource source() {
        return pool;
    }

    /** For the few that need connections outside the pool. */
    public Address address() {
        return address;
    }

    public Optional<EmbeddedPostgres> embedded() {
        return Optional.ofNullable(embedded);
    }

    /** Shows the pool in the metrics; once. */
    public void measure(MeterRegistry meters) {
        pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(meters));
    }

    /** How many migrations wait. */
    public int pendingMigrations() {
        return Migrations.pending(address);
    }

    /** Brings the schema up to date; gives the number of steps. */
    public int migrate() {
        return Migrations.run(address);
    }

    @Override
    public void close() {
        pool.close();
        if (embedded != null) {
            embedded.close();
        }
    }

    /**
     * Looks at a server that is not ours, before anything is made for it.
     *
     * @throws CannotStart with one sentence for the operator
     */
    public static void requireReachable(DatabaseConfig config) {
        check(new Address(config.url(), config.user(), config.password()));
    }

    /** One connection before the pool, so that what is wrong can be said in one sentence. */
    private static void check(Address address) {
        if (!address.url().startsWith("jdbc:postgresql:")) {
            throw new CannotStart(
                    "MINGA_DB_URL must look like jdbc:postgresql://host:5432/database.");
        }
        try (Connection connection =
                DriverManager.getConnection(address.url(), properties(address))) {
            int major = connection.getMetaData().getDatabaseMajorVersion();
            if (major < OLDEST) {
                throw new CannotStart(
                        "The database server is PostgreSQL "
                                + major
                                + ": Minga needs version "
                                + OLDEST
                                + " or later.");
            }
            if (!connection.isValid(5)) {
                throw new CannotStart("The database at " + place(address) + " does not answer.");
            }
        } catch (SQLException e) {
            String state = String.valueOf(e.getSQLState());
            String fix =
                    switch (state) {
                        case "28P01", "28000" ->
                                "refuses the user or password: check MINGA_DB_USER and"
                                        + " MINGA_DB_PASSWORD.";
                        case "3D000" -> "has no such database: create it first.";
                        default ->
                                "cannot be reached ("
                                        + e.getMessage()
                                        + "): check MINGA_DB_URL and that the server runs.";
                    };
            throw new CannotStart("The database at " + place(address) + " " + fix, e);
        }
    }

    /** Without parameters, for they may hold a password. */
    private static String place(Address address) {
        int question = address.url().indexOf('?');
        return question < 0 ? address.url() : address.url().substring(0, question);
    }

    private static Properties properties(Address address) {
        Properties properties = new Properties();
        properties.setProperty("user", address.user());
        properties.setProperty("password", address.password());
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "10");
        return properties;
    }

    private static HikariConfig poolOf(Address address, DatabaseConfig config) {
        HikariConfig pool = new HikariConfig();
        pool.setPoolName("minga");
        pool.setJdbcUrl(address.url());
        pool.setUsername(address.user());
        pool.setPassword(address.password());
        pool.setMaximumPoolSize(config.poolSize());
        pool.setMinimumIdle(Math.min(4, config.poolSize()));
        pool.setConnectionTimeout(config.connectionTimeout().toMillis());
        pool.setValidationTimeout(Math.min(2_000, config.connectionTimeout().toMillis()));
        pool.setKeepaliveTime(Duration.ofMinutes(2).toMillis());
        pool.setIdleTimeout(Duration.ofMinutes(5).toMillis());
        pool.setMaxLifetime(Duration.ofMinutes(30).toMillis());
        pool.setLeakDetectionThreshold(Duration.ofMinutes(1).toMillis());
        pool.addDataSourceProperty("ApplicationName", "minga");
        pool.addDataSourceProperty("connectTimeout", "5");
        pool.addDataSourceProperty("loginTimeout", "10");
        // Longer than any statement: it only frees threads from a server that went away silently.
        pool.addDataSourceProperty(
                "socketTimeout",
                Long.toString(config.statementTimeout().plusSeconds(30).toSeconds()));
        pool.addDataSourceProperty("tcpKeepAlive", "true");
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        pool.addDataSourceProperty(
                "options",
                "-c statement_timeout="
                        + config.statementTimeout().toMillis()
                        + " -c lock_timeout="
                        + config.lockTimeout().toMillis()
                        + " -c idle_in_transaction_session_timeout="
                        + config.idleInTransactionTimeout().toMillis());
        return pool;
    }
}
