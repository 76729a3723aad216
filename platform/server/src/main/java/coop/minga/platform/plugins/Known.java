package coop.minga.platform.plugins;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the trust files say at one moment.
 *
 * @param lock approved plugins by id
 * @param core what came with the host
 * @param deny what must not run
 * @param stamps tell whether the files changed since
 */
record Known(
        Map<String, PluginLock.Entry> lock, CoreList core, DenyList deny, List<String> stamps) {

    Known {
        lock = Map.copyOf(lock);
        stamps = List.copyOf(stamps);
    }

    /**
     * @throws coop.minga.platform.config.CannotStart naming the file that cannot be read
     */
    static Known read(TrustConfig config) {
        // Stamps first: a file that changes meanwhile is read once more, never missed.
        List<String> stamps = stamps(config);
        return new Known(
                new PluginLock(config.lockFile()).read(),
                CoreList.read(config.coreFile()),
                DenyList.read(config.denyFiles()),
                stamps);
    }

    static List<String> stamps(TrustConfig config) {
        List<String> stamps = new ArrayList<>();
        stamps.add(stamp(config.lockFile()));
        stamps.add(stamp(config.coreFile()));
        config.denyFiles().forEach(file -> stamps.add(stamp(file)));
        return stamps;
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
            return seen.size() + " " + seen.lastModifiedTime() + " " + seen.fileKey();
        } catch (IOException e) {
            return "none";
        }
    }
}
