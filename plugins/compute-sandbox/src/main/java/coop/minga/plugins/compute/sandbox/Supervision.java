package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.PowerAction;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Starts, stops and removes instances by way of their supervisors: asks first, and ends by force
 * what does not listen.
 */
final class Supervision {

    private final SandboxSettings settings;
    private final Ground ground;
    private final Instances instances;
    private final Uids uids;
    private final Setup setup;
    private final Observer observer;

    Supervision(
            SandboxSettings settings,
            Ground ground,
            Instances instances,
            Uids uids,
            Setup setup,
            Observer observer) {
        this.settings = settings;
        this.ground = ground;
        this.instances = instances;
        this.uids = uids;
        this.setup = setup;
        this.observer = observer;
    }

    /**
     * Does what is asked, or nothing where it is so already.
     *
     * @throws ProviderException {@code NOT_FOUND}
     */
    void power(InstanceHandle handle, PowerAction action) throws IOException, InterruptedException {
        ReentrantLock lock = instances.lock(Instances.id(handle));
        lock.lock();
        try {
            String id = instances.present(handle);
            switch (action) {
                case START -> start(id);
                case STOP -> end(id, "stop", settings.grace().plusSeconds(5));
                case RESTART -> {
                    end(id, "stop", settings.grace().plusSeconds(5));
                    start(id);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends an instance and removes all that is left of it; nothing when it is gone already. */
    void destroy(InstanceHandle handle) throws IOException, InterruptedException {
        String id = Instances.id(handle);
        if (id.isEmpty()) {
            return;
        }
        ReentrantLock lock = instances.lock(id);
        lock.lock();
        try {
            if (!instances.exists(id)) {
                return;
            }
            int uid = instances.recipe(id).uid();
            end(id, "kill", Duration.ofSeconds(5));
            instances.forget(id);
            ground.discard(id);
            if (uid > 0 && uids.holder(uid).filter(id::equals).isPresent()) {
                uids.release(uid);
            }
        } catch (NoSuchFileException e) {
            // Somebody else destroyed it.
        } finally {
            lock.unlock();
        }
    }

    private void start(String id) throws IOException, InterruptedException {
        Optional<Status> status = firstReport(id);
        if (status.isPresent() && status.get().alive()) {
            if (!status.get().ended()) {
                return;
            }
            awaitEnd(status.get(), Duration.ofSeconds(5));
        }
        status.ifPresent(Supervision::endOrphan);
        setup.prepared().launcher().launch(id, instances.recipe(id));
    }

    /** Waits for the report of a supervisor that was only just started. */
    private Optional<Status> firstReport(String id) throws IOException, InterruptedException {
        Path instance = ground.instance(id);
        while (true) {
            Optional<Status> status = Status.read(instance.resolve("status"));
            if (status.isPresent()
                    || observer.isOverdue(instance)
                    || !Files.exists(instance.resolve("launch"))
                    || Launcher.complaint(instance).isPresent()) {
                return status;
            }
            Thread.sleep(2);
        }
    }

    private void end(String id, String word, Duration patience)
            throws IOException, InterruptedException {
        Optional<Status> found = firstReport(id);
        if (found.isEmpty()) {
            return;
        }
        Status status = found.get();
        if (!status.alive()) {
            endOrphan(status);
            return;
        }
        if (tell(status, word) && awaitEnd(status, patience)) {
            return;
        }
        if (tell(status, "kill") && awaitEnd(status, Duration.ofSeconds(3))) {
            return;
        }
        // It does not listen. The sandbox dies with its supervisor.
        if (status.alive()) {
            ProcessHandle.of(status.supervisor().pid()).ifPresent(ProcessHandle::destroyForcibly);
            awaitEnd(status, Duration.ofSeconds(3));
        }
        endOrphan(status);
    }

    /** A sandbox dies with its supervisor; this is for the one that did not. */
    private static void endOrphan(Status status) {
        status.init()
                .filter(Status.Born::alive)
                .flatMap(init -> ProcessHandle.of(init.pid()))
                .ifPresent(ProcessHandle::destroyForcibly);
    }

    private static boolean tell(Status status, String word) {
        Path socket = status.sockets().resolve("control");
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer out = ByteBuffer.wrap((word + "\n").getBytes(StandardCharsets.US_ASCII));
            channel.write(out);
            return true;
        } catch (IOException e) {
            return !status.alive();
        }
    }

    private static boolean awaitEnd(Status status, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (status.alive()) {
            if (System.nanoTime() > until) {
                return false;
            }
            Thread.sleep(2);
        }
        return true;
    }
}
