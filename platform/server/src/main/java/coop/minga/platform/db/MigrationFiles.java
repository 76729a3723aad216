package coop.minga.platform.db;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/** The migrations that travel in the server's jar. */
final class MigrationFiles {

    private static final String DIRECTORY = "db/migration/";

    private MigrationFiles() {}

    /**
     * The checksum of each file by its name, as Flyway writes it into its history.
     *
     * @return empty where they are not in a jar, as in a build
     */
    static Optional<Map<String, Integer>> checksums() {
        URL place = MigrationFiles.class.getResource("/" + DIRECTORY);
        if (place == null) {
            return Optional.empty();
        }
        try {
            URLConnection connection = place.openConnection();
            connection.setUseCaches(false);
            if (!(connection instanceof JarURLConnection packed)) {
                return Optional.empty();
            }
            try (JarFile jar = packed.getJarFile()) {
                return Optional.of(checksums(jar));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The class path changed under the host", e);
        }
    }

    static Map<String, Integer> checksums(JarFile jar) throws IOException {
        Map<String, Integer> checksums = new TreeMap<>();
        List<JarEntry> files =
                jar.stream()
                        .filter(entry -> entry.getName().startsWith(DIRECTORY))
                        .filter(entry -> !entry.isDirectory())
                        .toList();
        for (JarEntry file : files) {
            try (InputStream content = jar.getInputStream(file)) {
                checksums.put(file.getName().substring(DIRECTORY.length()), checksum(content));
            }
        }
        return checksums;
    }

    /** Over the lines without their ends, which differ between systems. */
    private static int checksum(InputStream content) throws IOException {
        CRC32 sum = new CRC32();
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            sum.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return (int) sum.getValue();
    }
}
