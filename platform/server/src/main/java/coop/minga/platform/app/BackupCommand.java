package coop.minga.platform.app;

import coop.minga.platform.app.backup.Archive;
import coop.minga.platform.app.backup.Backup;
import coop.minga.platform.app.backup.Manifest;
import coop.minga.platform.app.backup.Restore;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.config.DataDirectory;
import coop.minga.platform.config.Mode;
import coop.minga.platform.db.Database;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** {@code minga backup create|verify|restore}. */
@Command(
        name = "backup",
        description = "Save everything, prove a backup, or bring one back.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class BackupCommand {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PrintStream out = System.out;

    @Command(
            name = "create",
            description =
                    "Save database, keys and configuration into one file. The host may run"
                            + " meanwhile. The file holds the keys: keep it as safe as the host.",
            mixinStandardHelpOptions = true)
    int create(
            @Option(
                            names = "--to",
                            paramLabel = "FILE",
                            description =
                                    "Default: backups/minga-<time>.zip in the data directory.")
                    @Nullable Path to) {
        Installation installation = Installation.existing();
        Path archive =
                to != null
                        ? to.toAbsolutePath()
                        : installation
                                .data()
                                .resolve("backups")
                                .resolve(
                                        "minga-"
                                                + STAMP.format(Clock.systemUTC().instant())
                                                + ".zip");
        Manifest manifest;
        try (Database database = installation.database()) {
            manifest =
                    Backup.create(
                            database,
                            new Backup.What(
                                    Main.VERSION,
                                    installation.mode().id(),
                                    installation.data(),
                                    installation.places().config(),
                                    installation.config().plugins().directory()),
                            archive);
        }
        try (Archive opened = Archive.open(archive)) {
            List<String> wrong = opened.verify();
            if (!wrong.isEmpty()) {
                throw new CannotStart(
                        "The backup does not read back as it was written: " + wrong.getFirst());
            }
        }
        tell(archive, manifest);
        return 0;
    }

    @Command(
            name = "verify",
            description = "Read a backup whole and compare every hash and count.",
            mixinStandardHelpOptions = true)
    int verify(@Parameters(paramLabel = "FILE") Path archive) {
        try (Archive opened = Archive.open(archive)) {
            List<String> wrong = opened.verify();
            wrong.forEach(out::println);
            if (!wrong.isEmpty()) {
                return 1;
            }
            tell(archive, opened.manifest());
            return 0;
        }
    }

    @Command(
            name = "restore",
            description = "Bring a backup back into an empty data directory and database.",
            mixinStandardHelpOptions = true)
    int restore(@Parameters(paramLabel = "FILE") Path archive) {
        Host.Places places = Host.Places.ofProcess();
        try (Archive opened = Archive.open(archive)) {
            Mode mode =
                    opened.manifest().mode().equals(Mode.TRIAL.id()) ? Mode.TRIAL : Mode.PRODUCTION;
            // In a trial's form: production's demands are for the start, not for the restore.
            Installation installation = Installation.of(places, Mode.TRIAL);
            Path config = Restore.into(opened, installation.config().database(), places.data());
            tell(archive, opened.manifest());
            out.println("restored to " + places.data());
            out.println(
                    "configuration as saved: "
                            + config
                            + " (compare with "
                            + places.config()
                            + ")");
            opened.manifest()
                    .plugins()
                    .forEach(plugin ->
                            out.println(
                                    "plugin needed: "
                                            + plugin.path()
                                            + " sha256 "
                                            + plugin.sha256()));
            out.println("start it with: minga start" + (mode == Mode.TRIAL ? " --trial" : ""));
            return DataDirectory.modeOf(places.data()).isPresent() ? 0 : 1;
        }
    }

    private void tell(Path archive, Manifest manifest) {
        out.printf(
                "%s: %s, made %s, schema %s, %d tables, %d rows, %d files%n",
                archive,
                manifest.mode(),
                manifest.createdAt(),
                manifest.schemaVersion(),
                manifest.tables().size(),
                manifest.tables().stream().mapToLong(Manifest.Table::rows).sum(),
                manifest.files().size());
    }
}
