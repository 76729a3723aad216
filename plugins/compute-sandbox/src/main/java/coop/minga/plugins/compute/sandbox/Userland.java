package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Workload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Fills {@code box}, the part of an instance's directory that is shown inside: home, {@code /etc},
 * volumes and files. Done once, before the tenant runs, so no link of its making can be in the way.
 */
final class Userland {

    static final String HOME = "/home/tenant";

    private static final Set<String> NOT_OURS =
            Set.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "proc", "dev", "sys");

    private final Path box;
    private final int uid;
    private final List<Recipe.Mount> mounts = new ArrayList<>();

    private Userland(Path box, int uid) {
        this.box = box;
        this.uid = uid;
    }

    /** Why these files and volumes cannot be placed, if so. */
    static Optional<String> objection(Workload workload) {
        List<String> paths = new ArrayList<>();
        workload.files().forEach(file -> paths.add(file.path()));
        workload.volumes().forEach(volume -> paths.add(volume.path()));
        for (String path : paths) {
            Path normal = Path.of(path).normalize();
            if (normal.getNameCount() == 0
                    || NOT_OURS.contains(normal.getName(0).toString())
                    || normal.startsWith("/run/minga")
                    || path.indexOf('\0') >= 0
                    || path.indexOf('\n') >= 0) {
                return Optional.of("Nothing can be placed at " + normal + " in a sandbox");
            }
        }
        for (Workload.Volume volume : workload.volumes()) {
            Path normal = Path.of(volume.path()).normalize();
            if (normal.startsWith("/etc") || normal.getNameCount() < 2 && isSystem(normal)) {
                return Optional.of("No volume can be placed at " + normal + " in a sandbox");
            }
        }
        return Optional.empty();
    }

    private static boolean isSystem(Path path) {
        return path.equals(Path.of("/home")) || path.equals(Path.of("/tmp"));
    }

    static List<Recipe.Mount> fill(Path box, CreateInstance request, int uid) throws IOException {
        Userland userland = new Userland(box, uid);
        userland.system(request.name());
        userland.tenants(box.resolve("home"));
        for (Workload.Volume volume : request.workload().volumes()) {
            userland.volume(volume);
        }
        int number = 0;
        for (Workload.File file : request.workload().files()) {
            userland.file(file, number++);
        }
        return userland.mounts;
    }

    private void system(String name) throws IOException {
        Modes.directory(box, "rwxr-xr-x");
        Path etc = Modes.directory(box.resolve("etc"), "rwxr-xr-x");
        Modes.directory(etc.resolve("alternatives"), "rwxr-xr-x");
        Modes.directory(etc.resolve("ssl"), "rwxr-xr-x");
        Modes.directory(etc.resolve("ssl/certs"), "rwxr-xr-x");
        String host = "minga-" + name;
        open(
                etc.resolve("passwd"),
                """
                root:x:0:0:root:/root:/usr/sbin/nologin
                tenant:x:1000:1000:tenant:%s:/bin/bash
                nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
                """
                        .formatted(HOME));
        open(etc.resolve("group"), "root:x:0:\ntenant:x:1000:\nnogroup:x:65534:\n");
        open(etc.resolve("hostname"), host + "\n");
        open(etc.resolve("hosts"), "127.0.0.1 localhost " + host + "\n::1 localhost\n");
        open(etc.resolve("nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
        String prompt = "[ -n \"$BASH_VERSION\" ] && PS1='\\u@\\h:\\w\\$ '\nHISTFILE=\n";
        open(etc.resolve("profile"), "umask 022\n" + prompt);
        open(etc.resolve("bash.bashrc"), prompt);
        open(etc.resolve("ld.so.cache"), "");
        open(etc.resolve("localtime"), "");
    }

    private static void open(Path file, String content) throws IOException {
        Files.writeString(file, content, StandardCharsets.UTF_8);
        Modes.set(file, "rw-r--r--");
    }

    private Path tenants(Path directory) throws IOException {
        Modes.directory(directory, "rwx------");
        Modes.give(directory, uid);
        return directory;
    }

    private void volume(Workload.Volume volume) throws IOException {
        Path target = Path.of(volume.path()).normalize();
        if (target.startsWith(HOME)) {
            below(box.resolve("home"), Path.of(HOME).relativize(target));
            return;
        }
        String source = "volumes/" + mounts.size();
        Modes.directory(box.resolve("volumes"), "rwxr-xr-x");
        tenants(box.resolve(source));
        mounts.add(new Recipe.Mount(source, target.toString(), true));
    }

    private void file(Workload.File file, int number) throws IOException {
        Path target = Path.of(file.path()).normalize();
        if (target.startsWith(HOME)) {
            place(box.resolve("home"), Path.of(HOME).relativize(target), file);
            return;
        }
        for (Recipe.Mount mount : mounts) {
            Path volume = Path.of(mount.target());
            if (mount.writable() && target.startsWith(volume)) {
                place(box.resolve(mount.source()), volume.relativize(target), file);
                return;
            }
        }
        Path source;
        if (target.startsWith("/etc")) {
            source = box.resolve("etc").resolve(Path.of("/etc").relativize(target));
            for (Path above = source.getParent();
                    above != null && !Files.exists(above);
                    above = above.getParent()) {
                Modes.directory(above, "rwxr-xr-x");
            }
        } else {
            Modes.directory(box.resolve("files"), "rwxr-xr-x");
            source = box.resolve("files/" + number);
            mounts.add(new Recipe.Mount("files/" + number, target.toString(), false));
        }
        Files.writeString(source, file.content(), StandardCharsets.UTF_8);
        Modes.set(source, file.executable() ? "rwxr-xr-x" : "rw-r--r--");
    }

    private void place(Path base, Path relative, Workload.File file) throws IOException {
        Path parent = relative.getParent();
        Path directory = parent == null ? base : below(base, parent);
        Path target = directory.resolve(relative.getFileName());
        Files.writeString(target, file.content(), StandardCharsets.UTF_8);
        Modes.set(target, file.executable() ? "rwxr-xr-x" : "rw-r--r--");
        Modes.give(target, uid);
    }

    private Path below(Path base, Path relative) throws IOException {
        Path directory = base;
        for (Path name : relative) {
            if (!name.toString().isEmpty()) {
                directory = directory.resolve(name);
                if (!Files.exists(directory)) {
                    Modes.directory(directory, "rwxr-xr-x");
                    Modes.give(directory, uid);
                }
            }
        }
        return directory;
    }
}
