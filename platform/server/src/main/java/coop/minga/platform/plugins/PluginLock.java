package coop.minga.platform.plugins;

import coop.minga.platform.config.CannotStart;
import coop.minga.plugin.loader.PluginRejected;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which jars may run, by their hashes. The files are read anew each time: operators edit them. */
public final class PluginLock {

    private final PluginsConfig config;

    public PluginLock(PluginsConfig config) {
        this.config = config;
    }

    /** {@code core}, {@code approved} or {@code unsigned}. */
    public String signature(String sha256) {
        if (read(config.coreFile()).containsKey(sha256)) {
            return "core";
        }
        return read(config.lockFile()).containsKey(sha256) ? "approved" : "unsigned";
    }

    /**
     * @throws PluginRejected {@code NOT_APPROVED} when this host runs listed jars only and this is
     *     none
     */
    void require(String file, String sha256) {
        if (config.locked() && signature(sha256).equals("unsigned")) {
            throw new PluginRejected(
                    PluginRejected.Code.NOT_APPROVED,
                    "This host runs approved plugins only, and this file (SHA-256 "
                            + sha256
                            + ") is not one of them. Run 'minga plugin approve "
                            + file
                            + "' if you trust it.",
                    "Este anfitrión solo ejecuta plugins aprobados y este archivo (SHA-256 "
                            + sha256
                            + ") no lo está. Ejecuta 'minga plugin approve "
                            + file
                            + "' si confías en él.");
        }
    }

    /** Lists a hash as approved; listing it again changes nothing. */
    public void approve(String sha256, String name) {
        if (read(config.lockFile()).containsKey(sha256)) {
            return;
        }
        try {
            Files.writeString(
                    config.lockFile(),
                    sha256 + "  " + name + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new CannotStart("Cannot write " + config.lockFile() + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, String> read(Path file) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new CannotStart("Cannot read " + file + ": " + e.getMessage(), e);
        }
        Map<String, String> hashes = new HashMap<>();
        for (String line : lines) {
            String text = line.replaceFirst("#.*", "").strip();
            if (text.isEmpty()) {
                continue;
            }
            if (!text.matches("[0-9a-f]{64}\\s+\\S.*")) {
                throw new CannotStart(
                        file + ": a line must be '<sha256>  <name>', not '" + text + "'");
            }
            hashes.put(text.substring(0, 64), text.substring(64).strip());
        }
        return hashes;
    }
}
