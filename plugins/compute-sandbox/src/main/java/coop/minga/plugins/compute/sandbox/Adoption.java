package coop.minga.plugins.compute.sandbox;

import org.slf4j.Logger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes over what an earlier host left: its supervisors are listened to from the start, and what a
 * crash left half done is finished or thrown away, without holding up whoever opens the backend.
 */
final class Adoption implements AutoCloseable {

    private final Setup setup;
    private final Ground ground;
    private final Instances instances;
    private final Uids uids;
    private final Logger logger;
    private final Thread thread;

    /**
     * Begins at once, on a thread of its own.
     *
     * @param name the provider's
     */
    Adoption(
            Setup setup,
            Ground ground,
            Instances instances,
            Uids uids,
            String name,
            Logger logger) {
        this.setup = setup;
        this.ground = ground;
        this.instances = instances;
        this.uids = uids;
        this.logger = logger;
        this.thread = Thread.ofPlatform().daemon().name("sandbox-adopt-" + name).start(this::adopt);
    }

    /** Whether an instance that reports nothing may still be waiting for its turn. */
    boolean goesOn() {
        return thread.isAlive();
    }

    private void adopt() {
        try {
            setup.prepared();
            ground.sweep();
            releaseUids();
            for (String id : ground.ids()) {
                ReentrantLock lock = instances.lock(id);
                lock.lock();
                try {
                    Path instance = ground.instance(id);
                    if (!Files.exists(instance.resolve("status")) && Files.exists(instance)) {
                        // The host died before it was started, or in the middle of that.
                        setup.prepared().launcher().launchAgain(id, instances.recipe(id));
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException | RuntimeException e) {
            logger.warn("Instances of an earlier run could not be looked through", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void releaseUids() throws IOException {
        try (var files = Files.list(ground.uids())) {
            for (Path file : files.toList()) {
                String holder = Files.readString(file);
                // A uid claimed for an instance that is being made right now has its lock held.
                ReentrantLock lock = instances.lock(holder);
                lock.lock();
                try {
                    if (!Files.exists(ground.instance(holder))) {
                        Files.deleteIfExists(file);
                    }
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
