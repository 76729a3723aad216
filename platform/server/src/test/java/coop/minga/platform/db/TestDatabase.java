package coop.minga.platform.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

import javax.sql.DataSource;

/**
 * A fresh, migrated database on the one PostgreSQL server of this test process. Close it at the end
 * of the class, or leave it to the end of the process.
 */
public final class TestDatabase implements AutoCloseable {

    private static @Nullable EmbeddedPostgres server;
    private static int made;

    private final String name;
    private final HikariDataSource pool;
    private final Db db;

    private TestDatabase(String name, HikariDataSource pool) {
        this.name = name;
        this.pool = pool;
        this.db = new Db(pool);
    }

    /** Makes one. */
    public static synchronized TestDatabase create() {
        return create("minga");
    }

    /** Makes one without any table. */
    static synchronized TestDatabase empty() {
        return create("template0");
    }

    private static TestDatabase create(String template) {
        EmbeddedPostgres running = server();
        String name = "test_" + ++made;
        superuser(running, "CREATE DATABASE " + name + " TEMPLATE " + template + " OWNER minga");
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(running.url(name));
        config.setUsername(EmbeddedPostgres.OWNER);
        config.setPassword(running.password());
        config.setMaximumPoolSize(16);
        config.setMinimumIdle(0);
        return new TestDatabase(name, new HikariDataSource(config));
    }

    public Db db() {
        return db;
    }

    public DataSource source() {
        return pool;
    }

    public Database.Address address() {
        return new Database.Address(url(), user(), password());
    }

    public String url() {
        return pool.getJdbcUrl();
    }

    public String user() {
        return pool.getUsername();
    }

    public String password() {
        return pool.getPassword();
    }

    /** Another pool on the same database: a second host. */
    public Db secondHost() {
        HikariConfig config = new HikariConfig();
        pool.copyStateTo(config);
        config.setPoolName(name + "-second");
        HikariDataSource second = new HikariDataSource(config);
        Runtime.getRuntime().addShutdownHook(new Thread(second::close));
        return new Db(second);
    }

    /** Ends every connection to the database, as a failover does. */
    public static void terminateConnections(TestDatabase database) {
        synchronized (TestDatabase.class) {
            superuser(
                    server(),
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                            + database.name
                            + "'");
        }
    }

    @Override
    public void close() {
        pool.close();
        synchronized (TestDatabase.class) {
            superuser(server(), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
        }
    }

    /** Where the programs are unpacked once for all test processes of this user. */
    static Path programs() {
        return Path.of(
                System.getProperty("java.io.tmpdir"),
                "minga-test-programs-" + System.getProperty("user.name"));
    }

    private static EmbeddedPostgres server() {
        EmbeddedPostgres running = server;
        if (running == null) {
            try {
                Path base = Files.createTempDirectory("minga-test-postgres");
                EmbeddedPostgres started =
                        EmbeddedPostgres.start(
                                base,
                                programs(),
                                0,
                                Map.of(
                                        "fsync", "off",
                                        "full_page_writes", "off",
                                        "max_connections", "300",
                                        "shared_buffers", "64MB"));
                running = started;
                Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started, base)));
                Migrations.run(
                        new Database.Address(
                                started.url(EmbeddedPostgres.OWNER),
                                EmbeddedPostgres.OWNER,
                                started.password()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            server = running;
        }
        return running;
    }

    private static void stop(EmbeddedPostgres started, Path base) {
        started.close();
        try {
            PostgresBinaries.deleteTree(base);
        } catch (IOException e) {
            System.err.println("Left behind: " + base + ": " + e);
        }
    }

    private static void superuser(EmbeddedPostgres running, String sql) {
        try (Connection connection =
                        DriverManager.getConnection(
                                running.url("postgres"), Cluster.SUPERUSER, running.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
