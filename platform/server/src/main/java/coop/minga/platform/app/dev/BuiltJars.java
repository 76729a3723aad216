package coop.minga.platform.app.dev;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;

/**
 * What a build writes into its {@code target} directory. It is looked at again and again instead of
 * being watched: the directory comes and goes with every {@code mvn clean}.
 */
final class BuiltJars {

    /** What builds write beside the jar itself. */
    private static final Pattern OTHER =
            Pattern.compile("original-.*|.*-(sources|javadoc|tests|test-sources)\\.jar");

    /** A jar that nobody goes on writing and that cannot be opened is given on, to be refused. */
    private static final Duration ABANDONED = Duration.ofSeconds(2);

    private record Stamp(long size, FileTime modified, String key) {}

    private record Seen(Stamp stamp, Instant since, boolean given) {}

    /**
     * A complete jar.
     *
     * @param written when its last byte was, as far as that can be told
     */
    record Built(Path jar, Instant written) {}

    private final Path target;
    private final Map<Path, Seen> seen = new HashMap<>();

    BuiltJars(Path target) {
        this.target = target;
    }

    /** The jars that were completed since the last look. */
    List<Built> look(Instant now) {
        List<Built> built = new ArrayList<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target, "*.jar")) {
            for (Path jar : jars) {
                if (!OTHER.matcher(String.valueOf(jar.getFileName())).matches()) {
                    look(jar, now).ifPresent(built::add);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Not built yet, or being cleaned just now.
            return List.of();
        }
        return built;
    }

    private Optional<Built> look(Path jar, Instant now) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(jar, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Stamp stamp =
                new Stamp(
                        attributes.size(),
                        attributes.lastModifiedTime(),
                        String.valueOf(attributes.fileKey()));
        Seen before = seen.get(jar);
        if (before == null || !before.stamp().equals(stamp)) {
            before = new Seen(stamp, now, false);
            seen.put(jar, before);
        }
        boolean ready = isComplete(jar) || !now.isBefore(before.since().plus(ABANDONED));
        if (before.given() || !ready) {
            return Optional.empty();
        }
        seen.put(jar, new Seen(stamp, before.since(), true));
        Instant modified = stamp.modified().toInstant();
        // A jar that was copied with its old time was not written then.
        boolean old = modified.isBefore(before.since().minus(ABANDONED));
        return Optional.of(new Built(jar, old ? before.since() : modified));
    }

    /** A jar's directory is written last. */
    private static boolean isComplete(Path jar) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.size() > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
