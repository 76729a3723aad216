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
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.Image;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.UsageMeter;
import coop.minga.plugin.api.compute.Workload;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Instances as directories, each with a supervisor of its own. What is true stands on disk and in
 * the process table; this object only remembers what cannot change.
 */
final class SandboxBackend implements ComputeBackend, Logs, Console, UsageMeter {

    /** How long a supervisor may take to its first report on a machine out of breath. */
    private static final Duration FIRST_REPORT = Duration.ofSeconds(10);

    private static final int PAGE = 200;

    private final ProviderContext context;
    private final SandboxSettings settings;
    private final Machine machine;
    private final Ground ground;
    private final Uids uids;
    private final ConcurrentHashMap<String, Recipe> recipes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final ReentrantLock admission = new ReentrantLock();
    private final ReentrantLock setUp = new ReentrantLock();
    private @Nullable Prepared prepared;
    private @Nullable Changes changes;
    private boolean closed;
    private final Thread adopting;

    /**
     * @param groups the control groups in use
     */
    private record Prepared(Launcher launcher, ControlGroups groups) {}

    SandboxBackend(ProviderContext context, SandboxSettings settings, Machine machine) {
        this.context = context;
        this.settings = settings;
        this.machine = machine;
        this.ground = new Ground(context.dataDirectory());
        this.uids = new Uids(ground.uids(), settings.firstUid(), settings.uids());
        // Supervisors of an earlier host are listened to from the start, and what a crash left
        // half done is finished, without holding up whoever opens this.
        this.adopting =
                Thread.ofPlatform()
                        .daemon()
                        .name("sandbox-adopt-" + context.name())
                        .start(this::adopt);
    }

    private void adopt() {
        try {
            prepared();
            ground.sweep();
            releaseUids();
            for (String id : ground.ids()) {
                ReentrantLock lock = lock(id);
                lock.lock();
                try {
                    Path instance = ground.instance(id);
                    if (!Files.exists(instance.resolve("status")) && Files.exists(instance)) {
                        // The host died before it was started, or in the middle of that.
                        prepared().launcher().launchAgain(id, recipe(id));
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException | RuntimeException e) {
            context.logger().warn("Instances of an earlier run could not be looked through", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void releaseUids() throws IOException {
        try (var files = Files.list(ground.uids())) {
            for (Path file : files.toList()) {
                String holder = Files.readString(file);
                // A uid claimed for an instance that is being made right now has its lock held.
                ReentrantLock lock = lock(holder);
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

    /** Directories, scripts, control groups: made at the first call that needs them. */
    private Prepared prepared() throws IOException, InterruptedException {
        setUp.lock();
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
            setUp.unlock();
        }
    }

    private void changed(String id) {
        try {
            context.changed(recipe(id).key());
        } catch (NoSuchFileException e) {
            // Destroyed meanwhile.
        } catch (IOException e) {
            context.logger().warn("Instance {} changed and cannot be read", id, e);
        }
    }

    private Recipe recipe(String id) throws IOException {
        Recipe known = recipes.get(id);
        if (known == null) {
            known = Recipe.read(ground.instance(id).resolve("recipe"));
            recipes.put(id, known);
        }
        return known;
    }

    private ReentrantLock lock(String id) {
        return locks.computeIfAbsent(id, any -> new ReentrantLock());
    }

    private boolean exists(String id) {
        return Files.isDirectory(ground.instance(id));
    }

    private static String id(InstanceHandle handle) {
        return Ground.isId(handle.value()) ? handle.value() : "";
    }

    private static ProviderException unavailable(Exception cause) {
        return new ProviderException(
                ProviderException.Code.UNAVAILABLE,
                Text.of(
                        "The sandbox's data directory: " + cause.getMessage(),
                        "El directorio de datos del sandbox: " + cause.getMessage()),
                cause);
    }

    private static ProviderException interrupted() {
        Thread.currentThread().interrupt();
        return new ProviderException(
                ProviderException.Code.UNAVAILABLE, Text.of("Interrupted", "Interrumpido"));
    }

    // --- what there is -------------------------------------------------------------------------

    @Override
    public ProbeResult probe(Call call) {
        ControlGroups groups;
        try {
            groups = prepared().groups();
        } catch (IOException | ProviderException e) {
            groups = ControlGroups.detect(machine.root(), settings.controlGroup());
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            return new SandboxProbe(machine, settings, ground, groups).run();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    @Override
    public Capacity capacity(Call call) {
        try {
            return capacity();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private Capacity capacity() throws IOException {
        long cpu = 0;
        long memory = 0;
        long disk = 0;
        if (Files.isDirectory(ground.data().resolve("i"))) {
            for (String id : ground.ids()) {
                try {
                    Size size = recipe(id).size();
                    cpu += size.cpuMillis();
                    memory += size.memoryMb();
                    disk += size.diskMb();
                } catch (NoSuchFileException e) {
                    // Destroyed while we counted.
                }
            }
        }
        long totalCpu =
                settings.cpuMillis() > 0 ? settings.cpuMillis() : Machine.processors() * 4000L;
        long totalMemory =
                settings.memoryMb() > 0 ? settings.memoryMb() : Machine.memoryMb() * 6 / 10;
        long totalDisk = settings.diskMb();
        if (totalDisk == 0) {
            Path there = Files.isDirectory(ground.data()) ? ground.data() : Path.of("/");
            long free = Files.getFileStore(there).getUsableSpace() >> 20;
            totalDisk = Math.max(0, free - settings.diskReserveMb()) + written();
        }
        return Capacity.of(
                        new Size(whole(totalCpu), whole(totalMemory), whole(totalDisk)),
                        new Size(whole(cpu), whole(memory), whole(disk)))
                .atMost(settings.maxInstances());
    }

    private long written() throws IOException {
        long bytes = 0;
        if (Files.isDirectory(ground.data().resolve("i"))) {
            for (String id : ground.ids()) {
                bytes += disk(id);
            }
        }
        return bytes >> 20;
    }

    private static int whole(long value) {
        return (int) Math.min(value, Integer.MAX_VALUE);
    }

    @Override
    public List<Image> images(Call call) {
        return List.of();
    }

    // --- making --------------------------------------------------------------------------------

    @Override
    public CreateResult create(Call call, CreateInstance request) {
        Optional<String> never = objection(request);
        if (never.isPresent()) {
            return CreateResult.rejected(never.get());
        }
        String id = Ground.idOf(call.key());
        String digest = Recipe.digest(request);
        ReentrantLock lock = lock(id);
        lock.lock();
        try {
            prepared();
            if (!exists(id)) {
                Optional<CreateResult> refused = make(id, call.key(), digest, request);
                if (refused.isPresent()) {
                    return refused.get();
                }
            }
            Recipe recipe = recipe(id);
            if (!recipe.key().equals(call.key()) || !recipe.digest().equals(digest)) {
                throw new ProviderException(
                        ProviderException.Code.IDEMPOTENCY_MISMATCH,
                        Text.of(
                                "Key " + call.key() + " was used with another request",
                                "La clave " + call.key() + " se usó con otra petición"));
            }
            if (!Files.exists(ground.instance(id).resolve("launch"))) {
                launch(id, recipe);
            }
            return CreateResult.accepted(new InstanceHandle(id));
        } catch (IOException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    private static Optional<String> objection(CreateInstance request) {
        Workload workload = request.workload();
        if (workload.image().isPresent()) {
            return Optional.of("A sandbox does not run images");
        }
        if (workload.outbound()) {
            return Optional.of("A sandbox has no network to the outside");
        }
        if (!request.name().matches("[a-z0-9-]{1,40}")) {
            return Optional.of("The name must match [a-z0-9-]{1,40}");
        }
        Set<Integer> numbers = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (Workload.Port port : workload.ports()) {
            if (!numbers.add(port.number()) || !names.add(port.name())) {
                return Optional.of("Port " + port.name() + " is listed twice");
            }
        }
        if (workload.ports().size() > 32) {
            return Optional.of("A sandbox has at most 32 ports");
        }
        if (workload.health().isPresent()) {
            Workload.Health health = workload.health().get();
            if (!names.contains(health.port()) || !health.path().matches("/[!-~]{0,500}")) {
                return Optional.of(
                        "The health check needs a listed port and a path without blanks");
            }
        }
        for (Map.Entry<String, String> variable : request.environment().entrySet()) {
            if (!Workload.isEnvironmentName(variable.getKey())
                    || variable.getValue().indexOf('\0') >= 0) {
                return Optional.of("Variable " + variable.getKey() + " cannot be set");
            }
        }
        if (workload.command().stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            return Optional.of("The command cannot be run");
        }
        return Userland.objection(workload);
    }

    /** Makes the directory, whole or not at all; answers only when there is no room for it. */
    private Optional<CreateResult> make(
            String id, IdempotencyKey key, String digest, CreateInstance request)
            throws IOException, InterruptedException {
        admission.lock();
        try {
            Capacity capacity = capacity();
            int instances = ground.ids().size();
            Optional<String> full = lack(capacity, instances, request.size());
            if (full.isPresent()) {
                return Optional.of(CreateResult.noCapacity(full.get()));
            }
            int uid = 0;
            if (machine.root()) {
                Optional<Integer> claimed = uids.claim(id);
                if (claimed.isEmpty()) {
                    return Optional.of(CreateResult.noCapacity("All tenant uids are taken"));
                }
                uid = claimed.get();
            }
            Path fresh = ground.spare();
            try {
                Recipe recipe =
                        new Recipe(
                                key,
                                digest,
                                request.name(),
                                request.size(),
                                uid,
                                request.workload().command(),
                                request.environment(),
                                request.workload().ports(),
                                request.workload().health(),
                                Userland.fill(fresh.resolve("box"), request, uid),
                                request.labels());
                recipe.write(fresh.resolve("recipe"));
                Files.move(fresh, ground.instance(id), StandardCopyOption.ATOMIC_MOVE);
                recipes.put(id, recipe);
            } catch (FileSystemException e) {
                ground.erase(fresh);
                if (uid > 0) {
                    uids.release(uid);
                }
                if (!exists(id)) {
                    throw e;
                }
            }
            return Optional.empty();
        } finally {
            admission.unlock();
        }
    }

    private static Optional<String> lack(Capacity capacity, int instances, Size wanted) {
        Size total = capacity.total();
        Size used = capacity.used();
        if (instances >= capacity.maxInstances()) {
            return Optional.of("The most instances, " + capacity.maxInstances() + ", are there");
        }
        if ((long) used.cpuMillis() + wanted.cpuMillis() > total.cpuMillis()) {
            return Optional.of("No CPU left");
        }
        if ((long) used.memoryMb() + wanted.memoryMb() > total.memoryMb()) {
            return Optional.of("No memory left");
        }
        if ((long) used.diskMb() + wanted.diskMb() > total.diskMb()) {
            return Optional.of("No disk space left");
        }
        return Optional.empty();
    }

    private void launch(String id, Recipe recipe) throws IOException, InterruptedException {
        prepared().launcher().launch(id, recipe);
    }

    // --- looking -------------------------------------------------------------------------------

    @Override
    public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
        String id = Ground.idOf(key);
        try {
            return exists(id) && recipe(id).key().equals(key)
                    ? Optional.of(new InstanceHandle(id))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Observation observe(Call call, InstanceHandle handle) {
        try {
            return look(handle);
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    private Observation look(InstanceHandle handle) throws IOException {
        String id = id(handle);
        if (id.isEmpty() || !exists(id)) {
            return Observation.gone(handle);
        }
        Recipe recipe;
        try {
            recipe = recipe(id);
        } catch (NoSuchFileException e) {
            return Observation.gone(handle);
        }
        Path instance = ground.instance(id);
        Observation seen =
                Status.read(instance.resolve("status"))
                        .map(status -> seen(handle, recipe, status))
                        .orElseGet(() -> unseen(handle, instance));
        return seen.withKey(recipe.key());
    }

    private static Observation seen(InstanceHandle handle, Recipe recipe, Status status) {
        if (!status.ended() && !status.alive()) {
            return Observation.of(
                            handle,
                            Observation.State.STOPPED,
                            "The machine or the instance's supervisor went down")
                    .withStartedAt(status.startedAt());
        }
        Observation observation =
                switch (status.state()) {
                    case "starting" ->
                            Observation.of(handle, Observation.State.STARTING, status.message());
                    case "running" ->
                            Observation.of(handle, Observation.State.RUNNING, status.message())
                                    .withEndpoints(endpoints(recipe, status));
                    default -> Observation.of(handle, ended(status), status.message());
                };
        observation = observation.withStartedAt(status.startedAt());
        return status.exitCode().isPresent()
                ? observation.withExitCode(status.exitCode().get())
                : observation;
    }

    private static Observation.State ended(Status status) {
        return switch (status.reason()) {
            case "stopped", "disk", "reserve" -> Observation.State.STOPPED;
            case "exited" ->
                    status.exitCode().orElse(1) == 0
                            ? Observation.State.STOPPED
                            : Observation.State.FAILED;
            default -> Observation.State.FAILED;
        };
    }

    /** No report yet: on its way, or it never got that far. */
    private Observation unseen(InstanceHandle handle, Path instance) {
        Optional<Instant> launched;
        try {
            launched =
                    Optional.of(Files.getLastModifiedTime(instance.resolve("launch")).toInstant());
        } catch (IOException e) {
            launched = Optional.empty();
        }
        // The file's own clock is the machine's, and so is this one; the host's may be another.
        if (!adopting.isAlive()
                && launched.isPresent()
                && launched.get().plus(FIRST_REPORT).isBefore(Instant.now())) {
            return Observation.of(
                    handle,
                    Observation.State.FAILED,
                    "The supervisor did not start: "
                            + Launcher.complaint(instance).orElse("it said nothing"));
        }
        return Observation.of(handle, Observation.State.CREATING, "");
    }

    private static List<Endpoint> endpoints(Recipe recipe, Status status) {
        return recipe.ports().stream()
                .map(port ->
                        new Endpoint(
                                port.name(),
                                port.number(),
                                new Endpoint.UnixSocket(
                                        status.sockets().resolve(Integer.toString(port.number())))))
                .toList();
    }

    @Override
    public Page<Observation> list(Call call, Page.Token token) {
        try {
            if (!Files.isDirectory(ground.data().resolve("i"))) {
                return Page.last(List.of());
            }
            List<String> ids =
                    ground.ids().stream().filter(id -> id.compareTo(token.value()) > 0).toList();
            List<String> page = ids.subList(0, Math.min(PAGE, ids.size()));
            List<Observation> seen = new java.util.ArrayList<>();
            for (String id : page) {
                Observation observation = look(new InstanceHandle(id));
                if (observation.state() != Observation.State.GONE) {
                    seen.add(observation);
                }
            }
            return new Page<>(
                    seen,
                    ids.size() > page.size()
                            ? Optional.of(new Page.Token(page.getLast()))
                            : Optional.empty());
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    // --- power ---------------------------------------------------------------------------------

    @Override
    public void power(Call call, InstanceHandle handle, PowerAction action) {
        String id = id(handle);
        ReentrantLock lock = lock(id);
        lock.lock();
        try {
            if (id.isEmpty() || !exists(id)) {
                throw new ProviderException(
                        ProviderException.Code.NOT_FOUND,
                        Text.of(
                                "No instance " + handle.value(),
                                "No existe la instancia " + handle.value()));
            }
            switch (action) {
                case START -> start(id);
                case STOP -> end(id, "stop", settings.grace().plusSeconds(5));
                case RESTART -> {
                    end(id, "stop", settings.grace().plusSeconds(5));
                    start(id);
                }
            }
        } catch (IOException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            throw interrupted();
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
        status.ifPresent(SandboxBackend::endOrphan);
        launch(id, recipe(id));
    }

    /** Waits for the report of a supervisor that was only just started. */
    private Optional<Status> firstReport(String id) throws IOException, InterruptedException {
        Path instance = ground.instance(id);
        while (true) {
            Optional<Status> status = Status.read(instance.resolve("status"));
            if (status.isPresent()
                    || unseen(new InstanceHandle(id), instance).state()
                            != Observation.State.CREATING
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

    @Override
    public void destroy(Call call, InstanceHandle handle) {
        String id = id(handle);
        if (id.isEmpty()) {
            return;
        }
        ReentrantLock lock = lock(id);
        lock.lock();
        try {
            if (!exists(id)) {
                return;
            }
            int uid = recipe(id).uid();
            end(id, "kill", Duration.ofSeconds(5));
            recipes.remove(id);
            ground.discard(id);
            if (uid > 0 && uids.holder(uid).filter(id::equals).isPresent()) {
                uids.release(uid);
            }
        } catch (NoSuchFileException e) {
            // Somebody else destroyed it.
        } catch (IOException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    // --- abilities -----------------------------------------------------------------------------

    private String present(InstanceHandle handle) {
        String id = id(handle);
        if (id.isEmpty() || !exists(id)) {
            throw new ProviderException(
                    ProviderException.Code.NOT_FOUND,
                    Text.of(
                            "No instance " + handle.value(),
                            "No existe la instancia " + handle.value()));
        }
        return id;
    }

    @Override
    public List<Line> tail(Call call, InstanceHandle handle, int lines) {
        String id = present(handle);
        try {
            return new LogFile(ground.instance(id)).tail(Math.clamp(lines, 1, 1000));
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void follow(Call call, InstanceHandle handle, int tail, Sink sink) {
        String id = present(handle);
        try {
            new LogFile(ground.instance(id))
                    .follow(Math.clamp(tail, 0, 1000), sink, () -> !exists(id));
        } catch (java.nio.channels.ClosedByInterruptException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Session open(Call call, InstanceHandle handle, int columns, int rows) {
        String id = present(handle);
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
        String id = present(handle);
        try {
            ControlGroups groups = prepared().groups();
            Optional<Status.Born> init =
                    Status.read(ground.instance(id).resolve("status"))
                            .filter(status -> !status.ended())
                            .flatMap(Status::init)
                            .filter(Status.Born::alive);
            if (init.isEmpty()) {
                return new Usage(context.clock().instant(), 0, 0, disk(id), 0, 0);
            }
            ProcessTree tree = ProcessTree.below(init.get().pid());
            String group = ground.group(id);
            long[] network = ProcessTree.network(init.get().pid());
            return new Usage(
                    context.clock().instant(),
                    groups.cpuMillis(group).orElseGet(tree::cpuMillis),
                    groups.memoryBytes(group).orElseGet(tree::memoryBytes),
                    disk(id),
                    network[0],
                    network[1]);
        } catch (IOException e) {
            throw unavailable(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** What the supervisor measured last. */
    private long disk(String id) {
        String text = Machine.firstLine(ground.instance(id).resolve("disk"));
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    @Override
    public void close() {
        setUp.lock();
        try {
            closed = true;
            if (changes != null) {
                changes.close();
            }
        } finally {
            setUp.unlock();
        }
        adopting.interrupt();
        try {
            adopting.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
