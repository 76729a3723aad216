package coop.minga.platform.db;

import coop.minga.platform.config.CannotStart;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Unpacks the PostgreSQL programs that travel in the class path. */
final class PostgresBinaries {

    private static final String PREFIX = "postgresql-";

    private PostgresBinaries() {}

    /**
     * The directory with {@code bin/postgres}, unpacked below the cache at the first call. Safe
     * against other processes doing the same.
     */
    static Path unpackedIn(Path cache) {
        Path done = cache.resolve(directoryName());
        if (Files.isExecutable(done.resolve("bin/postgres"))) {
            return done;
        }
        try {
            Files.createDirectories(cache);
            try (FileChannel channel =
                            FileChannel.open(
                                    cache.resolve("unpack.lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!Files.isExecutable(done.resolve("bin/postgres"))) {
                    Path fresh = cache.resolve(PREFIX + "new");
                    deleteEarlier(cache);
                    unpack(fresh);
                    Files.move(fresh, done, StandardCopyOption.ATOMIC_MOVE);
                }
                lock.release();
            }
        } catch (IOException e) {
            throw new CannotStart(
                    "PostgreSQL cannot be unpacked to "
                            + cache
                            + " ("
                            + e.getMessage()
                            + "): make the directory writable and free 100 MB, or set"
                            + " MINGA_DATA_DIR or MINGA_DB_URL.",
                    e);
        }
        return done;
    }

    private static void unpack(Path target) throws IOException {
        try (InputStream packed = resource().openStream();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(
                                new XZInputStream(new BufferedInputStream(packed, 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("An entry leaves the directory: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(path.getParent());
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else if (isNeeded(entry.getName())) {
                    Files.createDirectories(path.getParent());
                    Files.copy(tar, path);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            path,
                            PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    private static boolean isNeeded(String name) {
        return !name.endsWith(".a");
    }

    /** Another build of the programs gets another directory, so that an upgrade takes effect. */
    private static String directoryName() {
        try {
            URLConnection connection = resource().openConnection();
            connection.setUseCaches(false);
            if (connection instanceof JarURLConnection jar) {
                try (JarFile file = jar.getJarFile()) {
                    return PREFIX + Long.toHexString(file.getEntry(jar.getEntryName()).getCrc());
                }
            }
            return PREFIX + connection.getContentLengthLong();
        } catch (IOException e) {
            throw new UncheckedIOException("The class path changed under the host", e);
        }
    }

    private static void deleteEarlier(Path cache) throws IOException {
        List<Path> earlier;
        try (Stream<Path> found = Files.list(cache)) {
            earlier =
                    found.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList();
        }
        for (Path path : earlier) {
            deleteTree(path);
        }
    }

    private static URL resource() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch =
                switch (System.getProperty("os.arch", "")) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm_64";
                    default -> "unknown";
                };
        String platform =
                os.contains("linux") ? "linux" : os.contains("mac") ? "darwin" : "windows";
        URL packed =
                PostgresBinaries.class.getResource("/postgres-" + platform + "-" + arch + ".txz");
        if (packed == null) {
            throw new CannotStart(
                    "There is no embedded PostgreSQL for "
                            + System.getProperty("os.name")
                            + " on "
                            + System.getProperty("os.arch")
                            + ": set MINGA_DB_URL, MINGA_DB_USER and MINGA_DB_PASSWORD to a"
                            + " PostgreSQL of version 15 or later.");
        }
        return packed;
    }

    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> tree = Files.walk(directory)) {
            paths = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
