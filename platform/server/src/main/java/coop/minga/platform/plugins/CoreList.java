package coop.minga.platform.plugins;

import coop.minga.platform.config.CannotStart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The plugins that came with this host.
 *
 * @param hashes SHA-256 by file name
 */
record CoreList(Map<String, String> hashes) {

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})\\s+\\*?(\\S.*)");

    CoreList {
        hashes = Map.copyOf(hashes);
    }

    /**
     * @param file as {@code sha256sum} writes it; a missing one is empty
     * @throws CannotStart when it cannot be read
     */
    static CoreList read(Path file) {
        if (!Files.exists(file)) {
            return new CoreList(Map.of());
        }
        Map<String, String> hashes = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher matcher = LINE.matcher(line.strip());
                if (matcher.matches()) {
                    hashes.put(matcher.group(2), matcher.group(1));
                } else if (!line.isBlank()) {
                    throw new CannotStart(
                            file + ": a line must be '<sha256>  <name>', not '" + line + "'");
                }
            }
        } catch (IOException e) {
            throw new CannotStart("Cannot read " + file + ": " + e.getMessage(), e);
        }
        return new CoreList(hashes);
    }

    boolean has(String sha256) {
        return hashes.containsValue(sha256);
    }

    boolean names(String fileName) {
        return hashes.containsKey(fileName);
    }
}
