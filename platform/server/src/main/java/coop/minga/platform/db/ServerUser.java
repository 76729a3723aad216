package coop.minga.platform.db;

import coop.minga.platform.config.CannotStart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Under whom the server runs. PostgreSQL refuses uid 0, so root gives it a user namespace in which
 * it is nobody while its files stay root's; where the system forbids that, an unprivileged uid that
 * owns the cluster.
 *
 * @param owner who owns or will own the cluster, for messages
 * @param prefix the words before the program
 * @param uid given to files the server must own; -1 to leave them
 */
record ServerUser(String owner, List<String> prefix, int uid) {

    /** {@code nobody} on every Linux we know of. */
    private static final int NOBODY = 65534;

    static ServerUser of(Path cluster) {
        int me = ownerOf(Path.of("/proc/self"));
        int owner = Files.exists(cluster) ? ownerOf(cluster) : -1;
        if (me != 0) {
            if (owner >= 0 && me >= 0 && owner != me) {
                throw new CannotStart(
                        "The database in "
                                + cluster
                                + " belongs to the user with id "
                                + owner
                                + ": start Minga as that user or set MINGA_DATA_DIR to another"
                                + " place.");
            }
            // initdb wants to know its user's name; in a namespace of its own it is nobody.
            boolean nameless = Ran.of(new ProcessBuilder("id", "-un")).code() != 0;
            return new ServerUser("uid " + me, nameless ? List.of("unshare", "-U") : List.of(), -1);
        }
        if (owner <= 0 && Ran.of(new ProcessBuilder("unshare", "-U", "true")).code() == 0) {
            return new ServerUser("root", List.of("unshare", "-U"), -1);
        }
        int uid = owner > 0 ? owner : NOBODY;
        List<String> change =
                List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups");
        List<String> probe = new ArrayList<>(change);
        probe.add("true");
        if (owner == 0 || Ran.of(new ProcessBuilder(probe)).code() != 0) {
            throw new CannotStart(
                    "PostgreSQL does not run as root and this system allows neither 'unshare"
                            + " -U' nor 'setpriv' (package util-linux): start Minga as a normal"
                            + " user, or set MINGA_DB_URL to an external PostgreSQL.");
        }
        return new ServerUser("uid " + uid, change, uid);
    }

    /**
     * @param longLived puts the server in a session of its own, so that Ctrl-C in a terminal
     *     reaches the host alone, and ends it when the host dies
     */
    List<String> prefix(boolean longLived) {
        List<String> words = new ArrayList<>();
        if (longLived && has("setsid")) {
            words.add("setsid");
        }
        words.addAll(prefix);
        // Last before the server: a change of credentials would clear the setting.
        if (longLived && has("setpriv")) {
            words.addAll(List.of("setpriv", "--pdeathsig", "INT"));
        }
        return words;
    }

    private static boolean has(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program))
                || Files.isExecutable(Path.of("/bin", program));
    }

    void own(Path path) throws IOException {
        if (uid >= 0) {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static int ownerOf(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return -1;
        }
    }
}
