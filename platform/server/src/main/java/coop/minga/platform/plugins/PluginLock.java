package coop.minga.platform.plugins;

import coop.minga.platform.config.CannotStart;
import coop.minga.plugin.loader.SemVer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code plugins.lock}: the plugins an operator approved, one line each, with the exact file and
 * what it was granted. Operators may edit it: a {@code #} begins a comment, and taking a host or a
 * kind away takes it from the plugin.
 *
 * <pre>
 * compute-x 1.2.0 sha256=(64 hex digits) publisher=acme kinds=compute hosts=api.acme.example
 * </pre>
 */
final class PluginLock {

    private static final String HEAD =
            """
            # Plugins that were approved, one version each. 'minga plugin approve' writes this file.
            """;
    private static final Pattern LINE =
            Pattern.compile(
                    "([a-z][a-z0-9.-]{1,63}) (\\S{1,100}) sha256=([0-9a-f]{64})"
                            + "(?: publisher=(\\S{1,64}))? kinds=(\\S*)(?: hosts=(\\S+))?");

    private final Path file;

    PluginLock(Path file) {
        this.file = file;
    }

    /**
     * An approved plugin.
     *
     * @param sha256 of the one file that may run
     * @param publisher who had signed it, empty for nobody
     */
    record Entry(String id, SemVer version, String sha256, String publisher, Grant grant) {

        private String line() {
            return id
                    + " "
                    + version
                    + " sha256="
                    + sha256
                    + (publisher.isEmpty() ? "" : " publisher=" + publisher)
                    + " kinds="
                    + String.join(",", grant.kinds())
                    + (grant.hosts().isEmpty() ? "" : " hosts=" + String.join(",", grant.hosts()));
        }
    }

    /**
     * All entries by id.
     *
     * @throws CannotStart naming the line that cannot be read
     */
    Map<String, Entry> read() {
        Map<String, Entry> entries = new TreeMap<>();
        for (String line : lines()) {
            Entry entry =
                    parse(line)
                            .orElseThrow(() ->
                                    new CannotStart(
                                            file
                                                    + ": a line must be '<id> <version>"
                                                    + " sha256=<64 hex digits> kinds=<a,b>"
                                                    + " hosts=<a,b>', not '"
                                                    + line
                                                    + "'"));
            if (entries.put(entry.id(), entry) != null) {
                throw new CannotStart(file + ": " + entry.id() + " is there twice");
            }
        }
        return entries;
    }

    /** Approves one version of a plugin in place of any other. */
    void put(Entry entry) {
        Map<String, Entry> entries = read();
        entries.put(entry.id(), entry);
        StringBuilder text = new StringBuilder(HEAD);
        entries.values().forEach(each -> text.append(each.line()).append('\n'));
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CannotStart("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private List<String> lines() {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.replaceFirst("#.*", "").strip().replaceAll("\\s+", " "))
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new CannotStart("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Entry> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String publisher = matcher.group(4);
        return SemVer.of(matcher.group(2))
                .map(version ->
                        new Entry(
                                matcher.group(1),
                                version,
                                matcher.group(3),
                                publisher == null ? "" : publisher,
                                new Grant(list(matcher.group(5)), list(matcher.group(6)))));
    }

    private static List<String> list(@Nullable String text) {
        List<String> items = new ArrayList<>();
        if (text != null && !text.isEmpty()) {
            items.addAll(List.of(text.split(",", -1)));
        }
        return items;
    }
}
