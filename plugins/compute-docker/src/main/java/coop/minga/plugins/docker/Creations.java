package coop.minga.plugins.docker;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The work between accepting a request and the started container: download, network, container,
 * files, start.
 *
 * <p>Until it is done a claim in the host's state store says so to every host, and a file only this
 * user can read keeps the request (it may hold secrets, as the container's own configuration will),
 * so that a restarted host goes on where it was. Every step may be done twice.
 */
final class Creations {
    private static final String CLAIM = "create/";
    private static final Duration STEP = Duration.ofSeconds(60);

    private final Engine engine;
    private final DockerConfig config;
    private final Tag tag;
    private final Networks networks;
    private final Sight sight;
    private final ProviderContext context;
    private final Map<IdempotencyKey, Work> works = new ConcurrentHashMap<>();
    private final ReentrantLock resuming = new ReentrantLock();
    private volatile boolean resumed;
    private volatile @Nullable String owner;
    private volatile boolean closed;

    Creations(
            Engine engine,
            DockerConfig config,
            Tag tag,
            Networks networks,
            Sight sight,
            ProviderContext context) {
        this.engine = engine;
        this.config = config;
        this.tag = tag;
        this.networks = networks;
        this.sight = sight;
        this.context = context;
    }

    /** Work that goes on. */
    private static final class Work {
        private final IdempotencyKey key;
        private final CreateInstance request;
        private volatile String message = "";
        private volatile boolean cancelled;
        private volatile @Nullable Thread thread;

        /**
         * Held from the container's creation to its start. Ending the work waits for it: what the
         * engine is making cannot be called back, only removed when it is there.
         */
        private final ReentrantLock making = new ReentrantLock();

        Work(IdempotencyKey key, CreateInstance request) {
            this.key = key;
            this.request = request;
        }
    }

    /**
     * What the state store remembers of a request.
     *
     * @param request its hash
     * @param at when it came
     * @param by who keeps the request, see {@link #owner()}
     * @param failed why it failed for good
     */
    record Claim(String request, Instant at, String by, Optional<String> failed) {
        String write() {
            ObjectNode json = Json.MAPPER.createObjectNode();
            json.put("request", request).put("at", at.toString()).put("by", by);
            failed.ifPresent(words -> json.put("failed", words));
            return json.toString();
        }

        static Claim read(String text) {
            try {
                JsonNode json = Json.MAPPER.readTree(text);
                return new Claim(
                        json.path("request").asText(),
                        Instant.parse(json.path("at").asText()),
                        json.path("by").asText(),
                        json.has("failed")
                                ? Optional.of(json.path("failed").asText())
                                : Optional.empty());
            } catch (JacksonException e) {
                throw new ProviderException(
                        Code.INTERNAL,
                        Text.of(
                                "A claim in the state store is broken",
                                "Una reserva en el almacén de estado está dañada"));
            }
        }
    }

    /** The words of a failure that will not go away by trying again. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String words) {
            super(words, null, false, false);
        }
    }

    /** Claims a key for this request. False when it was claimed before, by whomever. */
    boolean claim(IdempotencyKey key, CreateInstance request) {
        return context.state()
                .putIfAbsent(
                        CLAIM + key,
                        new Claim(
                                        Requests.hash(request),
                                        context.clock().instant(),
                                        owner(),
                                        Optional.empty())
                                .write());
    }

    Optional<Claim> claimed(IdempotencyKey key) {
        return context.state().get(CLAIM + key).map(Claim::read);
    }

    List<IdempotencyKey> claims() {
        return context.state().keys(CLAIM).stream()
                .map(name -> new IdempotencyKey(name.substring(CLAIM.length())))
                .toList();
    }

    /** Forgets the claim; the work, if any, ends before it makes anything more. */
    void release(IdempotencyKey key) {
        context.state().delete(CLAIM + key);
        deleteKept(key);
    }

    /** Begins the work, unless it goes on already. */
    void begin(IdempotencyKey key, CreateInstance request) {
        keep(key, request);
        start(key, request);
    }

    private void start(IdempotencyKey key, CreateInstance request) {
        if (closed) {
            return;
        }
        Work work = new Work(key, request);
        if (works.putIfAbsent(key, work) == null) {
            Thread thread = Thread.ofVirtual().name("docker-create").unstarted(() -> run(work));
            work.thread = thread;
            thread.start();
        }
    }

    /** Goes on with what an earlier process of this host left unfinished; done once. */
    void resume() {
        if (resumed) {
            return;
        }
        // Others wait: what they claim now must not be taken for something left over.
        resuming.lock();
        try {
            if (resumed) {
                return;
            }
            for (IdempotencyKey key : claims()) {
                Optional<Claim> claim = claimed(key);
                if (claim.isEmpty()
                        || claim.get().failed().isPresent()
                        || !claim.get().by().equals(owner())) {
                    continue;
                }
                Path kept = kept(key);
                if (Files.exists(kept)) {
                    start(key, Requests.read(Json.MAPPER.readTree(Files.readString(kept))));
                } else {
                    // Claimed, and then nothing was done: certainly there is none.
                    release(key);
                }
            }
            deleteUnclaimed();
            resumed = true;
        } catch (IOException | IllegalArgumentException e) {
            context.logger().warn("Cannot read unfinished requests in {}", directory(), e);
            resumed = true;
        } finally {
            resuming.unlock();
        }
    }

    private void deleteUnclaimed() throws IOException {
        if (!Files.isDirectory(directory())) {
            return;
        }
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file :
                    files.filter(f -> !f.getFileName().toString().equals("owner")).toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.json$", "");
                if (!name.matches("[A-Za-z0-9_-]{1,64}")
                        || !works.containsKey(new IdempotencyKey(name))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Names this data directory, so that a claim says where its request is kept. */
    private String owner() {
        String known = owner;
        if (known != null) {
            return known;
        }
        Path file = directory().resolve("owner");
        try {
            makeDirectory();
            try {
                Files.writeString(
                        file, UUID.randomUUID().toString(), StandardOpenOption.CREATE_NEW);
            } catch (FileAlreadyExistsException e) {
                known = Files.readString(file);
            }
            known = known == null ? Files.readString(file) : known;
            owner = known;
            return known;
        } catch (IOException e) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "Cannot write to " + directory() + ": " + e.getMessage(),
                            "No se puede escribir en " + directory() + ": " + e.getMessage()));
        }
    }

    /** What there is to say of a key while it is being made, or when that failed. */
    Optional<Observation> observe(IdempotencyKey key) {
        Work work = works.get(key);
        if (work != null && !work.cancelled) {
            return Optional.of(
                    Observation.of(tag.handle(key), State.CREATING, work.message).withKey(key));
        }
        return claimed(key)
                .map(claim -> {
                    if (claim.failed().isPresent()) {
                        return failed(key, claim.failed().get());
                    }
                    Instant latest = claim.at().plus(config.pullTimeout()).plus(STEP).plus(STEP);
                    return context.clock().instant().isAfter(latest)
                            ? failed(
                                    key,
                                    "The host that was making it is gone and left nothing"
                                            + " to go on with")
                            : Observation.of(
                                            tag.handle(key),
                                            State.CREATING,
                                            "waiting for the host that makes it")
                                    .withKey(key);
                });
    }

    private Observation failed(IdempotencyKey key, String words) {
        return Observation.of(tag.handle(key), State.FAILED, words).withKey(key);
    }

    /** Names of the containers being made; some may be there already. */
    Set<String> going() {
        return works.keySet().stream().map(tag::container).collect(Collectors.toSet());
    }

    boolean isGoing(IdempotencyKey key) {
        return works.containsKey(key);
    }

    /** Ends the work for a key and waits until it has. */
    void cancel(IdempotencyKey key, Duration limit) {
        Work work = works.get(key);
        if (work == null) {
            return;
        }
        work.cancelled = true;
        Thread thread = work.thread;
        try {
            if (!work.making.tryLock(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ProviderException(
                        Code.UNAVAILABLE, Text.of("It is still being made", "Aún se está creando"));
            }
            try {
                if (thread != null) {
                    thread.interrupt();
                }
            } finally {
                work.making.unlock();
            }
            if (thread != null) {
                thread.join(limit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "Interrupted while ending a creation",
                            "Interrumpido mientras terminaba una creación"));
        }
    }

    /** Ends all work without a verdict: it goes on after the next start. */
    void close() {
        closed = true;
        for (Work work : works.values()) {
            work.cancelled = true;
            Thread thread = work.thread;
            if (thread != null) {
                thread.interrupt();
            }
        }
    }

    private void run(Work work) {
        Instant giveUp = context.clock().instant().plus(config.pullTimeout());
        Duration pause = Duration.ofMillis(200);
        try {
            while (true) {
                try {
                    make(work);
                    release(work.key);
                    break;
                } catch (ProviderException e) {
                    // With a cause the engine could not be reached; without one it said no.
                    boolean again = e.code() == Code.UNAVAILABLE && e.getCause() != null;
                    if (work.cancelled) {
                        return;
                    }
                    if (!again || context.clock().instant().isAfter(giveUp)) {
                        throw new Refused(String.valueOf(e.getMessage()));
                    }
                    work.message = "retrying: " + e.getMessage();
                    Thread.sleep(pause);
                    pause =
                            pause.compareTo(Duration.ofSeconds(4)) > 0
                                    ? pause
                                    : pause.multipliedBy(2);
                }
            }
            works.remove(work.key, work);
            awaitReady(work);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Refused e) {
            fail(work, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            context.logger().error("Creating {} failed", tag.container(work.key), e);
            fail(work, "A defect in the Docker plugin: " + e.getClass().getSimpleName());
        } finally {
            works.remove(work.key, work);
            if (!work.cancelled) {
                context.changed(work.key);
            }
        }
    }

    private void fail(Work work, String words) {
        if (work.cancelled) {
            return;
        }
        try {
            context.state()
                    .put(
                            CLAIM + work.key,
                            new Claim(
                                            Requests.hash(work.request),
                                            context.clock().instant(),
                                            owner(),
                                            Optional.of(Sight.shortened(words)))
                                    .write());
            deleteKept(work.key);
        } catch (RuntimeException e) {
            context.logger().error("Cannot keep the failure of {}", tag.container(work.key), e);
        }
    }

    private void make(Work work) throws InterruptedException {
        ensureImage(work);
        EngineInfo info = EngineInfo.of(engine.get(STEP, "/info").expect(200).body());
        Networks.Kind kind = networks.kindFor(work.request.workload().outbound(), info);
        String network = networks.ensure(STEP, kind);
        work.making.lockInterruptibly();
        try {
            if (work.cancelled || claimed(work.key).isEmpty()) {
                // Destroyed meanwhile, perhaps by another host.
                work.cancelled = true;
                throw new InterruptedException("destroyed");
            }
            makeContainer(work, network, kind);
        } finally {
            work.making.unlock();
        }
    }

    private void makeContainer(Work work, String network, Networks.Kind kind) {
        if (Engine.showsBodies()) {
            throw new Refused(
                    "The log level DEBUG of " + Engine.WIRE + " would log secrets; set it to INFO");
        }
        work.message = "creating the container";
        String name = tag.container(work.key);
        Engine.Answer created =
                engine.post(
                        STEP,
                        "/containers/create",
                        Map.of("name", name),
                        ContainerSpec.body(
                                work.request, config, tag, work.key, network, kind.publishes()));
        if (created.status() == 409) {
            adopt(work, name);
        } else {
            created.expect(201);
        }
        JsonNode state =
                engine.get(STEP, "/containers/" + name + "/json").expect(200).body().path("State");
        if (!state.path("Status").asText().equals("created")) {
            return;
        }
        if (!work.request.workload().files().isEmpty()) {
            engine.putTar(
                            STEP,
                            "/containers/" + name + "/archive",
                            Map.of("path", "/", "noOverwriteDirNonDir", "true"),
                            Tar.of(work.request.workload().files()))
                    .expect(200);
        }
        work.message = "starting";
        engine.post(STEP, "/containers/" + name + "/start", Map.of()).expect(204, 304);
    }

    private void adopt(Work work, String name) {
        Engine.Answer there = engine.get(STEP, "/containers/" + name + "/json");
        if (there.status() == 404) {
            // Removed between the two calls: the next turn makes it.
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "The container was removed meanwhile",
                            "El contenedor se eliminó entretanto"),
                    new IOException("removed"));
        }
        JsonNode labels = Sight.labels(there.expect(200).body());
        if (!tag.isOurs(labels, work.key)) {
            throw new Refused("A container called " + name + " exists and is not ours");
        }
        if (!labels.path(Tag.REQUEST).asText().equals(Requests.hash(work.request))) {
            throw new Refused("The key was used before for another request");
        }
    }

    private void ensureImage(Work work) {
        ImageRef image =
                ImageRef.parse(work.request.workload().image().orElseThrow()).orElseThrow();
        Engine.Answer there = engine.get(STEP, "/images/" + image.text() + "/json");
        if (there.status() == 200) {
            return;
        }
        if (there.status() != 404) {
            throw new Refused(there.message());
        }
        if (image.isLocalId()) {
            throw new Refused("The engine has no image with id " + image.text());
        }
        if (!config.pull()) {
            throw new Refused(
                    "The engine has no image " + image.text() + ", and downloads are switched off");
        }
        work.message = "downloading " + image.text();
        context.changed(work.key);
        engine.streaming(config.pullTimeout(), () -> pull(work, image));
    }

    /** The last word of the stream may be an error although the status was 200. */
    private boolean pull(Work work, ImageRef image) throws IOException {
        Map<String, Boolean> layers = new HashMap<>();
        try (Response response =
                        engine.open(
                                "POST",
                                "/images/create",
                                Map.of("fromImage", image.repository(), "tag", image.version()),
                                null,
                                null);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        response.getBody(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                JsonNode step = Json.MAPPER.readTree(line);
                if (step.has("error")) {
                    throw new ProviderException(
                            Code.INVALID_REQUEST,
                            Text.of(
                                    "Cannot download "
                                            + image.text()
                                            + ": "
                                            + step.path("error").asText(),
                                    "No se puede descargar "
                                            + image.text()
                                            + ": "
                                            + step.path("error").asText()));
                }
                String layer = step.path("id").asText("");
                String status = step.path("status").asText("");
                if (step.has("progressDetail")) {
                    layers.put(layer, false);
                }
                if (status.equals("Pull complete") || status.equals("Already exists")) {
                    layers.put(layer, true);
                }
                if (!layers.isEmpty()) {
                    work.message =
                            "downloading "
                                    + image.text()
                                    + ": "
                                    + layers.values().stream().filter(done -> done).count()
                                    + " of "
                                    + layers.size()
                                    + " layers";
                }
            }
            return true;
        } catch (ProviderException e) {
            if (e.code() == Code.INVALID_REQUEST || e.getCause() != null) {
                throw e;
            }
            throw new ProviderException(
                    Code.INVALID_REQUEST,
                    Text.of(
                            "Cannot download " + image.text() + ": " + e.getMessage(),
                            "No se puede descargar " + image.text() + ": " + e.getMessage()));
        }
    }

    /** Tells the host the moment the workload takes connections, for which there is no event. */
    private void awaitReady(Work work) throws InterruptedException {
        String name = tag.container(work.key);
        context.changed(work.key);
        Instant until = context.clock().instant().plusSeconds(120);
        long pause = 10;
        while (context.clock().instant().isBefore(until) && !closed) {
            Engine.Answer answer;
            try {
                answer = engine.get(STEP, "/containers/" + name + "/json");
            } catch (ProviderException e) {
                return;
            }
            if (answer.status() != 200) {
                return;
            }
            Observation seen =
                    sight.of(tag.handle(work.key), work.key, answer.body(), Optional.empty());
            if (seen.state() != State.STARTING) {
                return;
            }
            Thread.sleep(pause);
            pause = Math.min(500, pause * 2);
        }
    }

    private Path directory() {
        return context.dataDirectory().resolve("creating");
    }

    private Path kept(IdempotencyKey key) {
        return directory().resolve(key.value() + ".json");
    }

    private void makeDirectory() throws IOException {
        if (!Files.isDirectory(directory())) {
            Files.createDirectories(
                    directory(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    private void keep(IdempotencyKey key, CreateInstance request) {
        try {
            makeDirectory();
            Path partial =
                    Files.createTempFile(
                            directory(),
                            key.value(),
                            ".part",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.writeString(partial, Requests.write(request).toString());
            Files.move(
                    partial,
                    kept(key),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "Cannot keep the request in " + directory() + ": " + e.getMessage(),
                            "No se puede guardar la petición en "
                                    + directory()
                                    + ": "
                                    + e.getMessage()));
        }
    }

    private void deleteKept(IdempotencyKey key) {
        try {
            Files.deleteIfExists(kept(key));
        } catch (IOException e) {
            context.logger().warn("Cannot delete a finished request in {}", directory());
        }
    }

    /** The keys that have a claim but may have no container yet. */
    List<Observation> unmade(Set<String> made) {
        List<Observation> unmade = new ArrayList<>();
        for (IdempotencyKey key : claims()) {
            if (!made.contains(tag.container(key))) {
                observe(key).ifPresent(seen -> unmade.add(seen.withKey(key)));
            }
        }
        return unmade;
    }
}
