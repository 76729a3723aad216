package coop.minga.plugins.compute.sandbox;

import org.slf4j.Logger;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.function.Consumer;

/**
 * Hears of changes the moment supervisors report them: each touches its file in one directory, and
 * the kernel says so. Needs no polling and works for supervisors started by an earlier host.
 */
final class Changes implements AutoCloseable {

    private final WatchService watch;
    private final Thread thread;

    Changes(Path directory, String name, Consumer<String> changed, Logger logger)
            throws IOException {
        this.watch = directory.getFileSystem().newWatchService();
        directory.register(
                watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("sandbox-changes-" + name)
                        .start(() -> listen(changed, logger));
    }

    private void listen(Consumer<String> changed, Logger logger) {
        try {
            while (true) {
                WatchKey key = watch.take();
                for (WatchEvent<?> event : key.pollEvents()) {
                    if (event.context() instanceof Path file && Ground.isId(file.toString())) {
                        try {
                            changed.accept(file.toString());
                        } catch (RuntimeException e) {
                            logger.warn("A change of {} could not be passed on", file, e);
                        }
                    }
                }
                if (!key.reset()) {
                    logger.warn("The directory of events is gone; changes are seen late now");
                    return;
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // Closed: nobody listens any more.
        }
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (IOException e) {
            // The thread ends by the interrupt as well.
        }
        thread.interrupt();
    }
}
