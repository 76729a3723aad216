package coop.minga.platform.db;

import coop.minga.platform.config.CannotStart;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.jdbi.v3.core.Handle;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings the schema forward, never back. Hosts that start at once take turns under a lock in the
 * database.
 */
final class Migrations {

    private static final String HISTORY = "schema_history";

    private Migrations() {}

    /**
     * Whether the database was brought forward by exactly our files, none more, none less and none
     * changed since. Most starts find it so, and need not wake Flyway, which takes long to get up;
     * for everything else it has the better words.
     */
    static boolean areDone(Handle handle) {
        return MigrationFiles.checksums().filter(files -> areDone(handle, files)).isPresent();
    }

    /**
     * @param files the checksum of each of our files by its name
     */
    static boolean areDone(Handle handle, Map<String, Integer> files) {
        boolean begun =
                handle.createQuery("SELECT to_regclass(:history) IS NOT NULL")
                        .bind("history", HISTORY)
                        .mapTo(boolean.class)
                        .one();
        return begun && files.equals(done(handle));
    }

    private static Map<String, Integer> done(Handle handle) {
        Map<String, Integer> checksums = new TreeMap<>();
        handle.createQuery(
                        """
                        SELECT script, CASE WHEN success THEN coalesce(checksum, 0) ELSE 0 END
                        FROM schema_history
                        """)
                .map((row, context) -> Map.entry(row.getString(1), row.getInt(2)))
                .forEach(file -> checksums.put(file.getKey(), file.getValue()));
        return checksums;
    }

    /**
     * Uses a connection of its own: a migration may take longer than a request's statement.
     *
     * @return how many migrations ran
     * @throws CannotStart when the database is newer than the program or was changed by hand
     */
    static int run(Database.Address address) {
        return run(address, MigrationVersion.LATEST);
    }

    /** The same, up to a version. */
    static int run(Database.Address address, String version) {
        MigrationVersion target = MigrationVersion.fromVersion(version);
        boolean known =
                Arrays.stream(configure(address, MigrationVersion.LATEST).info().all())
                        .anyMatch(migration -> target.equals(migration.getVersion()));
        if (!known) {
            throw new CannotStart(
                    "Version "
                            + version
                            + " of the schema is not known here: use the Minga that made the"
                            + " backup, or a newer one.");
        }
        return run(address, target);
    }

    static int pending(Database.Address address) {
        try {
            return configure(address, MigrationVersion.LATEST).info().pending().length;
        } catch (FlywayException e) {
            throw unusable(e);
        }
    }

    private static int run(Database.Address address, MigrationVersion target) {
        Flyway flyway = configure(address, target);
        try {
            for (MigrationInfo migration : flyway.info().all()) {
                if (migration.getState() == MigrationState.FUTURE_SUCCESS
                        || migration.getState() == MigrationState.FUTURE_FAILED) {
                    throw new CannotStart(
                            "The database was brought to version "
                                    + migration.getVersion()
                                    + " by a newer Minga: start that one, or restore a backup made"
                                    + " before the upgrade.");
                }
            }
            return flyway.migrate().migrationsExecuted;
        } catch (FlywayException e) {
            throw unusable(e);
        }
    }

    private static CannotStart unusable(FlywayException e) {
        return new CannotStart(
                "The database's schema cannot be brought up to date: "
                        + Arrays.asList(String.valueOf(e.getMessage()).strip().split("\n"))
                                .getFirst(),
                e);
    }

    private static Flyway configure(Database.Address address, MigrationVersion target) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(address.url(), address.user(), address.password())
                .locations("classpath:db/migration")
                .cleanDisabled(true)
                .validateMigrationNaming(true)
                .lockRetryCount(120)
                .table(HISTORY)
                .target(target)
                .load();
    }
}
