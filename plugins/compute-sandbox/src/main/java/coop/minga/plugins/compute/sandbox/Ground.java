package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.IdempotencyKey;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directories everything lies in. Instances are directories that appear whole, by a rename, and
 * go the same way: whatever crash comes, what is under {@code i} is complete.
 *
 * <p>{@code i/<id>} instances, {@code e/<id>} touched when one changes, {@code t} being made or
 * thrown away, {@code u/<uid>} uids taken, {@code s/<id>} sockets, {@code lib/<hash>} scripts.
 */
final class Ground {

    /** What the kernel takes for a socket's name, less one for the end and some for comfort. */
    private static final int LONGEST_SOCKET = 104;

    private final Path data;
    private final String mark;

    Ground(Path data) {
        this.data = data.toAbsolutePath().normalize();
        this.mark = hash(this.data.toString()).substring(0, 8);
    }

    void prepare() throws IOException {
        Modes.directory(data, "rwx------");
        for (String name : List.of("i", "e", "t", "u", "lib")) {
            Modes.directory(data.resolve(name), "rwx------");
        }
    }

    static String idOf(IdempotencyKey key) {
        return hash(key.value()).substring(0, 16);
    }

    static boolean isId(String text) {
        return text.matches("[0-9a-f]{16}");
    }

    Path data() {
        return data;
    }

    Path instances() {
        return data.resolve("i");
    }

    Path instance(String id) {
        return instances().resolve(id);
    }

    Path events() {
        return data.resolve("e");
    }

    Path event(String id) {
        return events().resolve(id);
    }

    Path uids() {
        return data.resolve("u");
    }

    /** A control group's name: two hosts on one machine must not share any. */
    String group(String id) {
        return mark + "-" + id;
    }

    Path spare() throws IOException {
        long pid = ProcessHandle.current().pid();
        return Files.createTempDirectory(
                data.resolve("t"), pid + "-" + Status.Born.startOf(pid) + "-");
    }

    List<String> ids() throws IOException {
        try (Stream<Path> entries = Files.list(instances())) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(Ground::isId)
                    .sorted()
                    .toList();
        }
    }

    /** Moves an instance out of sight in one step, then deletes it. */
    void discard(String id) throws IOException, InterruptedException {
        if (Files.isDirectory(instance(id), LinkOption.NOFOLLOW_LINKS)) {
            Path trash = spare();
            Files.move(instance(id), trash.resolve(id), StandardCopyOption.ATOMIC_MOVE);
            erase(trash);
        }
        Files.deleteIfExists(event(id));
    }

    /** Deletes what a crash left half made or half deleted; what a living process makes stays. */
    void sweep() throws IOException, InterruptedException {
        try (Stream<Path> entries = Files.list(data.resolve("t"))) {
            for (Path entry : entries.toList()) {
                String[] maker = entry.getFileName().toString().split("-");
                if (maker.length < 2
                        || !maker[0].matches("\\d{1,9}")
                        || !maker[1].equals(Status.Born.startOf(Long.parseLong(maker[0])))) {
                    erase(entry);
                }
            }
        }
    }

    /** By rm, which gets through trees deeper than a path may be long and follows no links. */
    void erase(Path tree) throws InterruptedException {
        List<String> remove = List.of("rm", "-rf", "--one-file-system", "--", tree.toString());
        if (Machine.run(remove, 120).exit() != 0 && Files.exists(tree)) {
            Machine.run(List.of("chmod", "-R", "u+rwx", "--", tree.toString()), 120);
            Machine.run(remove, 120);
        }
    }

    /**
     * Where an instance's sockets go: beside it, or, where that name would be too long for a
     * socket, in the system's directory for such things. Only this user can look into it.
     */
    Path sockets(String id) throws IOException {
        Path near = data.resolve("s");
        if (near.resolve(id).resolve("control").toString().getBytes(StandardCharsets.UTF_8).length
                <= LONGEST_SOCKET) {
            return Modes.directory(near, "rwx------").resolve(id);
        }
        int uid = Machine.uid();
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        Path above =
                uid == 0
                        ? Path.of("/run")
                        : runtime != null && runtime.length() < 60 && runtime.startsWith("/")
                                ? Path.of(runtime)
                                : Path.of("/tmp");
        Path far = above.resolve("minga-" + uid + "-" + mark);
        try {
            Files.createDirectory(far, Modes.file("rwx------"));
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // In /tmp anybody could have been first.
            if (!Files.isDirectory(far, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getAttribute(far, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                            .equals(uid)) {
                throw new IOException(far + " belongs to somebody else", e);
            }
            Modes.set(far, "rwx------");
        }
        return far.resolve(id);
    }

    /** Writes this release's scripts out beside those of others that may still be in use. */
    Path scripts(Optional<byte[]> filter) throws IOException {
        byte[] supervisor = resource("supervisor.pl");
        byte[] agent = resource("agent.pl");
        byte[] seccomp = filter.orElse(new byte[0]);
        String version =
                hash(hash(new String(supervisor, StandardCharsets.UTF_8))
                                + hash(new String(agent, StandardCharsets.UTF_8))
                                + HexFormat.of().formatHex(seccomp))
                        .substring(0, 16);
        Path directory = data.resolve("lib").resolve(version);
        if (!Files.isDirectory(directory)) {
            Path fresh = spare();
            Files.write(fresh.resolve("supervisor.pl"), supervisor);
            Files.write(fresh.resolve("agent.pl"), agent);
            if (seccomp.length > 0) {
                Files.write(fresh.resolve("seccomp"), seccomp);
            }
            try {
                Files.move(fresh, directory, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.isDirectory(directory)) {
                    throw e;
                }
            }
        }
        return directory;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Ground.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("The plugin's jar lacks " + name);
            }
            return in.readAllBytes();
        }
    }

    static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
