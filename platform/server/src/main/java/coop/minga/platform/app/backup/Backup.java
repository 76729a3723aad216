package coop.minga.platform.app.backup;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.db.Database;
import coop.minga.platform.http.Json;

import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes an archive of a host, which may go on working meanwhile. */
public final class Backup {

    private static final String SCHEMA = "public";

    private Backup() {}

    /**
     * What to save.
     *
     * @param version of this program
     * @param mode of the data directory
     * @param data the data directory, whose keys are saved
     * @param config the configuration directory, saved whole
     * @param plugins the plugins directory, of which the names and hashes are saved
     */
    public record What(String version, String mode, Path data, Path config, Path plugins) {}

    /**
     * Writes the archive, readable for the owner only; nothing is left behind when it fails.
     *
     * @throws CannotStart when the file cannot be written
     */
    public static Manifest create(Database database, What what, Path archive) {
        Path parent = archive.toAbsolutePath().normalize().getParent();
        Path partial = archive.resolveSibling(archive.getFileName() + ".part");
        try {
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.deleteIfExists(partial);
            Files.createFile(
                    partial,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Manifest manifest;
            try (ZipOutputStream zip =
                            new ZipOutputStream(
                                    new BufferedOutputStream(
                                            Files.newOutputStream(partial), 1 << 16));
                    Connection connection = Sql.connect(database.address())) {
                zip.setLevel(5);
                manifest = write(connection, what, zip);
            }
            Files.move(
                    partial,
                    archive,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            return manifest;
        } catch (IOException e) {
            throw new CannotStart(
                    "The backup cannot be written to "
                            + archive
                            + " ("
                            + e.getMessage()
                            + "): choose another place with --to, or free some space.",
                    e);
        } catch (SQLException e) {
            throw new CannotStart("The database cannot be read: " + e.getMessage(), e);
        } finally {
            try {
                Files.deleteIfExists(partial);
            } catch (IOException e) {
                // Told by what went wrong before.
            }
        }
    }

    private static Manifest write(Connection connection, What what, ZipOutputStream zip)
            throws SQLException, IOException {
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        String schema = Sql.text(connection, Sql.SCHEMA_VERSION);
        Map<String, List<String>> tables = tables(connection);
        List<Manifest.Table> copied = new ArrayList<>();
        for (Map.Entry<String, List<String>> table : tables.entrySet()) {
            copied.add(copy(connection, table.getKey(), table.getValue(), zip));
        }
        List<Manifest.Sequence> sequences = sequences(connection);
        long transaction =
                Long.parseLong(
                        Sql.text(
                                connection,
                                "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"));
        connection.rollback();
        List<Manifest.Content> files = new ArrayList<>();
        for (String name : List.of("keys", "host-id", "plugins.lock")) {
            files.addAll(save(what.data(), what.data().resolve(name), "data/", zip));
        }
        files.addAll(save(what.config(), what.config(), "config/", zip));
        Manifest manifest =
                new Manifest(
                        Manifest.FORMAT,
                        what.version(),
                        Clock.systemUTC().instant().truncatedTo(ChronoUnit.SECONDS),
                        what.mode(),
                        schema,
                        transaction,
                        copied,
                        sequences,
                        files,
                        pins(what.plugins()));
        zip.putNextEntry(new ZipEntry(Manifest.ENTRY));
        zip.write(Json.write(manifest).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
        return manifest;
    }

    private static Map<String, List<String>> tables(Connection connection) throws SQLException {
        Map<String, List<String>> tables = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT c.relname, a.attname
                                FROM pg_class c
                                JOIN pg_namespace n ON n.oid = c.relnamespace
                                JOIN pg_attribute a ON a.attrelid = c.oid
                                WHERE n.nspname = '%s' AND c.relkind = 'r' AND c.relname <> '%s'
                                  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                                ORDER BY c.relname, a.attnum
                                """
                                        .formatted(SCHEMA, Sql.HISTORY))) {
            while (rows.next()) {
                tables.computeIfAbsent(rows.getString(1), name -> new ArrayList<>())
                        .add(rows.getString(2));
            }
        }
        return tables;
    }

    private static Manifest.Table copy(
            Connection connection, String table, List<String> columns, ZipOutputStream zip)
            throws SQLException, IOException {
        zip.putNextEntry(new ZipEntry("tables/" + table + ".copy"));
        MessageDigest digest = sha256();
        CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
        long rows =
                copies.copyOut(
                        "COPY " + Sql.target(table, columns) + " TO STDOUT",
                        new DigestOutputStream(new Open(zip), digest));
        zip.closeEntry();
        return new Manifest.Table(table, columns, rows, HexFormat.of().formatHex(digest.digest()));
    }

    private static List<Manifest.Sequence> sequences(Connection connection) throws SQLException {
        List<Manifest.Sequence> sequences = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname"
                                        + " = '"
                                        + SCHEMA
                                        + "' AND last_value IS NOT NULL ORDER BY 1")) {
            while (rows.next()) {
                sequences.add(new Manifest.Sequence(rows.getString(1), rows.getLong(2)));
            }
        }
        return sequences;
    }

    /** Saves a file or all files below a directory. */
    private static List<Manifest.Content> save(
            Path base, Path from, String prefix, ZipOutputStream zip) throws IOException {
        List<Manifest.Content> saved = new ArrayList<>();
        if (!Files.exists(from)) {
            return saved;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(from)) {
            files = found.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String path = prefix + base.relativize(file).toString().replace('\\', '/');
            byte[] bytes = Files.readAllBytes(file);
            zip.putNextEntry(new ZipEntry("files/" + path));
            zip.write(bytes);
            zip.closeEntry();
            saved.add(
                    new Manifest.Content(
                            path, bytes.length, HexFormat.of().formatHex(sha256().digest(bytes))));
        }
        return saved;
    }

    private static List<Manifest.Content> pins(Path plugins) throws IOException {
        if (!Files.isDirectory(plugins)) {
            return List.of();
        }
        List<Manifest.Content> pins = new ArrayList<>();
        try (Stream<Path> found = Files.list(plugins)) {
            for (Path jar :
                    found.filter(path -> path.toString().endsWith(".jar")).sorted().toList()) {
                MessageDigest digest = sha256();
                try (OutputStream hash =
                        new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                    Files.copy(jar, hash);
                }
                pins.add(
                        new Manifest.Content(
                                jar.getFileName().toString(),
                                Files.size(jar),
                                HexFormat.of().formatHex(digest.digest())));
            }
        }
        return pins;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java runtime", e);
        }
    }

    /** The archive must stay open when the copy of a table ends. */
    private static final class Open extends FilterOutputStream {
        Open(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() {
            // The next table follows.
        }
    }
}
