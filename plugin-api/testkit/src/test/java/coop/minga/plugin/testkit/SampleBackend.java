package coop.minga.plugin.testkit;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.ComputeBackendFactory;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.Image;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A backend that keeps its machines in memory, right in everything but one chosen defect. */
final class SampleBackend implements ComputeBackendFactory {

    enum Defect {
        NONE,
        FORGETS_KEYS,
        RACES,
        IGNORES_INPUTS,
        LISTS_FOREIGN,
        SWALLOWS_INTERRUPTS,
        THROWS_ON_GONE,
        THROWS_ON_SECOND_DESTROY,
        FORGETS_ON_CLOSE,
        LOGS_SECRETS,
        PRINTS_ITS_KEY,
        HIDES_A_CAPABILITY,
        TAKES_ANYTHING,
        CHANGES_ITS_MIND,
        SPEAKS_ENGLISH_ONLY,
        CLOSES_ONCE,
        IGNORES_THE_SINK,
    }

    /** What the vendor has: shared by every provider on its account. */
    static final class Vendor {
        private final Map<String, Machine> machines = new LinkedHashMap<>();
        private int numbers;
    }

    private record Machine(
            String host,
            IdempotencyKey key,
            CreateInstance request,
            InstanceHandle handle,
            Observation.State state) {

        Machine in(Observation.State newState) {
            return new Machine(host, key, request, handle, newState);
        }
    }

    private final Defect defect;
    private final Vendor vendor;
    private int asked;

    SampleBackend(Defect defect, Vendor vendor) {
        this.defect = defect;
        this.vendor = vendor;
    }

    @Override
    public ProviderDescriptor descriptor() {
        asked++;
        String english = "Machines in memory" + (defect == Defect.CHANGES_ITS_MIND ? asked : "");
        ProviderDescriptor descriptor =
                ProviderDescriptor.of(
                                "sample",
                                Kind.COMPUTE,
                                Text.of("Sample"),
                                defect == Defect.SPEAKS_ENGLISH_ONLY
                                        ? Text.of(english)
                                        : Text.of(english, "Máquinas en memoria"))
                        .withSchema(
                                ConfigSchema.of(
                                        Field.of(
                                                        "api_key",
                                                        FieldType.secret(),
                                                        Text.of("Key", "Clave"))
                                                .needed()));
        return defect == Defect.HIDES_A_CAPABILITY
                ? descriptor.withCapabilities(Need.USERLAND)
                : descriptor.withCapabilities(Need.USERLAND, Need.LOGS);
    }

    @Override
    public ComputeBackend open(ProviderContext context, ProviderConfig config) {
        return new Backend(context, config.text("api_key"));
    }

    private final class Backend implements ComputeBackend, Logs {

        private final ProviderContext context;
        private final String apiKey;
        private boolean closed;

        Backend(ProviderContext context, String apiKey) {
            this.context = context;
            this.apiKey = apiKey;
        }

        @Override
        public ProbeResult probe(Call call) {
            if (apiKey.startsWith("wrong")) {
                throw new ProviderException(Code.UNAUTHENTICATED, "The key is refused");
            }
            return ProbeResult.of(
                    List.of(ProbeResult.Check.passed(Text.of("Account", "Cuenta"), "open")));
        }

        @Override
        public String toString() {
            return "Backend[" + (defect == Defect.PRINTS_ITS_KEY ? apiKey : "…") + "]";
        }

        private void swallow() {
            if (defect == Defect.SWALLOWS_INTERRUPTS) {
                Thread.interrupted();
            }
        }

        @Override
        public Capacity capacity(Call call) {
            swallow();
            return Capacity.of(new Size(8000, 16_000, 100_000), new Size(0, 0, 0));
        }

        @Override
        public List<Image> images(Call call) {
            return List.of();
        }

        @Override
        public CreateResult create(Call call, CreateInstance request) {
            if (defect == Defect.LOGS_SECRETS) {
                context.logger().info("creating with {}", request.environment());
            }
            if (request.size().memoryMb() > 16_000 && defect != Defect.TAKES_ANYTHING) {
                return CreateResult.noCapacity("too big");
            }
            if (defect == Defect.RACES) {
                Optional<Machine> there = byKey(call.key());
                if (there.isPresent()) {
                    return CreateResult.accepted(there.get().handle());
                }
                Thread.yield();
                pause();
                return CreateResult.accepted(add(call.key(), request).handle());
            }
            synchronized (vendor) {
                Optional<Machine> there = byKey(call.key());
                if (there.isPresent() && defect != Defect.FORGETS_KEYS) {
                    if (!there.get().request().equals(request) && defect != Defect.IGNORES_INPUTS) {
                        throw new ProviderException(
                                Code.IDEMPOTENCY_MISMATCH, "The key was used for something else");
                    }
                    return CreateResult.accepted(there.get().handle());
                }
                return CreateResult.accepted(add(call.key(), request).handle());
            }
        }

        private void pause() {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Machine add(IdempotencyKey key, CreateInstance request) {
            synchronized (vendor) {
                InstanceHandle handle = new InstanceHandle("m" + vendor.numbers++);
                Machine machine =
                        new Machine(
                                context.hostId(), key, request, handle, Observation.State.RUNNING);
                vendor.machines.put(handle.value(), machine);
                return machine;
            }
        }

        private Optional<Machine> byKey(IdempotencyKey key) {
            synchronized (vendor) {
                return vendor.machines.values().stream()
                        .filter(m -> m.host().equals(context.hostId()) && m.key().equals(key))
                        .findFirst();
            }
        }

        @Override
        public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
            swallow();
            return byKey(key).map(Machine::handle);
        }

        @Override
        public Observation observe(Call call, InstanceHandle handle) {
            swallow();
            synchronized (vendor) {
                Machine machine = vendor.machines.get(handle.value());
                if (machine == null) {
                    if (defect == Defect.THROWS_ON_GONE) {
                        throw new ProviderException(Code.NOT_FOUND, "gone");
                    }
                    return Observation.gone(handle);
                }
                return seen(machine);
            }
        }

        private Observation seen(Machine machine) {
            Observation seen =
                    Observation.of(machine.handle(), machine.state(), "").withKey(machine.key());
            if (machine.state() != Observation.State.RUNNING) {
                return seen;
            }
            return seen.withStartedAt(Instant.now())
                    .withEndpoints(
                            machine.request().workload().ports().stream()
                                    .map(port ->
                                            new Endpoint(
                                                    port.name(),
                                                    port.number(),
                                                    new Endpoint.Tcp("127.0.0.1", 9, false)))
                                    .toList());
        }

        @Override
        public void power(Call call, InstanceHandle handle, PowerAction action) {
            synchronized (vendor) {
                Machine machine = vendor.machines.get(handle.value());
                if (machine == null) {
                    throw new ProviderException(Code.NOT_FOUND, "gone");
                }
                vendor.machines.put(
                        handle.value(),
                        machine.in(
                                action == PowerAction.STOP
                                        ? Observation.State.STOPPED
                                        : Observation.State.RUNNING));
            }
        }

        @Override
        public void destroy(Call call, InstanceHandle handle) {
            synchronized (vendor) {
                Machine gone = vendor.machines.remove(handle.value());
                if (gone == null && defect == Defect.THROWS_ON_SECOND_DESTROY) {
                    throw new ProviderException(Code.NOT_FOUND, "gone");
                }
            }
        }

        @Override
        public Page<Observation> list(Call call, Page.Token token) {
            swallow();
            synchronized (vendor) {
                List<Observation> items = new ArrayList<>();
                for (Machine machine : vendor.machines.values()) {
                    if (machine.host().equals(context.hostId()) || defect == Defect.LISTS_FOREIGN) {
                        items.add(seen(machine));
                    }
                }
                int from = token.isFirst() ? 0 : Integer.parseInt(token.value());
                int to = Math.min(items.size(), from + 2);
                return new Page<>(
                        items.subList(Math.min(from, to), to),
                        to < items.size()
                                ? Optional.of(new Page.Token(Integer.toString(to)))
                                : Optional.empty());
            }
        }

        @Override
        public List<Line> tail(Call call, InstanceHandle handle, int lines) {
            return List.of(new Line(Instant.now(), false, "started"));
        }

        @Override
        public void follow(Call call, InstanceHandle handle, int tail, Sink sink) {
            while (!Thread.currentThread().isInterrupted()) {
                boolean more = sink.accept(new Line(Instant.now(), false, "started"));
                if (!more && defect != Defect.IGNORES_THE_SINK) {
                    return;
                }
                pause();
                if (defect == Defect.IGNORES_THE_SINK && !more) {
                    sink.accept(new Line(Instant.now(), false, "again"));
                    return;
                }
            }
        }

        @Override
        public void close() {
            if (closed && defect == Defect.CLOSES_ONCE) {
                throw new IllegalStateException("closed");
            }
            closed = true;
            if (defect == Defect.FORGETS_ON_CLOSE) {
                synchronized (vendor) {
                    vendor.machines.clear();
                }
            }
        }
    }
}
