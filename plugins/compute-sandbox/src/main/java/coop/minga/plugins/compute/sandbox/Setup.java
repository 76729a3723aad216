package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What starting instances needs: directories, scripts, control groups, and an ear for changes. Made
 * at the first call that needs them, so that a machine that lacks something can still be opened,
 * looked at and put right.
 */
final class Setup implements AutoCloseable {

    private final ProviderContext context;
    private final SandboxSettings settings;
    private final Machine machine;
    private final Ground ground;
    private final Instances instances;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Prepared prepared;
    private @Nullable Changes changes;
    private boolean closed;

    /**
     * @param groups the control groups in use
     */
    record Prepared(Launcher launcher, ControlGroups groups) {}

    Setup(
            ProviderContext context,
            SandboxSettings settings,
            Machine machine,
            Ground ground,
            Instances instances) {
        this.context = context;
        this.settings = settings;
        this.machine = machine;
        this.ground = ground;
        this.instances = instances;
    }

    /**
     * Sees to it that all is there.
     *
     * @throws ProviderException {@code MISCONFIGURED} where bubblewrap is not installed
     */
    Prepared prepared() throws IOException, InterruptedException {
        lock.lock();
        try {
            if (prepared != null) {
                return prepared;
            }
            ground.prepare();
            ControlGroups groups = ControlGroups.detect(machine.root(), settings.controlGroup());
            Optional<Path> bubblewrap = machine.program("bwrap");
            if (bubblewrap.isEmpty()) {
                throw new ProviderException(
                        ProviderException.Code.MISCONFIGURED,
                        Text.of("bwrap is not installed", "bwrap no está instalado"));
            }
            Launcher launcher =
                    new Launcher(
                            ground,
                            settings,
                            machine,
                            groups,
                            ground.scripts(SeccompFilter.forArch(machine.arch())),
                            Machine.bubblewrapRelease(bubblewrap.get()));
            if (changes == null && !closed) {
                changes =
                        new Changes(
                                ground.events(), context.name(), this::changed, context.logger());
            }
            prepared = new Prepared(launcher, groups);
            return prepared;
        } finally {
            lock.unlock();
        }
    }

    private void changed(String id) {
        try {
            context.changed(instances.recipe(id).key());
        } catch (NoSuchFileException e) {
            // Destroyed meanwhile.
        } catch (IOException e) {
            context.logger().warn("Instance {} changed and cannot be read", id, e);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (changes != null) {
                changes.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
