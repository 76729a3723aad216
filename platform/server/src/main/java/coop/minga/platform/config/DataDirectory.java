package coop.minga.platform.config;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/**
 * The directory that holds everything that must survive: the embedded database, the keys,
 * instances' files, the mark of the mode. One host at a time holds it.
 */
public final class DataDirectory implements AutoCloseable {

    private final Path path;
    private final Mode mode;
    private final FileChannel lockFile;
    private final FileLock lock;

    private DataDirectory(Path path, Mode mode, FileChannel lockFile, FileLock lock) {
        this.path = path;
        this.mode = mode;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * Where data goes when nothing is said: {@code /var/lib/minga} for root, else below the home
     * directory.
     */
    public static Path standard(Map<String, String> environment) {
        String chosen = environment.getOrDefault("MINGA_DATA_DIR", "");
        if (!chosen.isBlank()) {
            return Path.of(chosen).toAbsolutePath().normalize();
        }
        if ("root".equals(System.getProperty("user.name"))) {
            return Path.of("/var/lib/minga");
        }
        return Path.of(System.getProperty("user.home"), ".local", "share", "minga");
    }

    /** The mode fixed in a directory, or empty when it has not been started on yet. */
    public static Optional<Mode> modeOf(Path path) {
        Path mark = path.resolve("mode");
        if (!Files.exists(mark)) {
            return Optional.empty();
        }
        try {
            String text = Files.readString(mark).strip();
            for (Mode mode : Mode.values()) {
                if (mode.id().equals(text)) {
                    return Optional.of(mode);
                }
            }
            throw new CannotStart(mark + " must say trial or production, not '" + text + "'.");
        } catch (IOException e) {
            throw new CannotStart(
                    mark + " cannot be read: run as the user who owns the data directory.", e);
        }
    }

    /**
     * Takes the directory for this process, creating it at the first start.
     *
     * @param wanted the mode asked for; null for whatever is fixed, production when nothing is
     * @throws CannotStart when it cannot be written, is held by another host, or is of the other
     *     mode
     */
    public static DataDirectory open(Path path, @Nullable Mode wanted) {
        try {
            createPrivate(path);
        } catch (IOException e) {
            throw new CannotStart(
                    "The data directory "
                            + path
                            + " cannot be created or written: make it writable for "
                            + System.getProperty("user.name")
                            + ", or set MINGA_DATA_DIR to a directory that is.",
                    e);
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                throw new CannotStart(
                        "Another Minga runs on the data directory "
                                + path
                                + ": stop it, or set MINGA_DATA_DIR.");
            }
            Mode mode = fixMode(path, wanted);
            return new DataDirectory(path, mode, channel, lock);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new CannotStart(
                    "The data directory "
                            + path
                            + " cannot be written: make it writable for "
                            + System.getProperty("user.name")
                            + ", or set MINGA_DATA_DIR to a directory that is.",
                    e);
        } catch (CannotStart e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /**
     * The seed of the checkpoint key of a directory that may be in use, for commands that only
     * read.
     */
    public static byte[] checkpointSeedOf(Path directory) {
        Path file = directory.resolve("keys").resolve("checkpoint.key");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CannotStart(
                    file + " cannot be read: run this as the user that runs Minga.", e);
        }
    }

    /** The master key of a directory that may be in use, for commands beside a running host. */
    public static byte[] masterKeyOf(Path directory) {
        Path file = directory.resolve("keys").resolve("master.key");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CannotStart(
                    file + " cannot be read: run this as the user that runs Minga.", e);
        }
    }

    /** Turns a trial into production, for good; the directory must be held. */
    public void promote() {
        try {
            Path fresh = path.resolve("mode.new");
            Files.writeString(fresh, Mode.PRODUCTION.id() + "\n");
            Files.move(fresh, path.resolve("mode"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CannotStart(path.resolve("mode") + " cannot be written.", e);
        }
    }

    public Path path() {
        return path;
    }

    public Mode mode() {
        return mode;
    }

    /** The key that seals secrets at rest, made at first use; readable for the owner only. */
    public byte[] masterKey() {
        return secretFile("master.key", SecretBox.KEY_BYTES);
    }

    /**
     * What the key that signs the ledger's checkpoints is made of, made at first use: kept here and
     * not in the database, so that whoever can write there still cannot sign.
     */
    public byte[] checkpointSeed() {
        return secretFile("checkpoint.key", 32);
    }

    /** Names this installation among others that share a vendor account; made at first use. */
    public String hostId() {
        Path file = path.resolve("host-id");
        try {
            if (!Files.exists(file)) {
                byte[] random = new byte[8];
                new SecureRandom().nextBytes(random);
                StringBuilder id = new StringBuilder();
                for (byte b : random) {
                    id.append(String.format("%02x", b));
                }
                Files.writeString(file, id, StandardOpenOption.CREATE_NEW);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new CannotStart(file + " cannot be written or read.", e);
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            // The process ends and with it the lock.
        }
    }

    private byte[] secretFile(String name, int length) {
        Path keys = path.resolve("keys");
        Path file = keys.resolve(name);
        try {
            createPrivate(keys);
            if (!Files.exists(file)) {
                byte[] key = new byte[length];
                new SecureRandom().nextBytes(key);
                Path fresh =
                        Files.createTempFile(
                                file.getParent(),
                                name,
                                ".new",
                                PosixFilePermissions.asFileAttribute(
                                        PosixFilePermissions.fromString("rw-------")));
                Files.write(fresh, key);
                Files.move(fresh, file);
            }
            byte[] key = Files.readAllBytes(file);
            if (key.length != length) {
                throw new CannotStart(
                        file
                                + " is damaged (it must have "
                                + length
                                + " bytes): restore it from a backup.");
            }
            return key;
        } catch (IOException e) {
            throw new CannotStart(file + " cannot be written or read.", e);
        }
    }

    private static Mode fixMode(Path path, @Nullable Mode wanted) throws IOException {
        Optional<Mode> fixed = modeOf(path);
        if (fixed.isEmpty()) {
            Mode mode = wanted == null ? Mode.PRODUCTION : wanted;
            try {
                Files.write(
                        path.resolve("mode"),
                        (mode.id() + "\n").getBytes(StandardCharsets.UTF_8),
                        StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                throw new CannotStart(
                        "Another Minga starts on the data directory " + path + ".", e);
            }
            return mode;
        }
        if (wanted != null && wanted != fixed.get()) {
            throw new CannotStart(
                    "The data directory "
                            + path
                            + " is of a "
                            + fixed.get().id()
                            + " installation and cannot be started as "
                            + wanted.id()
                            + ": use another MINGA_DATA_DIR, or 'minga init --from-trial' to move"
                            + " on to production.");
        }
        return fixed.get();
    }

    private static void createPrivate(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        }
        if (!Files.isWritable(directory)) {
            throw new IOException(directory + " is not writable");
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing was written through it.
            }
        }
    }
}
