package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.plugins.Consent;
import coop.minga.platform.plugins.PluginInspection;
import coop.minga.platform.plugins.PluginsConfig;
import coop.minga.plugin.loader.trust.LintFinding;
import coop.minga.plugin.loader.trust.SigningKey;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code minga plugin list|approve} for hosters, {@code dev|keygen|sign} for authors. */
@Command(
        name = "plugin",
        description = "Look at the plugins directory, approve a jar, or write and sign your own.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = PluginDevCommand.class)
final class PluginCommand {

    private final PrintStream out = System.out;

    @Command(
            name = "list",
            description = "The jars of the plugins directory, their states and who vouches.",
            mixinStandardHelpOptions = true)
    int list() {
        PluginsConfig config = config();
        out.println("# " + config.directory() + ", policy " + config.trust().policy().id());
        try (PluginInspection inspection = new PluginInspection(config)) {
            for (PluginInspection.Row row : inspection.list()) {
                out.printf(
                        "%-28s %-10s %-9s %-20s %s%n",
                        row.id(),
                        row.version().isEmpty() ? "-" : row.version(),
                        row.state(),
                        row.signature().isEmpty() ? "-" : row.signature(),
                        row.file().equals(row.id()) ? "" : row.file());
                if (!row.reason().isEmpty()) {
                    out.println("    " + row.reason());
                }
            }
        }
        return 0;
    }

    @Command(
            name = "approve",
            description = "Let exactly this file run, with all it asks for.",
            mixinStandardHelpOptions = true)
    int approve(
            @Parameters(
                            paramLabel = "ID",
                            description =
                                    "A plugin's id, a file of the plugins directory or a path.")
                    String name,
            @Option(
                            names = "--anyway",
                            description =
                                    "Also a lower version, or a file that differs from the approved"
                                            + " one.")
                    boolean anyway) {
        try (PluginInspection inspection = new PluginInspection(config())) {
            PluginInspection.Approval approval = inspection.approve(name, anyway);
            PluginInspection.Row row = approval.row();
            out.println("approved " + row.id() + " " + row.version() + ", " + row.signature());
            print(approval.consent());
        }
        return 0;
    }

    private void print(Consent consent) {
        out.println("    sha256 " + consent.sha256());
        out.println("    kinds  " + String.join(", ", consent.kinds()));
        out.println(
                "    hosts  "
                        + (consent.hosts().isEmpty()
                                ? "none but those in its configuration"
                                : String.join(", ", consent.hosts())));
        for (LintFinding finding : consent.findings()) {
            out.println(
                    "    "
                            + finding.risk().id()
                            + ": "
                            + finding.risk().text().in("en")
                            + " In "
                            + finding.places().getFirst()
                            + (finding.classes() > 1
                                    ? " and " + (finding.classes() - 1) + " more."
                                    : "."));
        }
    }

    @Command(
            name = "keygen",
            description = "Make a publisher's key; prints the public half for hosters.",
            mixinStandardHelpOptions = true)
    int keygen(
            @Option(
                            names = "--key",
                            required = true,
                            paramLabel = "FILE",
                            description = "Where the private key goes; must not be there yet.")
                    Path file) {
        SigningKey key = SigningKey.generate();
        try {
            key.write(file);
        } catch (FileAlreadyExistsException e) {
            throw new CannotStart(file + " is there already: a key is never overwritten.", e);
        } catch (IOException e) {
            throw new CannotStart(file + " cannot be written: " + e.getMessage(), e);
        }
        out.println("# The private key is in " + file + ": keep it secret, and keep a copy.");
        out.println("# Hosters who trust you put this into config/minga.yaml:");
        out.println("plugins:");
        out.println("  publishers:");
        out.println("    your-name: " + key.publicKey());
        return 0;
    }

    @Command(
            name = "sign",
            description = "Put your signature into a plugin jar.",
            mixinStandardHelpOptions = true)
    int sign(
            @Parameters(paramLabel = "JAR", description = "The jar; it is changed.") Path jar,
            @Option(
                            names = "--key",
                            required = true,
                            paramLabel = "FILE",
                            description = "The private key.")
                    Path file) {
        SigningKey key;
        try {
            key = SigningKey.read(file);
        } catch (IOException e) {
            throw new CannotStart(file + " is no signing key: " + e.getMessage(), e);
        }
        try {
            key.sign(jar);
        } catch (IOException e) {
            throw new CannotStart(jar + " cannot be signed: " + e.getMessage(), e);
        }
        out.println("signed " + jar + " with key " + key.fingerprint());
        return 0;
    }

    private static PluginsConfig config() {
        Installation installation = Installation.existing();
        return PluginSetup.of(
                installation.config(), installation.data(), installation.places().home());
    }

    static List<Path> jars(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(path -> path.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new CannotStart(directory + " cannot be read: " + e.getMessage(), e);
        }
    }
}
