package coop.minga.plugins.compute.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Permissions and owners, set whatever the process's umask says. */
final class Modes {

    private Modes() {}

    static FileAttribute<Set<PosixFilePermission>> file(String mode) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
    }

    static void set(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    static Path directory(Path path, String mode) throws IOException {
        Files.createDirectories(path);
        set(path, mode);
        return path;
    }

    /** Gives a file to a tenant; only root can, and only then tenants have uids of their own. */
    static void give(Path path, int uid) throws IOException {
        if (uid > 0) {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }
}
