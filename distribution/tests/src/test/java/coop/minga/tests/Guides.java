package coop.minga.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The guides of the tree as their readers have them: pages, and the files they tell to type. */
final class Guides {

    private static final Pattern FILE =
            Pattern.compile(
                    "^```\\w+ file=(\\S+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** A command of the author's guide; it may be broken into lines as shells allow. */
    private static final Pattern COMMAND =
            Pattern.compile("^```sh\\n(mvn [^`]*:generate[^`]*)^```$", Pattern.MULTILINE);

    private Guides() {}

    /**
     * The pages of a language by their addresses below the guides', for example {@code plugins}.
     */
    static Map<String, String> pages(String language) {
        Path root = RunningMinga.TREE.resolve("docs").resolve(language);
        Map<String, String> pages = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".md")).sorted().toList()) {
                String name = root.relativize(file).toString();
                pages.put(name.substring(0, name.length() - 3), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pages;
    }

    static String page(String language, String address) {
        String page = pages(language).get(address);
        if (page == null) {
            throw new AssertionError("no guide " + address + " in " + language);
        }
        return page;
    }

    /** The files a page shows, by their paths in the project. */
    static Map<String, String> files(String page) {
        Map<String, String> files = new LinkedHashMap<>();
        Matcher matcher = FILE.matcher(page);
        while (matcher.find()) {
            files.put(matcher.group(1), matcher.group(2));
        }
        return files;
    }

    /** Code that nothing checks: Java without a file's name. */
    static List<String> looseCode(String page) {
        return Pattern.compile("^```java\\s*$", Pattern.MULTILINE)
                .matcher(page)
                .results()
                .map(found ->
                        page.substring(found.start(), Math.min(page.length(), found.end() + 80)))
                .toList();
    }

    /** How the author's guide makes a new plugin, word by word. */
    static List<String> generating() {
        Matcher matcher = COMMAND.matcher(page("en", "plugins"));
        if (!matcher.find()) {
            throw new AssertionError("the author's guide does not say how to begin");
        }
        return List.of(matcher.group(1).replace("\\\n", " ").strip().split("\\s+"));
    }

    static TreeSet<String> addresses(String language) {
        return new TreeSet<>(pages(language).keySet());
    }
}
