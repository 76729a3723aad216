package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.Console;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.Image;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.UsageMeter;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * Instances as directories, each with a supervisor of its own, as the host calls them. Passes each
 * call to whom it concerns and says in the host's terms what went wrong there.
 */
final class SandboxBackend implements ComputeBackend, Logs, Console, UsageMeter {

    private final SandboxSettings settings;
    private final Machine machine;
    private final Ground ground;
    private final Instances instances;
    private final Setup setup;
    private final Adoption adoption;
    private final Observer observer;
    private final Supervision supervision;
    private final Admission admission;
    private final Meter meter;

    SandboxBackend(ProviderContext context, SandboxSettings settings, Machine machine) {
        this.settings = settings;
        this.machine = machine;
        this.ground = new Ground(context.dataDirectory());
        Uids uids = new Uids(ground.uids(), settings.firstUid(), settings.uids());
        this.instances = new Instances(ground);
        this.setup = new Setup(context, settings, machine, ground, instances);
        this.adoption =
                new Adoption(setup, ground, instances, uids, context.name(), context.logger());
        this.observer = new Observer(ground, instances, adoption);
        this.supervision = new Supervision(settings, ground, instances, uids, setup, observer);
        this.admission = new Admission(settings, machine, ground, instances, uids, setup);
        this.meter = new Meter(ground, instances, setup, context.clock());
    }

    /** What is done on disk and with processes for one call. */
    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T result(Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new ProviderException(
                    ProviderException.Code.UNAVAILABLE,
                    Text.of(
                            "The sandbox's data directory: " + e.getMessage(),
                            "El directorio de datos del sandbox: " + e.getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderException(
                    ProviderException.Code.UNAVAILABLE, Text.of("Interrupted", "Interrumpido"));
        }
    }

    @Override
    public ProbeResult probe(Call call) {
        return result(() -> new SandboxProbe(machine, settings, ground, groups()).run());
    }

    /** Those in use; those there would be where the set-up fails, which the probe says why. */
    private ControlGroups groups() throws InterruptedException {
        try {
            return setup.prepared().groups();
        } catch (IOException | ProviderException e) {
            return ControlGroups.detect(machine.root(), settings.controlGroup());
        }
    }

    @Override
    public Capacity capacity(Call call) {
        return result(admission::capacity);
    }

    @Override
    public List<Image> images(Call call) {
        return List.of();
    }

    @Override
    public CreateResult create(Call call, CreateInstance request) {
        return result(() -> admission.create(call, request));
    }

    @Override
    public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
        String id = Ground.idOf(key);
        return result(() -> {
            try {
                return instances.exists(id) && instances.recipe(id).key().equals(key)
                        ? Optional.of(new InstanceHandle(id))
                        : Optional.empty();
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public Observation observe(Call call, InstanceHandle handle) {
        return result(() -> observer.look(handle));
    }

    @Override
    public Page<Observation> list(Call call, Page.Token token) {
        return result(() -> observer.list(token));
    }

    @Override
    public void power(Call call, InstanceHandle handle, PowerAction action) {
        result(() -> {
            supervision.power(handle, action);
            return true;
        });
    }

    @Override
    public void destroy(Call call, InstanceHandle handle) {
        result(() -> {
            supervision.destroy(handle);
            return true;
        });
    }

    @Override
    public List<Line> tail(Call call, InstanceHandle handle, int lines) {
        String id = instances.present(handle);
        return result(() -> new LogFile(ground.instance(id)).tail(Math.clamp(lines, 1, 1000)));
    }

    @Override
    public void follow(Call call, InstanceHandle handle, int tail, Sink sink) {
        String id = instances.present(handle);
        result(() -> {
            try {
                new LogFile(ground.instance(id))
                        .follow(Math.clamp(tail, 0, 1000), sink, () -> !instances.exists(id));
            } catch (ClosedByInterruptException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        });
    }

    @Override
    public Session open(Call call, InstanceHandle handle, int columns, int rows) {
        String id = instances.present(handle);
        try {
            Status status =
                    Status.read(ground.instance(id).resolve("status"))
                            .filter(s -> s.state().equals("running") && s.alive())
                            .orElseThrow(() ->
                                    new ProviderException(
                                            ProviderException.Code.CONFLICT,
                                            Text.of(
                                                    "The instance does not run",
                                                    "La instancia no está en marcha")));
            return Terminal.open(status.sockets().resolve("console"), columns, rows);
        } catch (IOException e) {
            throw new ProviderException(
                    ProviderException.Code.CONFLICT,
                    Text.of(
                            "The instance takes no terminal",
                            "La instancia no acepta una terminal"),
                    e);
        }
    }

    @Override
    public Usage usage(Call call, InstanceHandle handle) {
        String id = instances.present(handle);
        return result(() -> meter.read(id));
    }

    @Override
    public void close() {
        setup.close();
        adoption.close();
    }
}
