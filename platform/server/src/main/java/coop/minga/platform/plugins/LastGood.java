package coop.minga.platform.plugins;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version of each plugin ran last, over restarts, so that one whose successor does not start
 * can run again from its private copy. Thread-safe.
 */
final class LastGood {

    private static final Logger LOG = LoggerFactory.getLogger(LastGood.class);

    /**
     * A version that ran.
     *
     * @param sha256 of its jar; the private copies are kept by it
     * @param version empty where it was not written down
     * @param file the name it had in the plugins directory
     */
    record Kept(String sha256, String version, String file) {

        private static final Pattern LINE = Pattern.compile("(\\S+) (?:(\\d\\S*) )?(.+)");

        private static Optional<Kept> of(String line) {
            Matcher matcher = LINE.matcher(line);
            return matcher.matches()
                    ? Optional.of(
                            new Kept(
                                    matcher.group(1),
                                    matcher.group(2) == null ? "" : matcher.group(2),
                                    matcher.group(3)))
                    : Optional.empty();
        }

        private String line() {
            return sha256 + " " + (version.isEmpty() ? "" : version + " ") + file;
        }
    }

    private final Path path;
    private final Map<String, Kept> byId = new TreeMap<>();

    LastGood(Path path) {
        this.path = path;
        Properties read = new Properties();
        if (Files.exists(path)) {
            try (Reader in = Files.newBufferedReader(path)) {
                read.load(in);
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("{} is ignored: {}", path, e.toString());
            }
        }
        for (String id : read.stringPropertyNames()) {
            Kept.of(read.getProperty(id)).ifPresent(kept -> byId.put(id, kept));
        }
    }

    synchronized Optional<Kept> of(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The plugin that ran last from a file of this name. */
    synchronized Optional<String> idOfFile(String fileName) {
        return byId.entrySet().stream()
                .filter(entry -> entry.getValue().file().equals(fileName))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Gives what was remembered before. */
    synchronized Optional<Kept> remember(String id, Kept kept) {
        @Nullable Kept before = byId.put(id, kept);
        if (!kept.equals(before)) {
            write();
        }
        return Optional.ofNullable(before);
    }

    /** Forgets every plugin but these: their files were taken away on purpose. */
    synchronized void retain(Set<String> ids) {
        if (byId.keySet().retainAll(ids)) {
            write();
        }
    }

    synchronized Set<String> hashes() {
        Set<String> hashes = new HashSet<>();
        byId.values().forEach(kept -> hashes.add(kept.sha256()));
        return hashes;
    }

    private void write() {
        Properties out = new Properties();
        byId.forEach((id, kept) -> out.setProperty(id, kept.line()));
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        try {
            try (Writer writer = Files.newBufferedWriter(draft)) {
                out.store(writer, null);
            }
            Files.move(
                    draft,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("Cannot write {}: {}", path, e.toString());
        }
    }
}
