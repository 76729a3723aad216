import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Formats every Java source below a folder, or checks that they are formatted.
 *
 * <p>Runs in a JDK of its own because google-java-format needs the compiler of the JDK whose
 * language it reads, which Maven's JVM need not be. Arguments: {@code check} or {@code apply}, then
 * the folder.
 */
final class Format {

    /** Templates of the archetype are no Java until somebody names a package. */
    private static final Set<String> SKIPPED =
            Set.of("target", "node_modules", ".git", "dist", "archetype-resources");

    private Format() {}

    public static void main(String[] args) throws IOException {
        boolean apply = args[0].equals("apply");
        var formatter =
                new Formatter(
                        JavaFormatterOptions.builder()
                                .style(JavaFormatterOptions.Style.AOSP)
                                .build());
        List<Path> wrong =
                sources(Path.of(args[1])).parallelStream()
                        .filter(file -> isWrong(formatter, file, apply))
                        .toList();
        wrong.forEach(
                file -> System.out.println((apply ? "formatted " : "not formatted: ") + file));
        if (!apply && !wrong.isEmpty()) {
            System.out.println("Run .ci/format and commit the result.");
            System.exit(1);
        }
    }

    private static boolean isWrong(Formatter formatter, Path file, boolean apply) {
        try {
            String source = Files.readString(file);
            String formatted = formatted(formatter, source);
            boolean wrong = !formatted.equals(source);
            if (wrong && apply) {
                Files.writeString(file, formatted);
            }
            return wrong;
        } catch (IOException | FormatterException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * A rewrapped comment can change how the lines around it are broken: goes on until nothing
     * moves.
     */
    private static String formatted(Formatter formatter, String source) throws FormatterException {
        String before = source;
        for (int pass = 0; pass < 4; pass++) {
            String after = formatter.formatSourceAndFixImports(before);
            if (after.equals(before)) {
                return after;
            }
            before = after;
        }
        return before;
    }

    private static List<Path> sources(Path root) throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path dir, BasicFileAttributes attributes) {
                        return SKIPPED.contains(dir.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (file.toString().endsWith(".java")) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }
}
