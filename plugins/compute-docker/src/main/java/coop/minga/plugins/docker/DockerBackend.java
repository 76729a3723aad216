package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

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
import coop.minga.plugin.api.compute.UsageMeter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One Docker engine as a compute backend: passes each call of the host to whom it concerns. */
final class DockerBackend implements ComputeBackend, Logs, Console, UsageMeter {
    private final DockerConfig config;
    private final Tag tag;
    private final Engine engine;
    private final Creations creations;
    private final Watcher watcher;
    private final Checkup checkup;
    private final Containers containers;
    private final Room room;
    private final Admission admission;
    private final Observer observer;
    private final Removal removal;
    private final LogStream logs;
    private final Meter meter;

    DockerBackend(ProviderContext context, DockerConfig config) {
        this.config = config;
        this.tag = new Tag(context.hostId());
        this.engine = new Engine(config);
        Readiness readiness = new Readiness();
        Sight sight = new Sight(config, readiness, context.clock());
        this.creations =
                new Creations(
                        engine, config, tag, new Networks(engine, config, tag), sight, context);
        this.watcher = new Watcher(engine, tag, context);
        this.checkup = new Checkup(engine, config, tag);
        this.containers = new Containers(engine, context.clock());
        this.room = new Room(config, tag, containers, creations);
        this.admission = new Admission(tag, containers, creations, room);
        this.observer = new Observer(tag, containers, creations, sight, readiness);
        this.removal = new Removal(engine, tag, containers, creations, readiness, context.clock());
        this.logs = new LogStream(engine, creations, context.logger());
        this.meter = new Meter(engine, containers, context.clock());
    }

    @Override
    public ProbeResult probe(Call call) {
        return checkup.run(containers.limit(call));
    }

    @Override
    public Capacity capacity(Call call) {
        begin();
        return room.capacity(call);
    }

    @Override
    public List<Image> images(Call call) {
        begin();
        List<Image> images = new ArrayList<>();
        for (JsonNode image :
                engine.get(containers.limit(call), "/images/json").expect(200).body()) {
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
        return admission.create(call, request);
    }

    @Override
    public Optional<InstanceHandle> find(Call call, IdempotencyKey key) {
        begin();
        boolean there =
                containers
                        .inspect(call, tag.container(key))
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
        return observer.look(call, handle, key.get())
                .orElseGet(() -> Observation.gone(handle).withKey(key.get()));
    }

    @Override
    public void power(Call call, InstanceHandle handle, PowerAction action) {
        begin();
        IdempotencyKey key = observer.required(handle);
        ours(call, handle, key);
        if (action != PowerAction.START && creations.isGoing(key) && !started(call, handle)) {
            throw unfinished();
        }
        String path = "/containers/" + handle.value();
        // The engine answers after the grace time: leave a second of the deadline for it.
        long grace =
                Math.max(
                        1,
                        Math.min(
                                config.stopGrace().toSeconds(),
                                containers.limit(call).toSeconds() - 2));
        Map<String, String> within = Map.of("t", Long.toString(grace));
        Answer answer =
                switch (action) {
                    case START -> engine.post(containers.limit(call), path + "/start", Map.of());
                    case STOP -> engine.post(containers.limit(call), path + "/stop", within);
                    case RESTART -> engine.post(containers.limit(call), path + "/restart", within);
                };
        answer.expect(204, 304);
    }

    @Override
    public void destroy(Call call, InstanceHandle handle) {
        begin();
        removal.destroy(call, handle);
    }

    @Override
    public Page<Observation> list(Call call, Page.Token token) {
        begin();
        return observer.list(call, token);
    }

    @Override
    public List<Line> tail(Call call, InstanceHandle handle, int lines) {
        begin();
        return observer.isUnmade(call, handle, observer.required(handle))
                ? List.of()
                : logs.tail(containers.limit(call), handle, lines);
    }

    @Override
    public void follow(Call call, InstanceHandle handle, int tail, Sink sink) {
        begin();
        IdempotencyKey key = observer.required(handle);
        observer.isUnmade(call, handle, key);
        logs.follow(handle, key, tail, sink);
    }

    @Override
    public Console.Session open(Call call, InstanceHandle handle, int columns, int rows) {
        begin();
        IdempotencyKey key = observer.required(handle);
        if (observer.isUnmade(call, handle, key)) {
            throw unfinished();
        }
        return Terminal.open(
                engine,
                containers.limit(call),
                handle.value(),
                Math.clamp(columns, 1, 500),
                Math.clamp(rows, 1, 200));
    }

    @Override
    public Usage usage(Call call, InstanceHandle handle) {
        begin();
        return observer.isUnmade(call, handle, observer.required(handle))
                ? meter.nothing()
                : meter.read(call, handle);
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

    /** The work of making it ends a moment after the container was started. */
    private boolean started(Call call, InstanceHandle handle) {
        return containers
                .inspect(call, handle.value())
                .filter(seen -> !Sight.isCreated(seen))
                .isPresent();
    }

    private static ProviderException unfinished() {
        return new ProviderException(
                Code.CONFLICT,
                Text.of("The instance is still being made", "La instancia aún se está creando"));
    }

    private void ours(Call call, InstanceHandle handle, IdempotencyKey key) {
        if (observer.isUnmade(call, handle, key)) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "The instance has no container yet",
                            "La instancia todavía no tiene contenedor"));
        }
    }
}
