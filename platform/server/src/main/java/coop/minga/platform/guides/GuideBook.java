package coop.minga.platform.guides;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The guides of one language, in the order of their addresses. */
final class GuideBook {

    private static final Logger LOG = LoggerFactory.getLogger(GuideBook.class);
    private static final String SUFFIX = ".md";

    private final Map<String, Chapter> chapters;

    private GuideBook(Map<String, Chapter> chapters) {
        this.chapters = Collections.unmodifiableMap(chapters);
    }

    /**
     * Reads and renders every Markdown file; a directory that is not there has no guides.
     *
     * @param base where the guides' addresses begin, for example {@code /docs/guide}
     */
    static GuideBook read(Path directory, String base) {
        Map<String, Chapter> chapters = new TreeMap<>();
        MarkdownPage markdown = new MarkdownPage(base);
        for (Path file : files(directory)) {
            String name = directory.relativize(file).toString();
            String path = name.substring(0, name.length() - SUFFIX.length());
            try {
                chapters.put(path, markdown.chapter(path, Files.readString(file)));
            } catch (IOException e) {
                LOG.warn("The guide {} cannot be read: {}", file, e.toString());
            }
        }
        return new GuideBook(chapters);
    }

    private static List<Path> files(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(directory, 2)) {
            return found.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList();
        } catch (IOException e) {
            LOG.warn("The guides in {} cannot be listed: {}", directory, e.toString());
            return List.of();
        }
    }

    Optional<Chapter> find(String path) {
        return Optional.ofNullable(chapters.get(path));
    }

    Collection<Chapter> chapters() {
        return chapters.values();
    }
}
