package coop.minga.platform.supply;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
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

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A stateful vendor that can answer, hang, do the work and not say so, do it late, refuse, and lie
 * about its lists. It keeps the contract of keys: one key, one machine.
 */
public final class FakeBackend implements ComputeBackend, Logs, Console {

    /** How the next call of an operation goes. */
    public enum Mood {
        /** Does the work and answers. */
        HONEST,
        /** Never answers and does nothing. */
        HANG,
        /** Does the work and never answers. */
        HANG_AFTER,
        /** Does the work, then says that it cannot be reached. */
        DROP_REPLY,
        /** Says that it cannot be reached, and did nothing. */
        UNREACHABLE,
        /** Has no room after all. */
        FULL,
        /** Will never do it. */
        REJECT,
        /** Wants to be asked later. */
        LATER
    }

    /** One machine. */
    public static final class Machine {
        public final InstanceHandle handle;
        public final @Nullable IdempotencyKey key;
        public final CreateInstance request;
        public volatile Observation.State state;
        public volatile boolean hidden;

        Machine(
                InstanceHandle handle,
                @Nullable IdempotencyKey key,
                CreateInstance request,
                Observation.State state) {
            this.handle = handle;
            this.key = key;
            this.request = request;
            this.state = state;
        }
    }

    public final String name;
    public final Map<String, Machine> machines = new ConcurrentHashMap<>();
    public final AtomicInteger made = new AtomicInteger();
    public final List<String> calls = new CopyOnWriteArrayList<>();
    public volatile Size total;
    public volatile int maxInstances;
    public volatile boolean slowStart;
    public volatile boolean failStart;
    public volatile boolean down;
    public volatile Endpoint.Address address = new Endpoint.UnixSocket(Path.of("/nowhere"));
    public final CountDownLatch resized = new CountDownLatch(1);
    private final Map<String, ConcurrentLinkedDeque<Mood>> moods = new ConcurrentHashMap<>();
    private final AtomicInteger handles = new AtomicInteger();
    private volatile Consumer<IdempotencyKey> changed = key -> {};

    public FakeBackend(String name, int places) {
        this.name = name;
        this.total = new Size(100_000, 100_000, 1_000_000);
        this.maxInstances = places;
    }

    /** The next calls of an operation go like this, in this order. */
    public FakeBackend next(String operation, Mood... mood) {
        moods.computeIfAbsent(operation, o -> new ConcurrentLinkedDeque<>()).addAll(List.of(mood));
        return this;
    }

    void onChanged(Consumer<IdempotencyKey> listener) {
        changed = listener;
    }

    public long count(String operation) {
        return calls.stream().filter(operation::equals).count();
    }

    /** What is there, whatever it does. */
    public List<Machine> alive() {
        return List.copyOf(machines.values());
    }

    /** Says that a machine came up. */
    public void up(Machine machine) {
        machine.state = Observation.State.RUNNING;
        if (machine.key != null) {
            changed.accept(machine.key);
        }
    }

    /** Ends a machine's workload behind the host's back. */
    public void crash(Machine machine) {
        machine.state = Observation.State.STOPPED;
        if (machine.key != null) {
            changed.accept(machine.key);
        }
    }

    /** A machine that nobody on the host ordered. */
    public void stranger(String handle) {
        Machine machine =
                new Machine(
                        new InstanceHandle(handle),
                        new IdempotencyKey("unknown-" + handle),
                        new CreateInstance(
                                "x",
                                new Size(1, 1, 1),
                                coop.minga.plugin.api.compute.Workload.ofCommand("x"),
                                Map.of(),
                                List.of(),
                                Map.of()),
                        Observation.State.RUNNING);
        machines.put(handle, machine);
    }

    private Mood mood(String operation) {
        calls.add(operation);
        if (down) {
            throw new ProviderException(ProviderException.Code.UNAVAILABLE, "down");
        }
        ConcurrentLinkedDeque<Mood> queue = moods.get(operation);
        Mood mood = queue == null ? null : queue.poll();
        return mood == null ? Mood.HONEST : mood;
    }

    private interface Effect<T> {
        T happen();
    }

    private <T> T behave(String operation, Effect<T> effect) {
        switch (mood(operation)) {
            case HONEST -> {
                return effect.happen();
            }
            case HANG -> hang();
            case HANG_AFTER -> {
                effect.happen();
                hang();
            }
            case DROP_REPLY -> {
                effect.happen();
                throw new ProviderException(ProviderException.Code.UNAVAILABLE, "reply lost");
            }
            case UNREACHABLE ->
                    throw new ProviderException(ProviderException.Code.UNAVAILABLE, "no route");
            case FULL -> throw new ProviderException(ProviderException.Code.CAPACITY, "full");
            case REJECT ->
                    throw new ProviderException(ProviderException.Code.INVALID_REQUEST, "never");
            case LATER ->
                    throw ProviderException.limit("slow down", java.time.Duration.ofMillis(50));
        }
        throw new IllegalStateException("unreachable");
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderException(ProviderException.Code.UNAVAILABLE, "interrupted", e);
        }
    }

    @Override
    public Capacity capacity(Call call) {
        return behave(
                "capacity",
                () -> {
                    int cpu = 0;
                    int memory = 0;
                    int disk = 0;
                    for (Machine machine : machines.values()) {
                        cpu += machine.request.size().cpuMillis();
                        memory += machine.request.size().memoryMb();
                        disk += machine.request.size().diskMb();
                    }
                    return Capacity.of(total, new Size(cpu, memory, disk)).atMost(maxInstances);
                });
    }

    @Override
    public List<Image> images(Call call) {
        return List.of();
    }

    @Override
    public CreateResult create(Call call, CreateInstance request) {
        return behave(
                "create",
                () -> {
                    synchronized (this) {
                        for (Machine machine : machines.values()) {
                            if (call.key().equals(machine.key)) {
                                return CreateResult.accepted(machine.handle);
                            }
                        }
                        InstanceHandle handle =
                                new InstanceHandle(name + "-" + handles.incrementAndGet());
                        Machine machine =
                                new Machine(
                                        handle,
                                        call.key(),
                                        request,
                                        failStart
                                                ? Observation.State.FAILED
                                                : slowStart
                                                        ? Observation.State.STARTING
                                                        : Observation.State.RUNNING);
                        machines.put(handle.value(), machine);
                        made.incrementAndGet();
                        return CreateResult.accepted(handle);
                    }
                });
    }

    @Override
    public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
        return behave(
                "find",
                () ->
                        machines.values().stream()
                                .filter(m -> key.equals(m.key))
                                .map(m -> m.handle)
                                .findFirst());
    }

    @Override
    public Observation observe(Call call, InstanceHandle handle) {
        return behave("observe", () -> seen(handle));
    }

    private Observation seen(InstanceHandle handle) {
        Machine machine = machines.get(handle.value());
        if (machine == null) {
            return Observation.gone(handle);
        }
        Observation seen = Observation.of(handle, machine.state, "");
        if (machine.key != null) {
            seen = seen.withKey(machine.key);
        }
        if (machine.state == Observation.State.RUNNING) {
            List<Endpoint> endpoints =
                    machine.request.workload().ports().stream()
                            .map(p -> new Endpoint(p.name(), p.number(), address))
                            .toList();
            seen = seen.withEndpoints(endpoints).withStartedAt(Instant.EPOCH);
        }
        return seen;
    }

    @Override
    public void power(Call call, InstanceHandle handle, PowerAction action) {
        behave(
                "power",
                () -> {
                    Machine machine = machines.get(handle.value());
                    if (machine == null) {
                        throw new ProviderException(ProviderException.Code.NOT_FOUND, "gone");
                    }
                    calls.add("power " + action);
                    machine.state =
                            action == PowerAction.STOP
                                    ? Observation.State.STOPPED
                                    : failStart
                                            ? Observation.State.FAILED
                                            : Observation.State.RUNNING;
                    return true;
                });
    }

    @Override
    public void destroy(Call call, InstanceHandle handle) {
        behave("destroy", () -> Optional.ofNullable(machines.remove(handle.value())));
    }

    @Override
    public Page<Observation> list(Call call, Page.Token token) {
        return behave(
                "list",
                () -> {
                    List<Observation> all = new ArrayList<>();
                    machines.values().stream()
                            .filter(m -> !m.hidden)
                            .sorted(java.util.Comparator.comparing(m -> m.handle.value()))
                            .forEach(m -> all.add(seen(m.handle)));
                    int from = token.isFirst() ? 0 : Integer.parseInt(token.value());
                    int to = Math.min(all.size(), from + 2);
                    return new Page<>(
                            all.subList(from, to),
                            to < all.size()
                                    ? Optional.of(new Page.Token(Integer.toString(to)))
                                    : Optional.empty());
                });
    }

    @Override
    public List<Line> tail(Call call, InstanceHandle handle, int lines) {
        return behave(
                "tail", () -> List.of(new Line(Instant.EPOCH, false, "line of " + handle.value())));
    }

    @Override
    public void follow(Call call, InstanceHandle handle, int tail, Sink sink) {
        calls.add("follow");
        for (int i = 1; i <= 3; i++) {
            if (!sink.accept(new Line(Instant.EPOCH, i == 2, "followed " + i))) {
                return;
            }
        }
        hang();
    }

    /** A shell that gives back what is typed and ends at {@code exit}. */
    @Override
    public Session open(Call call, InstanceHandle handle, int columns, int rows) {
        calls.add("console");
        try {
            PipedOutputStream screen = new PipedOutputStream();
            PipedInputStream output = new PipedInputStream(screen, 1 << 16);
            screen.write("$ ".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            screen.flush();
            OutputStream input =
                    new OutputStream() {
                        private final StringBuilder typed = new StringBuilder();

                        @Override
                        public void write(int b) throws IOException {
                            typed.append((char) b);
                            screen.write(b);
                            screen.flush();
                            if (typed.toString().endsWith("exit\n")) {
                                screen.close();
                            }
                        }
                    };
            return new Session() {
                @Override
                public InputStream output() {
                    return output;
                }

                @Override
                public OutputStream input() {
                    return input;
                }

                @Override
                public void resize(int newColumns, int newRows) {
                    calls.add("resize " + newColumns + "x" + newRows);
                }

                @Override
                public OptionalInt exitStatus() {
                    return OptionalInt.of(3);
                }

                @Override
                public void close() {
                    calls.add("console closed");
                    try {
                        output.close();
                        screen.close();
                    } catch (IOException e) {
                        // Closed either way.
                    }
                }
            };
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public ProbeResult probe(Call call) {
        return ProbeResult.of(List.of());
    }

    @Override
    public void close() {}
}
