package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
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
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.UsageMeter;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/** One Docker engine as a compute backend. */
final class DockerBackend implements ComputeBackend, Logs, Console, UsageMeter {
    private static final int PAGE = 100;

    private final ProviderContext context;
    private final DockerConfig config;
    private final Tag tag;
    private final Engine engine;
    private final Readiness readiness = new Readiness();
    private final Sight sight;
    private final Creations creations;
    private final Watcher watcher;
    private final Checkup checkup;
    private final ReentrantLock admitting = new ReentrantLock();

    DockerBackend(ProviderContext context, DockerConfig config) {
        this.context = context;
        this.config = config;
        this.tag = new Tag(context.hostId());
        this.engine = new Engine(config);
        this.sight = new Sight(config, readiness, context.clock());
        this.creations =
                new Creations(
                        engine, config, tag, new Networks(engine, config, tag), sight, context);
        this.watcher = new Watcher(engine, tag, context);
        this.checkup = new Checkup(engine, config, tag);
    }

    @Override
    public ProbeResult probe(Call call) {
        return checkup.run(limit(call));
    }

    @Override
    public Capacity capacity(Call call) {
        EngineInfo info = info(call);
        int disk = config.diskMb();
        long free = Checkup.freeBytes(config, info);
        long cpuMillis = 0;
        long memoryMb = 0;
        long diskMb = 0;
        int ours = 0;
        for (JsonNode container : containers(call, "{\"label\":[\"" + Tag.KEY + "\"]}")) {
            Size size = size(container.path("Labels").path(Tag.SIZE).asText(""));
            cpuMillis += size.cpuMillis();
            memoryMb += size.memoryMb();
            diskMb += size.diskMb();
            ours++;
        }
        Size used = new Size(clamped(cpuMillis), clamped(memoryMb), clamped(diskMb));
        if (disk == 0) {
            // Granted disk is mostly not written yet, so it is taken off what is free now.
            disk = free < 0 ? used.diskMb() : clamped(free >> 20);
        }
        Size total =
                new Size(
                        scaled(info.cpus() * 1000L, config.cpuOvercommit()),
                        scaled(info.memoryBytes() >> 20, config.memoryOvercommit()),
                        disk);
        return Capacity.of(total, used).atMost(Math.max(config.maxInstances(), ours));
    }

    @Override
    public List<Image> images(Call call) {
        begin();
        List<Image> images = new ArrayList<>();
        for (JsonNode image : engine.get(limit(call), "/images/json").expect(200).body()) {
            String id = image.path("Id").asText();
            String digest = image.path("RepoDigests").path(0).asText("");
            boolean pinned = ImageRef.parse(digest).isPresent();
            String title = image.path("RepoTags").path(0).asText("");
            if (title.isEmpty() || title.equals("<none>:<none>")) {
                title = pinned ? digest : id.replace("sha256:", "").substring(0, 12);
            }
            images.add(new Image(pinned ? digest : id, title, true));
        }
        images.sort(Comparator.comparing(Image::title));
        return images;
    }

    @Override
    public CreateResult create(Call call, CreateInstance request) {
        begin();
        IdempotencyKey key = call.key();
        String hash = Requests.hash(request);
        Optional<String> refusal = ContainerSpec.refusal(request);
        if (refusal.isPresent()) {
            return CreateResult.rejected(refusal.get());
        }
        boolean mine = creations.claim(key, request);
        try {
            Optional<JsonNode> there = inspect(call, tag.container(key));
            if (there.isPresent()) {
                return adopted(call, request, hash, there.get(), mine);
            }
            if (!mine) {
                return repeated(call, request, hash);
            }
            // One at a time, or two would take the last place.
            admitting.lock();
            try {
                Optional<String> full = noRoom(call, request);
                if (full.isPresent()) {
                    creations.release(key);
                    return CreateResult.noCapacity(full.get());
                }
                creations.begin(key, request);
            } finally {
                admitting.unlock();
            }
            return CreateResult.accepted(tag.handle(key));
        } catch (ProviderException e) {
            if (mine && !creations.isGoing(key)) {
                creations.release(key);
            }
            throw e;
        }
    }

    /** The engine has a container of that name already. */
    private CreateResult adopted(
            Call call, CreateInstance request, String hash, JsonNode there, boolean mine) {
        IdempotencyKey key = call.key();
        JsonNode labels = Sight.labels(there);
        if (!tag.isOurs(labels, key)) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "A container called "
                                    + tag.container(key)
                                    + " exists on the engine and is not ours",
                            "En el motor hay un contenedor llamado "
                                    + tag.container(key)
                                    + " que no es nuestro"));
        }
        if (!labels.path(Tag.REQUEST).asText().equals(hash)) {
            throw mismatch(key);
        }
        boolean started = !there.path("State").path("Status").asText().equals("created");
        if (mine && started) {
            creations.release(key);
        } else if (!started && creations.claimed(key).flatMap(Creations.Claim::failed).isEmpty()) {
            creations.begin(key, request);
        }
        return CreateResult.accepted(tag.handle(key));
    }

    /** Somebody claimed the key before, and there is no container yet. */
    private CreateResult repeated(Call call, CreateInstance request, String hash) {
        IdempotencyKey key = call.key();
        Optional<Creations.Claim> claim = creations.claimed(key);
        if (claim.isEmpty()) {
            // Finished or given up between two looks: look again.
            return inspect(call, tag.container(key))
                    .map(there -> adopted(call, request, hash, there, false))
                    .orElseGet(() -> CreateResult.noCapacity("given up a moment ago"));
        }
        if (!claim.get().request().equals(hash)) {
            throw mismatch(key);
        }
        if (claim.get().failed().isEmpty()) {
            creations.begin(key, request);
        }
        return CreateResult.accepted(tag.handle(key));
    }

    private static ProviderException mismatch(IdempotencyKey key) {
        return new ProviderException(
                Code.IDEMPOTENCY_MISMATCH,
                Text.of(
                        "Key " + key + " was used before for another request",
                        "La clave " + key + " ya se usó para otra petición"));
    }

    private Optional<String> noRoom(Call call, CreateInstance request) {
        EngineInfo info = info(call);
        if (request.size().cpuMillis() > info.cpus() * 1000L) {
            return Optional.of("the engine has " + info.cpus() + " CPUs");
        }
        if (request.size().memoryMb() > info.memoryBytes() >> 20) {
            return Optional.of("the engine has " + (info.memoryBytes() >> 20) + " MiB of memory");
        }
        Set<String> taken = creations.going();
        for (JsonNode container : containers(call, tag.hostFilter())) {
            taken.add(name(container));
        }
        taken.remove(tag.container(call.key()));
        return taken.size() >= config.maxInstances()
                ? Optional.of("all " + config.maxInstances() + " places are taken")
                : Optional.empty();
    }

    private static String name(JsonNode listed) {
        return listed.path("Names").path(0).asText("").replaceFirst("^/", "");
    }

    @Override
    public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
        begin();
        boolean there =
                inspect(call, tag.container(key))
                        .filter(inspected -> tag.isOurs(Sight.labels(inspected), key))
                        .isPresent();
        return there || creations.claimed(key).isPresent()
                ? Optional.of(tag.handle(key))
                : Optional.empty();
    }

    @Override
    public Observation observe(Call call, InstanceHandle handle) {
        begin();
        Optional<IdempotencyKey> key = tag.key(handle);
        if (key.isEmpty()) {
            return Observation.gone(handle);
        }
        return observed(call, handle, key.get())
                .orElseGet(() -> Observation.gone(handle).withKey(key.get()));
    }

    private Optional<Observation> observed(Call call, InstanceHandle handle, IdempotencyKey key) {
        Optional<JsonNode> there = inspect(call, handle.value());
        if (there.isEmpty()) {
            readiness.forget(handle.value());
            Optional<Observation> making = creations.observe(key);
            if (making.isPresent()) {
                return making;
            }
            // It may have been made between the two looks.
            there = inspect(call, handle.value());
        }
        return there.filter(inspected -> tag.isOurs(Sight.labels(inspected), key))
                .map(inspected -> seen(handle, key, inspected));
    }

    private Observation seen(InstanceHandle handle, IdempotencyKey key, JsonNode inspected) {
        boolean created = inspected.path("State").path("Status").asText().equals("created");
        return sight.of(
                handle, key, inspected, created ? creations.observe(key) : Optional.empty());
    }

    @Override
    public void power(Call call, InstanceHandle handle, PowerAction action) {
        begin();
        IdempotencyKey key = required(handle);
        ours(call, handle, key);
        if (action != PowerAction.START && creations.isGoing(key) && !started(call, handle)) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "The instance is still being made",
                            "La instancia aún se está creando"));
        }
        String path = "/containers/" + handle.value();
        // The engine answers after the grace time: leave a second of the deadline for it.
        long grace =
                Math.max(1, Math.min(config.stopGrace().toSeconds(), limit(call).toSeconds() - 2));
        Map<String, String> within = Map.of("t", Long.toString(grace));
        Engine.Answer answer =
                switch (action) {
                    case START -> engine.post(limit(call), path + "/start", Map.of());
                    case STOP -> engine.post(limit(call), path + "/stop", within);
                    case RESTART -> engine.post(limit(call), path + "/restart", within);
                };
        answer.expect(204, 304);
    }

    @Override
    public void destroy(Call call, InstanceHandle handle) {
        begin();
        Optional<IdempotencyKey> key = tag.key(handle);
        if (key.isEmpty()) {
            return;
        }
        creations.cancel(key.get(), limit(call));
        creations.release(key.get());
        String path = "/containers/" + handle.value();
        Optional<JsonNode> there = inspect(call, handle.value());
        if (there.filter(inspected -> tag.isOurs(Sight.labels(inspected), key.get())).isPresent()) {
            Engine.Answer answer = engine.delete(limit(call), path, Map.of("force", "1", "v", "1"));
            if (answer.status() == 409) {
                awaitRemoved(call, handle);
            } else {
                answer.expect(204, 404);
            }
        } else if (there.isPresent()) {
            // That name is somebody else's; ours is gone.
            return;
        }
        JsonNode volumes =
                engine.get(limit(call), "/volumes", Map.of("filters", tag.keyFilter(key.get())))
                        .expect(200)
                        .body()
                        .path("Volumes");
        for (JsonNode volume : volumes) {
            engine.delete(
                            limit(call),
                            "/volumes/" + Engine.segment(volume.path("Name").asText()),
                            Map.of("force", "1"))
                    .expect(204, 404);
        }
        readiness.forget(handle.value());
    }

    /** Another call removes it at this moment. */
    private void awaitRemoved(Call call, InstanceHandle handle) {
        while (inspect(call, handle.value()).isPresent()) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProviderException(
                        Code.UNAVAILABLE,
                        Text.of("Interrupted while removing", "Interrumpido mientras eliminaba"));
            }
            if (call.remaining(context.clock()).isZero()) {
                throw new ProviderException(
                        Code.UNAVAILABLE, Text.of("Still being removed", "Aún se está eliminando"));
            }
        }
    }

    @Override
    public Page<Observation> list(Call call, Page.Token token) {
        begin();
        List<String> names = new ArrayList<>();
        for (JsonNode container : containers(call, tag.hostFilter())) {
            String name = name(container);
            Optional<IdempotencyKey> key =
                    name.isEmpty() ? Optional.empty() : tag.key(new InstanceHandle(name));
            if (key.isPresent() && tag.isOurs(container.path("Labels"), key.get())) {
                names.add(name);
            }
        }
        Set<String> made = new HashSet<>(names);
        Map<String, Observation> unmade = new LinkedHashMap<>();
        for (Observation making : creations.unmade(made)) {
            unmade.put(making.handle().value(), making);
            names.add(making.handle().value());
        }
        List<String> rest =
                names.stream()
                        .distinct()
                        .sorted()
                        .filter(name -> token.isFirst() || name.compareTo(token.value()) > 0)
                        .toList();
        List<Observation> items = new ArrayList<>();
        for (String name : rest.subList(0, Math.min(PAGE, rest.size()))) {
            Observation making = unmade.get(name);
            if (making != null) {
                items.add(making);
                continue;
            }
            InstanceHandle handle = new InstanceHandle(name);
            tag.key(handle).flatMap(key -> observed(call, handle, key)).ifPresent(items::add);
        }
        return new Page<>(
                items,
                rest.size() > PAGE
                        ? Optional.of(new Page.Token(rest.get(PAGE - 1)))
                        : Optional.empty());
    }

    @Override
    public List<Line> tail(Call call, InstanceHandle handle, int lines) {
        begin();
        IdempotencyKey key = required(handle);
        if (isUnmade(call, handle, key)) {
            return List.of();
        }
        return engine.streaming(
                limit(call),
                () -> {
                    List<Line> newest = new ArrayList<>();
                    try (Response response =
                            engine.open("GET", logs(handle), tailed(lines), null, null)) {
                        Frames.read(response.getBody(), newest::add);
                    }
                    return List.copyOf(newest);
                });
    }

    @Override
    public void follow(Call call, InstanceHandle handle, int tail, Sink sink) {
        begin();
        IdempotencyKey key = required(handle);
        isUnmade(call, handle, key);
        engine.streaming(() -> {
            followed(handle, key, tail, sink);
            return true;
        });
    }

    /** The engine's stream ends when the container stops; ours ends when it is gone. */
    private void followed(InstanceHandle handle, IdempotencyKey key, int tail, Sink sink)
            throws InterruptedException {
        AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);
        Map<String, String> query = tailed(tail);
        boolean first = true;
        while (true) {
            Map<String, String> asked = new LinkedHashMap<>(query);
            asked.put("follow", "1");
            if (!first) {
                Instant since = last.get();
                asked.put("tail", "all");
                asked.put(
                        "since",
                        since.getEpochSecond() + "." + String.format("%09d", since.getNano()));
            }
            Instant seen = last.get();
            try (Response response = engine.open("GET", logs(handle), asked, null, null)) {
                first = false;
                boolean wanted =
                        Frames.read(
                                response.getBody(),
                                line -> {
                                    if (!line.at().isAfter(seen) && !seen.equals(Instant.EPOCH)) {
                                        return true;
                                    }
                                    last.set(line.at());
                                    return sink.accept(line);
                                });
                if (!wanted) {
                    return;
                }
            } catch (ProviderException e) {
                if (e.code() != Code.NOT_FOUND || creations.observe(key).isEmpty()) {
                    if (e.code() == Code.NOT_FOUND) {
                        return;
                    }
                    throw e;
                }
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                context.logger().debug("Log stream of {} interrupted", handle.value());
            }
            Thread.sleep(first ? 200 : 500);
        }
    }

    private static String logs(InstanceHandle handle) {
        return "/containers/" + handle.value() + "/logs";
    }

    private static Map<String, String> tailed(int lines) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("stdout", "1");
        query.put("stderr", "1");
        query.put("timestamps", "1");
        query.put("tail", Integer.toString(Math.clamp(lines, 0, 1000)));
        return query;
    }

    @Override
    public Console.Session open(Call call, InstanceHandle handle, int columns, int rows) {
        begin();
        IdempotencyKey key = required(handle);
        if (isUnmade(call, handle, key)) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "The instance is still being made",
                            "La instancia aún se está creando"));
        }
        return Terminal.open(
                engine,
                limit(call),
                handle.value(),
                Math.clamp(columns, 1, 500),
                Math.clamp(rows, 1, 200));
    }

    @Override
    public Usage usage(Call call, InstanceHandle handle) {
        begin();
        IdempotencyKey key = required(handle);
        if (isUnmade(call, handle, key)) {
            return new Usage(context.clock().instant(), 0, 0, 0, 0, 0);
        }
        String path = "/containers/" + handle.value();
        JsonNode stats =
                engine.get(limit(call), path + "/stats", Map.of("stream", "0", "one-shot", "1"))
                        .expect(200)
                        .body();
        JsonNode inspected =
                engine.get(limit(call), path + "/json", Map.of("size", "1")).expect(200).body();
        JsonNode memory = stats.path("memory_stats");
        // Page cache counts as used by the kernel but is given back on demand.
        long cache =
                memory.path("stats")
                        .path("inactive_file")
                        .asLong(memory.path("stats").path("total_inactive_file").asLong());
        long received = 0;
        long sent = 0;
        for (JsonNode network : stats.path("networks")) {
            received += network.path("rx_bytes").asLong();
            sent += network.path("tx_bytes").asLong();
        }
        return new Usage(
                context.clock().instant(),
                stats.path("cpu_stats").path("cpu_usage").path("total_usage").asLong() / 1_000_000,
                Math.max(0, memory.path("usage").asLong() - cache),
                Math.max(0, inspected.path("SizeRw").asLong()),
                received,
                sent);
    }

    @Override
    public void close() {
        watcher.close();
        creations.close();
        engine.close();
    }

    private void begin() {
        watcher.begin();
        creations.resume();
    }

    private IdempotencyKey required(InstanceHandle handle) {
        return tag.key(handle).orElseThrow(DockerBackend::notFound);
    }

    /**
     * Whether the instance is still being made and has no container yet.
     *
     * @throws ProviderException {@code NOT_FOUND} when there is neither
     */
    private boolean isUnmade(Call call, InstanceHandle handle, IdempotencyKey key) {
        Optional<JsonNode> there = inspect(call, handle.value());
        if (there.filter(inspected -> tag.isOurs(Sight.labels(inspected), key)).isPresent()) {
            return false;
        }
        if (there.isEmpty() && creations.observe(key).isPresent()) {
            return true;
        }
        throw notFound();
    }

    /** The work of making it ends a moment after the container was started. */
    private boolean started(Call call, InstanceHandle handle) {
        return inspect(call, handle.value())
                .filter(seen -> !seen.path("State").path("Status").asText().equals("created"))
                .isPresent();
    }

    private void ours(Call call, InstanceHandle handle, IdempotencyKey key) {
        if (isUnmade(call, handle, key)) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "The instance has no container yet",
                            "La instancia todavía no tiene contenedor"));
        }
    }

    private static ProviderException notFound() {
        return new ProviderException(
                Code.NOT_FOUND, Text.of("There is no such instance", "No existe esa instancia"));
    }

    private Optional<JsonNode> inspect(Call call, String name) {
        Engine.Answer answer = engine.get(limit(call), "/containers/" + name + "/json");
        return answer.status() == 404 ? Optional.empty() : Optional.of(answer.expect(200).body());
    }

    private JsonNode containers(Call call, String filters) {
        return engine.get(limit(call), "/containers/json", Map.of("all", "1", "filters", filters))
                .expect(200)
                .body();
    }

    private EngineInfo info(Call call) {
        begin();
        return EngineInfo.of(engine.get(limit(call), "/info").expect(200).body());
    }

    private Duration limit(Call call) {
        Duration left = call.remaining(context.clock());
        if (left.isZero()) {
            throw new ProviderException(
                    Code.UNAVAILABLE, Text.of("The deadline has passed", "Se acabó el plazo"));
        }
        return left;
    }

    private static Size size(String label) {
        return label.matches("[0-9]{1,9}/[0-9]{1,9}/[0-9]{1,9}")
                ? new Size(
                        Integer.parseInt(label.split("/")[0]),
                        Integer.parseInt(label.split("/")[1]),
                        Integer.parseInt(label.split("/")[2]))
                : new Size(0, 0, 0);
    }

    private static int scaled(long amount, BigDecimal factor) {
        return clamped(BigDecimal.valueOf(amount).multiply(factor).longValue());
    }

    private static int clamped(long amount) {
        return (int) Math.min(Integer.MAX_VALUE, amount);
    }
}
