package coop.minga.platform.plugins;

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
     * @param file the name it had in the plugins directory
     */
    record Kept(String sha256, String file) {}

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
            String[] parts = read.getProperty(id).split(" ", 2);
            if (parts.length == 2) {
                byId.put(id, new Kept(parts[0], parts[1]));
            }
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

    synchronized void remember(String id, Kept kept) {
        if (!kept.equals(byId.put(id, kept))) {
            write();
        }
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
        byId.forEach((id, kept) -> out.setProperty(id, kept.sha256() + " " + kept.file()));
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
