package coop.minga.plugins.docker;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * The work between accepting a request and the started container: begun, gone on with, watched,
 * ended.
 *
 * <p>Until it is done a claim in the host's state store says so to every host, and a file keeps the
 * request, so that a restarted host goes on where it was.
 */
final class Creations {
    /** How long one step on the engine may take. */
    static final Duration STEP = Duration.ofSeconds(60);

    private final Engine engine;
    private final DockerConfig config;
    private final Tag tag;
    private final Sight sight;
    private final ProviderContext context;
    private final KeptRequests kept;
    private final Claims claims;
    private final Maker maker;
    private final Map<IdempotencyKey, Work> works = new ConcurrentHashMap<>();
    private final ReentrantLock resuming = new ReentrantLock();
    private volatile boolean resumed;
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
        this.sight = sight;
        this.context = context;
        this.kept = new KeptRequests(context);
        this.claims = new Claims(context, kept);
        this.maker =
                new Maker(
                        engine,
                        config,
                        tag,
                        networks,
                        new ImagePull(engine, config, context),
                        claims);
    }

    /** Claims a key for this request. False when it was claimed before, by whomever. */
    boolean claim(IdempotencyKey key, CreateInstance request) {
        return claims.make(key, request);
    }

    Optional<Claim> claimed(IdempotencyKey key) {
        return claims.of(key);
    }

    /** Forgets the claim; the work, if any, ends before it makes anything more. */
    void release(IdempotencyKey key) {
        claims.delete(key);
        kept.delete(key);
    }

    /** Begins the work, unless it goes on already. */
    void begin(IdempotencyKey key, CreateInstance request) {
        kept.keep(key, request);
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
            for (IdempotencyKey key : claims.all()) {
                Optional<Claim> claim = claimed(key);
                if (claim.isEmpty()
                        || claim.get().failed().isPresent()
                        || !claim.get().by().equals(kept.owner())) {
                    continue;
                }
                Optional<CreateInstance> request = kept.read(key);
                if (request.isPresent()) {
                    start(key, request.get());
                } else {
                    // Claimed, and then nothing was done: certainly there is none.
                    release(key);
                }
            }
            kept.deleteUnless(works::containsKey);
            resumed = true;
        } catch (IOException | IllegalArgumentException e) {
            context.logger().warn("Cannot read unfinished requests in {}", kept.directory(), e);
            resumed = true;
        } finally {
            resuming.unlock();
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
                    maker.make(work);
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
            claims.fail(work.key, work.request, Sight.shortened(words));
            kept.delete(work.key);
        } catch (RuntimeException e) {
            context.logger().error("Cannot keep the failure of {}", tag.container(work.key), e);
        }
    }

    /** Tells the host the moment the workload takes connections, for which there is no event. */
    private void awaitReady(Work work) throws InterruptedException {
        String name = tag.container(work.key);
        context.changed(work.key);
        Instant until = context.clock().instant().plusSeconds(120);
        long pause = 10;
        while (context.clock().instant().isBefore(until) && !closed) {
            Answer answer;
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

    /** The keys that have a claim but may have no container yet. */
    List<Observation> unmade(Set<String> made) {
        List<Observation> unmade = new ArrayList<>();
        for (IdempotencyKey key : claims.all()) {
            if (!made.contains(tag.container(key))) {
                observe(key).ifPresent(seen -> unmade.add(seen.withKey(key)));
            }
        }
        return unmade;
    }
}
