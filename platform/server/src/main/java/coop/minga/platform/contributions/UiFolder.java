package coop.minga.platform.contributions;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The {@code ui} folder of a plugin's jar, in memory.
 *
 * @param files by path below {@code ui/}
 */
record UiFolder(Map<String, byte[]> files) {

    static final String MANIFEST = "ui-plugin.json";

    private static final String ROOT = "ui/";
    private static final int MAX_FILES = 200;
    private static final long MAX_BYTES = 2L << 20;
    private static final Pattern PATH =
            Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,4}");

    /** What is served, and as what. */
    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("txt", "text/plain; charset=utf-8"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("png", "image/png"),
                    Map.entry("webp", "image/webp"),
                    Map.entry("jpg", "image/jpeg"),
                    Map.entry("woff2", "font/woff2"));

    UiFolder {
        files = Map.copyOf(files);
    }

    /**
     * Reads the folder.
     *
     * @return empty when the jar has no manifest for the pages, and so adds nothing to them
     * @throws ManifestRefused when the folder is too large or holds what is not served
     */
    static Optional<UiFolder> read(Path jar) {
        Map<String, byte[]> files = new HashMap<>();
        long bytes = 0;
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (zip.getEntry(ROOT + MANIFEST) == null) {
                return Optional.empty();
            }
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (!entry.getName().startsWith(ROOT) || entry.isDirectory()) {
                    continue;
                }
                String path = entry.getName().substring(ROOT.length());
                check(path);
                byte[] content;
                try (InputStream in = zip.getInputStream(entry)) {
                    content = in.readNBytes((int) (MAX_BYTES - bytes + 1));
                }
                bytes += content.length;
                if (bytes > MAX_BYTES || files.size() == MAX_FILES) {
                    throw new ManifestRefused(
                            "ui/ holds more than "
                                    + (MAX_BYTES >> 20)
                                    + " MiB or "
                                    + MAX_FILES
                                    + " files",
                            "ui/ contiene más de "
                                    + (MAX_BYTES >> 20)
                                    + " MiB o "
                                    + MAX_FILES
                                    + " archivos");
                }
                files.put(path, content);
            }
        } catch (IOException e) {
            throw new ManifestRefused(
                    "ui/ cannot be read from the jar", "no se puede leer ui/ del jar");
        }
        return Optional.of(new UiFolder(files));
    }

    private static void check(String path) {
        if (!PATH.matcher(path).matches() || !TYPES.containsKey(extension(path))) {
            throw new ManifestRefused(
                    "ui/" + path + " is of a kind that is not served",
                    "ui/" + path + " es de un tipo que no se sirve");
        }
    }

    private static String extension(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** The media type of a file that was let in. */
    static String mediaType(String path) {
        return TYPES.getOrDefault(extension(path), "application/octet-stream");
    }

    Optional<byte[]> file(String path) {
        return Optional.ofNullable(files.get(path));
    }
}
