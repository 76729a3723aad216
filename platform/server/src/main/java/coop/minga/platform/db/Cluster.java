package coop.minga.platform.db;

import coop.minga.platform.config.CannotStart;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The files of an embedded server below one base directory: {@code cluster/} (PostgreSQL's own),
 * {@code password}, {@code lock}. Whoever has it open has the directory to itself.
 */
final class Cluster implements AutoCloseable {

    /** May do everything; the host works as {@link EmbeddedPostgres#OWNER}. */
    static final String SUPERUSER = "postgres";

    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    private final Path base;
    private final Path programs;
    private final FileChannel lock;
    private final ServerUser user;
    private final String password;

    private Cluster(Path base, Path programs, FileChannel lock) {
        this.base = base;
        this.programs = programs;
        this.lock = lock;
        this.user = ServerUser.of(base.resolve("cluster"));
        this.password = password(base);
    }

    /**
     * Opens a base directory, making it at the first call; the cluster itself is made by {@link
     * #make}.
     *
     * @param cache where the programs are unpacked
     * @throws CannotStart when the directory is not ours to use, or in use
     */
    static Cluster open(Path base, Path cache) {
        makeBase(base);
        FileChannel lock = lock(base);
        try {
            Cluster cluster = new Cluster(base, PostgresBinaries.unpackedIn(cache), lock);
            cluster.checkVersion();
            return cluster;
        } catch (RuntimeException e) {
            close(lock);
            throw e;
        }
    }

    Path base() {
        return base;
    }

    /** PostgreSQL's own directory. */
    Path files() {
        return base.resolve("cluster");
    }

    ServerUser user() {
        return user;
    }

    String password() {
        return password;
    }

    /** A program of PostgreSQL's. */
    String program(String name) {
        return programs.resolve("bin").resolve(name).toString();
    }

    private static void makeBase(Path base) {
        try {
            Files.createDirectories(base);
            // Others may pass through to the programs and the cluster but see nothing here.
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw notWritable(base, e);
        }
    }

    static CannotStart notWritable(Path base, Exception e) {
        return new CannotStart(
                "The database directory "
                        + base
                        + " cannot be written: make it writable for this user or set"
                        + " MINGA_DATA_DIR to another place.",
                e);
    }

    private static FileChannel lock(Path base) {
        FileChannel channel;
        try {
            channel =
                    FileChannel.open(
                            base.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw notWritable(base, e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (IOException | OverlappingFileLockException e) {
            log.debug("No lock on {}", base, e);
        }
        close(channel);
        throw new CannotStart(
                "Another Minga already runs on the data in "
                        + base
                        + ": stop it first, or set MINGA_DATA_DIR to another place.");
    }

    private static String password(Path base) {
        Path file = base.resolve("password");
        try {
            if (!Files.exists(file)) {
                byte[] secret = new byte[24];
                new SecureRandom().nextBytes(secret);
                Path fresh = base.resolve("password.new");
                Files.deleteIfExists(fresh);
                Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rw-------");
                Files.createFile(fresh, PosixFilePermissions.asFileAttribute(ownerOnly));
                Files.writeString(
                        fresh, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw notWritable(base, e);
        }
        return storedPassword(base);
    }

    /** The password of the roles of a base directory. */
    static String storedPassword(Path base) {
        try {
            return Files.readString(base.resolve("password")).strip();
        } catch (IOException e) {
            throw new CannotStart(
                    "The password file "
                            + base.resolve("password")
                            + " cannot be read: run this as the user that runs Minga.",
                    e);
        }
    }

    private void checkVersion() {
        Path version = files().resolve("PG_VERSION");
        if (!Files.exists(files())) {
            return;
        }
        String found;
        try {
            found = Files.readString(version).strip();
        } catch (IOException e) {
            throw new CannotStart(
                    "The database in "
                            + files()
                            + " cannot be read: start Minga as the user that made it ("
                            + user.owner()
                            + ").",
                    e);
        }
        String ours = major();
        if (!found.equals(ours)) {
            throw new CannotStart(
                    "The database in "
                            + files()
                            + " was made by PostgreSQL "
                            + found
                            + " but this Minga brings PostgreSQL "
                            + ours
                            + ": make a backup with the Minga that made it and restore that into an"
                            + " empty data directory.");
        }
    }

    private String major() {
        Ran ran = Ran.of(builder(List.of(program("postgres"), "--version")));
        // "postgres (PostgreSQL) 18.4"
        String version = ran.output().substring(ran.output().lastIndexOf(' ') + 1).strip();
        int dot = version.indexOf('.');
        if (ran.code() != 0 || dot < 0) {
            throw new CannotStart(
                    "The embedded PostgreSQL does not run here ("
                            + ran.output().strip()
                            + "): set MINGA_DB_URL to a PostgreSQL of version 15 or later.");
        }
        return version.substring(0, dot);
    }

    /** Makes the cluster unless an earlier start did. */
    void make() {
        if (Files.exists(files())) {
            return;
        }
        Path fresh = base.resolve("cluster.new");
        try {
            PostgresBinaries.deleteTree(fresh);
            Files.createDirectory(fresh);
            user.own(fresh);
            Path passwordFile = base.resolve("password.init");
            Files.copy(base.resolve("password"), passwordFile, StandardCopyOption.REPLACE_EXISTING);
            user.own(passwordFile);
            List<String> command = new ArrayList<>(user.prefix(false));
            command.addAll(
                    List.of(
                            program("initdb"),
                            "-D",
                            fresh.toString(),
                            "--username=" + SUPERUSER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--locale=C",
                            "--data-checksums",
                            "--no-instructions"));
            Ran ran = Ran.of(builder(command));
            Files.deleteIfExists(passwordFile);
            if (ran.code() != 0) {
                PostgresBinaries.deleteTree(fresh);
                throw new CannotStart(
                        "The embedded database could not be made in "
                                + base
                                + ": "
                                + ran.lastLine());
            }
            Files.move(fresh, files(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notWritable(base, e);
        }
    }

    /** A program in the base directory, without what the environment says to PostgreSQL. */
    ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(base.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    @Override
    public void close() {
        close(lock);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("Closing the lock failed", e);
        }
    }
}
