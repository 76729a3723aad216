package coop.minga.plugins.compute.sandbox;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Gives each tenant a uid of its own. One file per uid, named after it, holds the instance's id;
 * creating a file is what claims it, so that no two take the same. Each data directory begins
 * somewhere else in the range, so that two hosts on one machine rarely meet.
 */
final class Uids {

    private final Path directory;
    private final int first;
    private final int count;

    Uids(Path directory, int first, int count) {
        this.directory = directory;
        this.first = first;
        this.count = count;
    }

    /** A uid nobody has, or empty when all are taken. */
    Optional<Integer> claim(String id) throws IOException {
        int start = Math.floorMod(directory.hashCode(), count);
        for (int step = 0; step < count; step++) {
            int uid = first + (start + step) % count;
            Path file = directory.resolve(Integer.toString(uid));
            if (Files.exists(file)) {
                continue;
            }
            try {
                Files.writeString(file, id, java.nio.file.StandardOpenOption.CREATE_NEW);
                return Optional.of(uid);
            } catch (FileAlreadyExistsException e) {
                // Somebody else was faster: the next one then.
            }
        }
        return Optional.empty();
    }

    /** To be called only when no process and no file of that uid is left. */
    void release(int uid) throws IOException {
        Files.deleteIfExists(directory.resolve(Integer.toString(uid)));
    }

    Optional<String> holder(int uid) throws IOException {
        try {
            return Optional.of(Files.readString(directory.resolve(Integer.toString(uid))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
