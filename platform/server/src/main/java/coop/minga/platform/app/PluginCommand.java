package coop.minga.platform.app;

import coop.minga.platform.config.CannotStart;
import coop.minga.platform.plugins.PluginLock;
import coop.minga.platform.plugins.PluginsConfig;
import coop.minga.plugin.loader.PluginManifest;
import coop.minga.plugin.loader.PluginRejected;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** {@code minga plugin list|approve}. */
@Command(
        name = "plugin",
        description = "Look at the plugins directory, or approve a jar.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class PluginCommand {

    private final PrintStream out = System.out;

    @Command(
            name = "list",
            description = "The jars of the plugins directory and who vouches for them.",
            mixinStandardHelpOptions = true)
    int list() {
        Installation installation = Installation.existing();
        PluginLock lock = lock(installation);
        Path directory = installation.config().pluginsDirectory();
        out.println("# " + directory);
        for (Path jar : jars(directory)) {
            String hash = sha256(jar);
            String what;
            try (JarFile file = new JarFile(jar.toFile())) {
                Manifest manifest = file.getManifest();
                if (manifest == null) {
                    what = "no manifest";
                } else {
                    PluginManifest plugin = PluginManifest.of(manifest);
                    what = plugin.id() + " " + plugin.version() + " " + plugin.kinds();
                }
            } catch (IOException e) {
                what = "not a jar";
            } catch (PluginRejected e) {
                what = e.reason().in("en");
            }
            out.printf(
                    "%-32s %-9s %s…  %s%n",
                    jar.getFileName(), lock.signature(hash), hash.substring(0, 12), what);
        }
        return 0;
    }

    @Command(
            name = "approve",
            description = "Let a jar run where only approved plugins may (production).",
            mixinStandardHelpOptions = true)
    int approve(
            @Parameters(paramLabel = "JAR", description = "A file of the plugins directory.")
                    String name) {
        Installation installation = Installation.existing();
        Path directory = installation.config().pluginsDirectory();
        Path jar = directory.resolve(name).normalize();
        if (!Files.isRegularFile(jar)) {
            jar = Path.of(name).toAbsolutePath();
        }
        if (!Files.isRegularFile(jar)) {
            throw new CannotStart("There is no " + name + " in " + directory + ".");
        }
        String hash = sha256(jar);
        lock(installation).approve(hash, jar.getFileName().toString());
        out.println("approved " + jar.getFileName() + " sha256 " + hash);
        return 0;
    }

    private static PluginLock lock(Installation installation) {
        return new PluginLock(
                PluginsConfig.of(
                        installation.config().pluginsDirectory(),
                        installation.data().resolve("plugin-cache"),
                        !installation.config().isTrial(),
                        installation.data().resolve("plugins.lock"),
                        installation.places().home().resolve("plugins.core")));
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

    private static String sha256(Path jar) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (OutputStream hash =
                    new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                Files.copy(jar, hash);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new CannotStart(jar + " cannot be read: " + e.getMessage(), e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java runtime", e);
        }
    }
}
