package coop.minga.platform.app.simulate;

import coop.minga.platform.app.backup.Archive;
import coop.minga.platform.app.backup.Backup;
import coop.minga.platform.app.backup.Restore;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DatabaseConfig;
import coop.minga.platform.db.Database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A consistent copy of a database, taken in one snapshot while its host goes on working, on an
 * embedded server of its own. No key or configuration is copied. Closing it removes it.
 */
public final class DatabaseCopy implements AutoCloseable {

    private final Path scratch;
    private final Database copy;

    private DatabaseCopy(Path scratch, Database copy) {
        this.scratch = scratch;
        this.copy = copy;
    }

    /**
     * @param version of this program
     * @param mode of the data directory
     * @throws CannotStart when there is no room for it, or the source cannot be read
     */
    public static DatabaseCopy of(Database source, String version, String mode) {
        Path scratch;
        try {
            scratch = Files.createTempDirectory("minga-simulation");
        } catch (IOException e) {
            throw new CannotStart("No temporary directory can be made: " + e.getMessage(), e);
        }
        try {
            Path nothing = Files.createDirectory(scratch.resolve("nothing"));
            Path archive = scratch.resolve("copy.zip");
            Backup.create(
                    source, new Backup.What(version, mode, nothing, nothing, nothing), archive);
            DatabaseConfig embedded = DatabaseConfig.defaults();
            Path data = scratch.resolve("data");
            try (Archive opened = Archive.open(archive)) {
                Restore.into(opened, embedded, data);
            }
            Files.delete(archive);
            return new DatabaseCopy(scratch, Database.open(embedded, data));
        } catch (IOException e) {
            remove(scratch);
            throw new CannotStart("The copy cannot be written: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            remove(scratch);
            throw e;
        }
    }

    public Database database() {
        return copy;
    }

    @Override
    public void close() {
        copy.close();
        remove(scratch);
    }

    private static void remove(Path scratch) {
        try (Stream<Path> inside = Files.walk(scratch)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new CannotStart(
                    "The copy in " + scratch + " could not be removed: delete it by hand.", e);
        }
    }
}
