package coop.minga.platform.plugins;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Tells when jars in a directory come, go or change: at once when what changed is whole, else when
 * nothing has changed for a moment, so that a file that is still being copied is not looked at.
 * Where the system sends no events (network disks), it looks every few seconds.
 */
final class DirectoryWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(20);

    /** The end record of a zip without its comment, and the longest comment. */
    private static final int END_LENGTH = 22;

    private static final int MAX_COMMENT = 0xffff;
    private static final int END_MARK = 0x06054b50;

    private final Path directory;
    private final Supplier<Object> beside;
    private final Runnable changed;
    private final WatchService watcher;
    private final Thread thread;

    private record Look(Map<Path, Slot.Stamp> files, Object beside) {}

    private DirectoryWatch(
            Path directory, Supplier<Object> beside, Runnable changed, WatchService watcher) {
        this.directory = directory;
        this.beside = beside;
        this.changed = changed;
        this.watcher = watcher;
        this.thread = Thread.ofPlatform().name("plugins-watch").daemon().unstarted(this::watch);
    }

    /**
     * @param beside gives something equal as long as other files that matter are the same; looked
     *     at every few seconds
     * @param changed called on the watching thread
     */
    static DirectoryWatch start(Path directory, Supplier<Object> beside, Runnable changed)
            throws IOException {
        WatchService watcher = directory.getFileSystem().newWatchService();
        directory.register(
                watcher,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
        DirectoryWatch watch = new DirectoryWatch(directory, beside, changed, watcher);
        watch.thread.start();
        return watch;
    }

    /** The jars that are there. Hidden files and other names are not looked at. */
    static Map<Path, Slot.Stamp> scan(Path directory) throws IOException {
        Map<Path, Slot.Stamp> files = new TreeMap<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory, "*.jar")) {
            for (Path child : children) {
                if (String.valueOf(child.getFileName()).startsWith(".")) {
                    continue;
                }
                try {
                    BasicFileAttributes attributes =
                            Files.readAttributes(
                                    child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    files.put(
                            child,
                            new Slot.Stamp(
                                    attributes.size(),
                                    attributes.lastModifiedTime(),
                                    String.valueOf(attributes.fileKey())));
                } catch (IOException e) {
                    // It went away between the listing and the look.
                    LOG.debug("{} went away", child);
                }
            }
        }
        return files;
    }

    private void watch() {
        Look known = new Look(Map.of(), "");
        boolean first = true;
        try {
            while (true) {
                WatchKey key = watcher.poll(LOOK_ANYWAY.toMillis(), TimeUnit.MILLISECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
                Look now = settled(known.files());
                if (first || !now.equals(known)) {
                    first = false;
                    known = now;
                    notifyOwner();
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("No longer watching {}", directory);
        }
    }

    private void notifyOwner() {
        try {
            changed.run();
        } catch (RuntimeException e) {
            LOG.error("Could not take in the changes in {}", directory, e);
        }
    }

    private Look settled(Map<Path, Slot.Stamp> known) throws InterruptedException {
        Look seen = look();
        long since = System.nanoTime();
        while (System.nanoTime() - since < QUIET.toNanos() && !isWhole(seen.files(), known)) {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            Look now = look();
            if (!now.equals(seen)) {
                seen = now;
                since = System.nanoTime();
            }
        }
        return seen;
    }

    private static boolean isWhole(Map<Path, Slot.Stamp> seen, Map<Path, Slot.Stamp> known) {
        return seen.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(known.get(entry.getKey())))
                .allMatch(entry -> isWhole(entry.getKey()));
    }

    /**
     * Whether a file ends as a zip does: what is still being copied lacks its table of contents.
     */
    static boolean isWhole(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            int length = (int) Math.min(size, END_LENGTH + MAX_COMMENT);
            ByteBuffer tail = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            while (tail.hasRemaining() && channel.read(tail, size - length + tail.position()) > 0) {
                LOG.trace("{} is read", file);
            }
            for (int at = length - END_LENGTH; at >= 0; at--) {
                if (tail.getInt(at) == END_MARK) {
                    long table = Integer.toUnsignedLong(tail.getInt(at + 12));
                    long offset = Integer.toUnsignedLong(tail.getInt(at + 16));
                    int comment = Short.toUnsignedInt(tail.getShort(at + 20));
                    return at + END_LENGTH + comment == length
                            && offset + table == size - length + at;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private Look look() {
        Map<Path, Slot.Stamp> files;
        try {
            files = scan(directory);
        } catch (IOException e) {
            LOG.warn("Cannot look into {}: {}", directory, e.toString());
            files = Map.of();
        }
        return new Look(files, beside.get());
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            watcher.close();
        } catch (IOException e) {
            LOG.debug("Closing the watch on {}", directory, e);
        }
    }
}
