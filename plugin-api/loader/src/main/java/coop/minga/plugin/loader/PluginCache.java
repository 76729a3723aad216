package coop.minga.plugin.loader;

import coop.minga.plugin.loader.PluginRejected.Code;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Private copies of plugins under {@code <directory>/<sha256>/}: {@code plugin.jar} and {@code
 * lib/*.jar}. What is checked is the copy, so that a file swapped afterwards changes nothing.
 * Thread-safe; two hosts may share a directory.
 */
public final class PluginCache {

    private final Path directory;
    private final ArchiveLimits limits;
    private final Map<Path, Ahead> ahead = new ConcurrentHashMap<>();

    /** A file as it was found. */
    private record Stamp(long size, FileTime modified, @Nullable Object key) {

        static Stamp of(Path file) throws IOException {
            BasicFileAttributes found =
                    Files.readAttributes(
                            file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new Stamp(found.size(), found.lastModifiedTime(), found.fileKey());
        }
    }

    /** A jar that is read before anybody asked for it, and how it looked before that. */
    private record Ahead(Stamp stamp, FutureTask<UnpackedPlugin> task) {}

    public PluginCache(Path directory, ArchiveLimits limits) {
        this.directory = directory;
        this.limits = limits;
    }

    /**
     * Begins to copy and check the jars of a folder on a thread of its own, largest first. Whoever
     * {@linkplain #admit admits} one of them unchanged gets what came of it.
     */
    public void anticipate(Path folder) {
        List<Path> jars;
        try (Stream<Path> files = Files.list(folder)) {
            jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
        } catch (IOException e) {
            // Whoever looks there in earnest says what is wrong with it.
            return;
        }
        for (Path jar : jars) {
            try {
                FutureTask<UnpackedPlugin> task = new FutureTask<>(() -> read(jar, hash -> {}));
                ahead.put(jar, new Ahead(Stamp.of(jar), task));
            } catch (IOException e) {
                ahead.remove(jar);
            }
        }
        List<Ahead> turns =
                ahead.values().stream()
                        .sorted(
                                Comparator.comparingLong((Ahead each) -> each.stamp().size())
                                        .reversed())
                        .toList();
        Thread.ofPlatform()
                .daemon()
                .name("plugins-ahead")
                .start(() -> turns.forEach(each -> each.task().run()));
    }

    /**
     * Copies a jar, asks for approval of its hash, checks it and unpacks its libraries.
     *
     * @param source the jar as somebody dropped it
     * @param approval given the SHA-256 before anything else is read; throws to refuse
     * @throws PluginRejected with the reason
     */
    public UnpackedPlugin admit(Path source, Consumer<String> approval) {
        Optional<UnpackedPlugin> known = anticipated(source);
        if (known.isPresent()) {
            approval.accept(known.get().sha256());
            return known.get();
        }
        return read(source, approval);
    }

    /** What was read ahead, unless the file is another by now or could not be read. */
    private Optional<UnpackedPlugin> anticipated(Path source) {
        Ahead begun = ahead.remove(source);
        try {
            if (begun == null || !begun.stamp().equals(Stamp.of(source))) {
                return Optional.empty();
            }
            // Runs it here when its turn has not come yet.
            begun.task().run();
            return Optional.of(begun.task().get());
        } catch (IOException | ExecutionException e) {
            // The ordinary way says what is the matter.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private UnpackedPlugin read(Path source, Consumer<String> approval) {
        if (Files.isSymbolicLink(source)
                || !Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
            throw new PluginRejected(
                    Code.NOT_A_JAR,
                    "A plugin must be a regular file, not a folder or a link.",
                    "Un plugin debe ser un archivo normal, no una carpeta ni un enlace.");
        }
        Path draft = null;
        try {
            Files.createDirectories(directory);
            draft = Files.createTempDirectory(directory, "draft-");
            Path jar = draft.resolve("plugin.jar");
            String sha256 = copy(source, jar);
            approval.accept(sha256);
            PluginArchive archive = new PluginArchive(jar, limits);
            Path home = directory.resolve(sha256);
            boolean known = Files.isDirectory(home);
            // The same bytes were inflated and checked before they were given a home: doing it
            // again at every start would cost most for the plugins with the largest libraries.
            List<String> libraries = known ? archive.checkNames() : archive.check();
            PluginManifest manifest = PluginManifest.of(archive.manifest());
            if (!known) {
                extract(jar, libraries, draft);
                moveAtomically(draft, home);
            }
            List<Path> paths = new ArrayList<>();
            for (String library : libraries) {
                paths.add(home.resolve(library));
            }
            return new UnpackedPlugin(manifest, sha256, home.resolve("plugin.jar"), paths);
        } catch (NoSuchFileException e) {
            throw io("the file disappeared while it was read", "el archivo desapareció", e);
        } catch (IOException e) {
            String detail = PluginManifest.shown("" + e.getMessage());
            throw io(
                    "a file cannot be read or written: " + detail,
                    "falla de archivo: " + detail,
                    e);
        } finally {
            if (draft != null) {
                deleteTree(draft);
            }
        }
    }

    /** Deletes copies that are not among those in use, and drafts of a host that died. */
    public void prune(Set<String> inUse) {
        try (Stream<Path> children = Files.list(directory)) {
            children.filter(child -> !inUse.contains(child.getFileName().toString()))
                    .filter(Files::isDirectory)
                    .forEach(PluginCache::deleteTree);
        } catch (IOException e) {
            // Left-over copies cost space and nothing else; the next start tries again.
            return;
        }
    }

    private String copy(Path source, Path target) throws IOException {
        MessageDigest digest = sha256();
        long size = 0;
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS);
                OutputStream out = Files.newOutputStream(target)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > limits.archiveBytes()) {
                    throw new PluginRejected(
                            Code.TOO_LARGE,
                            "The plugin is too large: more than "
                                    + (limits.archiveBytes() >> 20)
                                    + " MiB.",
                            "El plugin es demasiado grande: más de "
                                    + (limits.archiveBytes() >> 20)
                                    + " MiB.");
                }
                digest.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void extract(Path jar, List<String> libraries, Path home) throws IOException {
        if (libraries.isEmpty()) {
            return;
        }
        Files.createDirectories(home.resolve("lib"));
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (String library : libraries) {
                ZipEntry entry = zip.getEntry(library);
                if (entry == null) {
                    throw new IOException("no entry " + PluginManifest.shown(library));
                }
                Path target = home.resolve(library);
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, target);
                }
                try {
                    new PluginArchive(target, limits).checkLibrary();
                } catch (PluginRejected e) {
                    String name = PluginManifest.shown(library);
                    throw new PluginRejected(
                            e.code(),
                            "In " + name + ": " + e.reason().in("en"),
                            "En " + name + ": " + e.reason().in("es"),
                            e);
                }
            }
        }
    }

    private static void moveAtomically(Path draft, Path home) throws IOException {
        try {
            Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            throw e;
        } catch (IOException e) {
            // Another host was faster: the same hash is the same content.
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private static PluginRejected io(String english, String spanish, IOException cause) {
        return new PluginRejected(
                Code.IO,
                "The plugin could not be copied: " + english + ".",
                "No se pudo copiar el plugin: " + spanish + ".",
                cause);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // It is a copy: whatever is left is pruned at the next start.
            return;
        }
    }
}
