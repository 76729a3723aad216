package ${package};

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.Image;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every machine carries the host that made it, the key it was made under and what was asked for.
 */
final class Backend implements ComputeBackend {

    private static final String HOST = "minga-host";
    private static final String KEY = "minga-key";
    private static final String REQUEST = "minga-request";
    private static final String PORTS = "minga-ports";

    private final String hostId;
    private final Vendor vendor;

    Backend(String hostId, Vendor vendor) {
        this.hostId = hostId;
        this.vendor = vendor;
    }

    @Override
    public ProbeResult probe(Call call) {
        Vendor.Quota quota = vendor.quota(call);
        return ProbeResult.of(
                List.of(
                        ProbeResult.Check.passed(
                                Text.of("Account", "Cuenta"), quota.memoryMb() + " MB in all")));
    }

    @Override
    public Capacity capacity(Call call) {
        Vendor.Quota quota = vendor.quota(call);
        return Capacity.of(
                new Size(quota.cpuMillis(), quota.memoryMb(), quota.diskMb()),
                new Size(quota.usedCpuMillis(), quota.usedMemoryMb(), quota.usedDiskMb()));
    }

    @Override
    public List<Image> images(Call call) {
        return List.of();
    }

    @Override
    public CreateResult create(Call call, CreateInstance request) {
        String asked = digest(request);
        Optional<Vendor.Machine> there = vendor.named(call, name(call.key()));
        if (there.isEmpty()) {
            try {
                return CreateResult.accepted(
                        handle(vendor.create(call, described(call.key(), request, asked))));
            } catch (ProviderException e) {
                if (e.code() == Code.CAPACITY) {
                    return CreateResult.noCapacity(e.getMessage());
                }
                if (e.code() != Code.CONFLICT) {
                    throw e;
                }
                // Another call with this key was quicker: its machine is ours.
                there = vendor.named(call, name(call.key()));
            }
        }
        Vendor.Machine machine =
                there.orElseThrow(
                        () -> new ProviderException(Code.UNAVAILABLE, "It is being deleted"));
        if (!asked.equals(machine.tags().get(REQUEST))) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH, "The key was used for something else");
        }
        return CreateResult.accepted(handle(machine));
    }

    private Map<String, Object> described(
            IdempotencyKey key, CreateInstance request, String asked) {
        Map<String, String> tags = new LinkedHashMap<>(request.labels());
        tags.put(HOST, hostId);
        tags.put(KEY, key.value());
        tags.put(REQUEST, asked);
        tags.put(
                PORTS,
                String.join(
                        ",", request.workload().ports().stream().map(Backend::written).toList()));
        return Map.of(
                "name", name(key),
                "image", request.workload().image().orElse(""),
                "command", request.workload().command(),
                "environment", request.environment(),
                "cpu_millis", request.size().cpuMillis(),
                "memory_mb", request.size().memoryMb(),
                "disk_mb", request.size().diskMb(),
                "tags", tags);
    }

    private static String written(Workload.Port port) {
        return port.name() + ":" + port.number();
    }

    @Override
    public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
        return vendor.named(call, name(key)).map(Backend::handle);
    }

    @Override
    public Observation observe(Call call, InstanceHandle handle) {
        return vendor.find(call, handle.value())
                .map(Backend::seen)
                .orElseGet(() -> Observation.gone(handle));
    }

    @Override
    public void power(Call call, InstanceHandle handle, PowerAction action) {
        vendor.act(
                call,
                handle.value(),
                switch (action) {
                    case START -> "start";
                    case STOP -> "stop";
                    case RESTART -> "restart";
                });
    }

    @Override
    public void destroy(Call call, InstanceHandle handle) {
        vendor.delete(call, handle.value());
    }

    @Override
    public Page<Observation> list(Call call, Page.Token token) {
        Vendor.Machines machines = vendor.tagged(call, HOST, hostId, token.value());
        return new Page<>(
                machines.items().stream().map(Backend::seen).toList(),
                machines.next().map(Page.Token::new));
    }

    @Override
    public void close() {}

    private static InstanceHandle handle(Vendor.Machine machine) {
        return new InstanceHandle(machine.id());
    }

    private static Observation seen(Vendor.Machine machine) {
        State state =
                switch (machine.state()) {
                    case "creating" -> State.CREATING;
                    case "starting" -> State.STARTING;
                    case "running" -> State.RUNNING;
                    case "stopped" -> State.STOPPED;
                    default -> State.FAILED;
                };
        Observation seen =
                Observation.of(handle(machine), state, state == State.FAILED ? machine.state() : "")
                        .withKey(new IdempotencyKey(machine.tags().getOrDefault(KEY, "unknown")));
        return state == State.RUNNING
                ? seen.withStartedAt(Instant.parse(machine.startedAt()))
                        .withEndpoints(endpoints(machine))
                : seen;
    }

    private static List<Endpoint> endpoints(Vendor.Machine machine) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String port : machine.tags().getOrDefault(PORTS, "").split(",")) {
            String[] parts = port.split(":");
            if (parts.length == 2) {
                int number = Integer.parseInt(parts[1]);
                endpoints.add(
                        new Endpoint(
                                parts[0],
                                number,
                                new Endpoint.Tcp(machine.address(), number, false)));
            }
        }
        return endpoints;
    }

    /** One name for one key on one host: the vendor itself refuses a second machine. */
    private String name(IdempotencyKey key) {
        return "minga-" + sha256(hostId + " " + key.value()).substring(0, 24);
    }

    /** Tells requests apart without keeping them, for their environment may hold secrets. */
    private static String digest(CreateInstance request) {
        return sha256(
                request.name()
                        + request.size()
                        + request.workload()
                        + new TreeMap<>(request.environment())
                        + request.sshKeys()
                        + new TreeMap<>(request.labels()));
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java runtime", e);
        }
    }
}
