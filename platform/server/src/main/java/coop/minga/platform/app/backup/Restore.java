package coop.minga.platform.app.backup;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DatabaseConfig;
import coop.minga.platform.db.Database;

import org.postgresql.PGConnection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Brings an archive back to life in an empty place. */
public final class Restore {

    private Restore() {}

    /**
     * Restores into an empty data directory and an empty database; when it fails both are empty
     * again.
     *
     * @param data the data directory; must be missing or empty
     * @return where the saved configuration was put, for the operator to compare and take over
     * @throws CannotStart when a place is not empty or the archive is damaged
     */
    public static Path into(Archive archive, DatabaseConfig config, Path data) {
        List<String> wrong = archive.verify();
        if (!wrong.isEmpty()) {
            throw new CannotStart("The backup is damaged: " + wrong.getFirst());
        }
        requireEmpty(data);
        try {
            Files.createDirectories(data);
            writeFiles(archive, data);
            Files.writeString(data.resolve("mode"), archive.manifest().mode() + "\n");
            String version = archive.manifest().schemaVersion();
            try (Database database = Database.openAt(config, data, version)) {
                load(archive, database);
            }
            // Brings an older backup forward to this program.
            Database.open(config, data).close();
            return data.resolve("restored/config");
        } catch (IOException e) {
            empty(data);
            throw new CannotStart(
                    "The data directory " + data + " cannot be written: " + e.getMessage(), e);
        } catch (SQLException e) {
            empty(data);
            throw new CannotStart("The backup cannot be loaded: " + e.getMessage(), e);
        } catch (CannotStart e) {
            empty(data);
            throw e;
        }
    }

    private static void requireEmpty(Path data) {
        try {
            if (Files.isDirectory(data)) {
                try (Stream<Path> inside = Files.list(data)) {
                    if (inside.findAny().isPresent()) {
                        throw new CannotStart(
                                "The data directory "
                                        + data
                                        + " is not empty: set MINGA_DATA_DIR to an empty place, or"
                                        + " move what is there away.");
                    }
                }
            }
        } catch (IOException e) {
            throw new CannotStart("The data directory " + data + " cannot be read.", e);
        }
    }

    private static void writeFiles(Archive archive, Path data) throws IOException {
        for (Manifest.Content file : archive.manifest().files()) {
            Path target =
                    file.path().startsWith("data/")
                            ? data.resolve(file.path().substring("data/".length()))
                            : data.resolve("restored").resolve(file.path());
            Path path = target.normalize();
            if (!path.startsWith(data)) {
                throw new IOException("the backup names a file outside: " + file.path());
            }
            Files.createDirectories(path.getParent());
            try (InputStream in = archive.stream("files/" + file.path())) {
                Files.copy(in, path);
            }
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static void load(Archive archive, Database database) throws SQLException, IOException {
        Manifest manifest = archive.manifest();
        try (Connection connection = Sql.connect(database.address())) {
            connection.setAutoCommit(false);
            List<ForeignKey> keys = foreignKeys(connection);
            for (ForeignKey key : keys) {
                Sql.run(connection, key.drop());
            }
            for (Manifest.Table table : manifest.tables()) {
                Sql.run(
                        connection,
                        "ALTER TABLE " + Sql.quoted(table.name()) + " DISABLE TRIGGER USER");
                // Migrations may have put first rows there.
                Sql.run(connection, "TRUNCATE " + Sql.quoted(table.name()));
                long rows;
                try (InputStream in = archive.stream(table.entry())) {
                    rows =
                            connection
                                    .unwrap(PGConnection.class)
                                    .getCopyAPI()
                                    .copyIn(
                                            "COPY "
                                                    + Sql.target(table.name(), table.columns())
                                                    + " FROM STDIN",
                                            in);
                }
                if (rows != table.rows()) {
                    throw new SQLException(
                            table.name() + " took " + rows + " rows instead of " + table.rows());
                }
                Sql.run(
                        connection,
                        "ALTER TABLE " + Sql.quoted(table.name()) + " ENABLE TRIGGER USER");
            }
            for (Manifest.Sequence sequence : manifest.sequences()) {
                Sql.run(
                        connection,
                        "SELECT setval('"
                                + Sql.quoted(sequence.name()).replace("'", "''")
                                + "', "
                                + sequence.lastValue()
                                + ")");
            }
            for (ForeignKey key : keys) {
                Sql.run(connection, key.add());
            }
            // What ran on the old machine runs again here.
            Sql.run(
                    connection,
                    "UPDATE scheduled_tasks SET picked = false, picked_by = NULL, last_heartbeat ="
                            + " NULL WHERE picked");
            connection.commit();
            connection.setAutoCommit(true);
            advance(connection, manifest.transaction());
        }
    }

    private record ForeignKey(String table, String name, String definition) {
        String drop() {
            return "ALTER TABLE " + Sql.quoted(table) + " DROP CONSTRAINT " + Sql.quoted(name);
        }

        String add() {
            return "ALTER TABLE "
                    + Sql.quoted(table)
                    + " ADD CONSTRAINT "
                    + Sql.quoted(name)
                    + " "
                    + definition;
        }
    }

    private static List<ForeignKey> foreignKeys(Connection connection) throws SQLException {
        List<ForeignKey> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
                                FROM pg_constraint k
                                JOIN pg_class c ON c.oid = k.conrelid
                                JOIN pg_namespace n ON n.oid = c.relnamespace
                                WHERE k.contype = 'f' AND n.nspname = 'public'
                                ORDER BY 1, 2
                                """)) {
            while (rows.next()) {
                keys.add(new ForeignKey(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
        return keys;
    }

    /** Uses up transaction numbers until the counter is beyond those written in the rows. */
    private static void advance(Connection connection, long beyond) throws SQLException {
        Sql.run(
                connection,
                "DO $$ BEGIN WHILE pg_current_xact_id()::text::bigint <= "
                        + beyond
                        + " LOOP COMMIT; END LOOP; END $$");
    }

    /** The directory was empty before. */
    private static void empty(Path data) {
        try (Stream<Path> inside = Files.walk(data)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(data)) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            // The operator is told why the restore failed; what is left is in the way next time.
        }
    }
}
