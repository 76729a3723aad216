package coop.minga.plugins.compute.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file of {@code key=value} entries, each ended by a NUL: holds any text, and the scripts read it
 * in one line of code. Keys may repeat and keep their order.
 */
final class Pairs {

    private final List<String> entries = new ArrayList<>();

    Pairs add(String key, Object value) {
        String entry = key + "=" + value;
        if (entry.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("A NUL cannot stand in '" + key + "'");
        }
        entries.add(entry);
        return this;
    }

    static Pairs read(Path file) throws IOException {
        Pairs pairs = new Pairs();
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int from = 0;
        for (int to = text.indexOf('\0'); to >= 0; to = text.indexOf('\0', from)) {
            pairs.entries.add(text.substring(from, to));
            from = to + 1;
        }
        return pairs;
    }

    /** Writes all of it or nothing, readable by the owner alone. */
    void write(Path file) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next);
        Files.createFile(next, Modes.file("rw-------"));
        Files.writeString(next, text(), StandardCharsets.UTF_8);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        entries.forEach(entry -> text.append(entry).append('\0'));
        return text.toString();
    }

    List<String> all(String key) {
        return entries.stream()
                .filter(entry -> entry.startsWith(key + "="))
                .map(entry -> entry.substring(key.length() + 1))
                .toList();
    }

    Optional<String> first(String key) {
        return all(key).stream().findFirst();
    }

    String text(String key) {
        return first(key)
                .orElseThrow(() ->
                        new IllegalStateException("No '" + key + "' in the instance's records"));
    }

    int number(String key) {
        return Integer.parseInt(text(key));
    }
}
