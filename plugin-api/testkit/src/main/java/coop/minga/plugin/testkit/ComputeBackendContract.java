package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.Console;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.Image;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Need;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.UsageMeter;
import coop.minga.plugin.api.compute.Workload;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * What a compute backend keeps to. Supply a factory, the configuration of an instance that works,
 * and a request for a small workload with at least one port that runs until it is stopped.
 */
public abstract class ComputeBackendContract extends ProviderFactoryContract<ComputeBackend> {

    private static final String SECRET = "c0ntract-s3cret-value";

    private final Set<String> hosts = new HashSet<>();

    /**
     * A request that works. Runs until it is stopped; has a port.
     *
     * @param name the instance's name; use it
     */
    protected abstract CreateInstance request(String name);

    /** How long a machine may take to run; the contract waits on conditions, never sleeps. */
    protected Duration patience() {
        return Duration.ofSeconds(60);
    }

    /** What the workload prints soon after its start; empty when it prints nothing. */
    protected Optional<String> printed() {
        return Optional.empty();
    }

    /**
     * Makes the vendor hang until the returned thing is closed; empty where that cannot be done.
     * The contract then also sees that a hanging call can be interrupted.
     */
    protected Optional<AutoCloseable> stall() {
        return Optional.empty();
    }

    /** The size of a request that no machine can hold. */
    protected Size absurdSize() {
        return new Size(2_000_000_000, 2_000_000_000, 2_000_000_000);
    }

    private ComputeBackend backend() {
        return backend("test-host");
    }

    private ComputeBackend backend(String hostId) {
        hosts.add(hostId);
        return open(context(hostId), config());
    }

    @AfterEach
    final void destroyEverything() {
        for (String host : hosts) {
            ComputeBackend backend = open(context(host), config());
            for (Observation left : all(backend)) {
                if (left.state() != State.GONE) {
                    backend.destroy(Calls.fresh(), left.handle());
                }
            }
        }
    }

    private static List<Observation> all(ComputeBackend backend) {
        List<Observation> items = new ArrayList<>();
        Optional<Page.Token> next = Optional.of(Page.Token.FIRST);
        while (next.isPresent()) {
            Page<Observation> page = backend.list(Calls.fresh(), next.get());
            assertThat(page.items()).as("a page").hasSizeLessThanOrEqualTo(200);
            items.addAll(page.items());
            assertThat(items).as("a list that ends").hasSizeLessThan(100_000);
            next = page.next();
        }
        return items;
    }

    private static List<Observation> living(ComputeBackend backend, IdempotencyKey key) {
        return all(backend).stream()
                .filter(o -> o.state() != State.GONE && o.key().equals(Optional.of(key)))
                .toList();
    }

    private static InstanceHandle handle(CreateResult result) {
        return switch (result) {
            case CreateResult.Accepted accepted -> accepted.handle();
            case CreateResult.NoCapacity full ->
                    throw new AssertionError("No capacity: " + full.reason());
            case CreateResult.Rejected no -> throw new AssertionError("Rejected: " + no.reason());
        };
    }

    private static String name(IdempotencyKey key) {
        return "c-" + key.value().substring(key.value().length() - 12);
    }

    private InstanceHandle create(ComputeBackend backend, IdempotencyKey key) {
        return handle(backend.create(Calls.with(key), request(name(key))));
    }

    private Observation reach(ComputeBackend backend, InstanceHandle handle, State wanted) {
        return Wait.forValue(
                "state " + wanted,
                patience(),
                () -> {
                    Observation now = backend.observe(Calls.fresh(), handle);
                    if (now.state() == State.FAILED && wanted != State.FAILED) {
                        throw new AssertionError("The instance failed: " + now.message());
                    }
                    return now.state() == wanted ? Optional.of(now) : Optional.empty();
                });
    }

    @Test
    public void capabilitiesAndInterfacesAgree() {
        ComputeBackend backend = backend();
        Set<String> named = factory().descriptor().capabilities();
        assertThat(backend instanceof Logs).as("Logs").isEqualTo(named.contains(Need.LOGS));
        assertThat(backend instanceof Console)
                .as("Console")
                .isEqualTo(named.contains(Need.CONSOLE));
        assertThat(backend instanceof UsageMeter)
                .as("UsageMeter")
                .isEqualTo(named.contains(Need.USAGE_METER));
        assertThat(named).as("it can run something").containsAnyOf(Need.USERLAND, Need.OCI_IMAGE);
    }

    @Test
    public void capacityAndImagesAreSane() {
        ComputeBackend backend = backend();
        Capacity capacity = backend.capacity(Calls.fresh());
        assertThat(capacity.total().memoryMb()).isPositive();
        assertThat(capacity.maxInstances()).isPositive();
        for (Image image : backend.images(Calls.fresh())) {
            assertThat(image.reference()).isNotBlank();
            assertThat(image.title()).isNotBlank();
        }
    }

    @Test
    public void createdInstanceRunsAndShowsItsPorts() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        CreateInstance request = request(name(key));
        InstanceHandle handle = handle(backend.create(Calls.with(key), request));
        Observation running = reach(backend, handle, State.RUNNING);
        assertThat(running.handle()).isEqualTo(handle);
        assertThat(running.startedAt()).isPresent();
        assertThat(running.endpoints().stream().map(e -> e.port()).toList())
                .containsAll(request.workload().ports().stream().map(Workload.Port::name).toList());
    }

    @Test
    public void createdInstanceIsFoundByItsKeyAndListed() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        InstanceHandle handle = create(backend, key);
        assertThat(backend.find(Calls.fresh(), key)).contains(handle);
        assertThat(backend.find(Calls.fresh(), Calls.key())).isEmpty();
        assertThat(living(backend, key)).hasSize(1);
    }

    @Test
    public void sameKeyTwiceIsOneInstance() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        InstanceHandle first = create(backend, key);
        assertThat(create(backend, key)).isEqualTo(first);
        reach(backend, first, State.RUNNING);
        assertThat(create(backend, key)).isEqualTo(first);
        assertThat(living(backend, key)).hasSize(1);
    }

    @Test
    public void sameKeyFromEightThreadsIsOneInstance() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        List<InstanceHandle> handles = fromEightThreads(() -> create(backend, key));
        assertThat(new HashSet<>(handles)).hasSize(1);
        assertThat(living(backend, key)).hasSize(1);
    }

    @Test
    public void otherInputsUnderAUsedKeyAreRefused() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        create(backend, key);
        CreateInstance first = request(name(key));
        Map<String, String> other = new HashMap<>(first.environment());
        other.put("CONTRACT_OTHER", "other");
        CreateInstance changed =
                new CreateInstance(
                        first.name(),
                        first.size(),
                        first.workload(),
                        other,
                        first.sshKeys(),
                        first.labels());
        assertThatThrownBy(() -> backend.create(Calls.with(key), changed))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.IDEMPOTENCY_MISMATCH));
        assertThat(living(backend, key)).hasSize(1);
    }

    @Test
    public void instanceOutlivesTheProvider() {
        ComputeBackend first = backend();
        IdempotencyKey key = Calls.key();
        InstanceHandle handle = create(first, key);
        reach(first, handle, State.RUNNING);
        first.close();
        ComputeBackend second = backend();
        assertThat(second.find(Calls.fresh(), key)).contains(handle);
        assertThat(reach(second, handle, State.RUNNING).handle()).isEqualTo(handle);
        assertThat(create(second, key)).isEqualTo(handle);
    }

    @Test
    public void destroyingTwiceIsSuccessAndLeavesNothing() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        InstanceHandle handle = create(backend, key);
        backend.destroy(Calls.fresh(), handle);
        reach(backend, handle, State.GONE);
        assertThatCode(() -> backend.destroy(Calls.fresh(), handle)).doesNotThrowAnyException();
        assertThat(living(backend, key)).isEmpty();
        backend.find(Calls.fresh(), key)
                .ifPresent(left ->
                        assertThat(backend.observe(Calls.fresh(), left).state())
                                .isEqualTo(State.GONE));
    }

    @Test
    public void powerOnWhatIsGoneSaysSo() {
        ComputeBackend backend = backend();
        InstanceHandle handle = create(backend, Calls.key());
        backend.destroy(Calls.fresh(), handle);
        reach(backend, handle, State.GONE);
        assertThatThrownBy(() -> backend.power(Calls.fresh(), handle, PowerAction.START))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    public void instanceStopsAndStartsAgain() {
        ComputeBackend backend = backend();
        InstanceHandle handle = create(backend, Calls.key());
        reach(backend, handle, State.RUNNING);
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        reach(backend, handle, State.STOPPED);
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        assertThat(backend.observe(Calls.fresh(), handle).state()).isEqualTo(State.STOPPED);
        backend.power(Calls.fresh(), handle, PowerAction.START);
        reach(backend, handle, State.RUNNING);
        backend.power(Calls.fresh(), handle, PowerAction.START);
        assertThat(backend.observe(Calls.fresh(), handle).state()).isEqualTo(State.RUNNING);
        backend.power(Calls.fresh(), handle, PowerAction.RESTART);
        reach(backend, handle, State.RUNNING);
    }

    @Test
    public void listShowsOnlyWhatThisHostCreated() {
        ComputeBackend ours = backend("test-host");
        ComputeBackend theirs = backend("other-host");
        IdempotencyKey ourKey = Calls.key();
        IdempotencyKey theirKey = Calls.key();
        create(ours, ourKey);
        create(theirs, theirKey);
        assertThat(living(ours, ourKey)).hasSize(1);
        assertThat(living(ours, theirKey)).isEmpty();
        assertThat(living(theirs, ourKey)).isEmpty();
        assertThat(ours.find(Calls.fresh(), theirKey)).isEmpty();
    }

    @Test
    public void whatDoesNotFitIsRefusedAndLeavesNothing() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        CreateInstance small = request(name(key));
        CreateInstance absurd =
                new CreateInstance(
                        small.name(),
                        absurdSize(),
                        small.workload(),
                        small.environment(),
                        small.sshKeys(),
                        small.labels());
        CreateResult result = backend.create(Calls.with(key), absurd);
        assertThat(result).isNotInstanceOf(CreateResult.Accepted.class);
        assertThat(living(backend, key)).isEmpty();
    }

    @Test
    public void secretsOfTheWorkloadStayOutOfLogs() {
        ComputeBackend backend = backend();
        IdempotencyKey key = Calls.key();
        CreateInstance plain = request(name(key));
        Map<String, String> environment = new HashMap<>(plain.environment());
        environment.put("CONTRACT_SECRET", SECRET);
        CreateInstance request =
                new CreateInstance(
                        plain.name(),
                        plain.size(),
                        plain.workload(),
                        environment,
                        plain.sshKeys(),
                        plain.labels());
        InstanceHandle handle = handle(backend.create(Calls.with(key), request));
        Observation running = reach(backend, handle, State.RUNNING);
        assertThat(running.toString()).doesNotContain(SECRET);
        assertThat(handle.toString()).doesNotContain(SECRET);
        assertThat(context().logged()).noneMatch(line -> line.contains(SECRET));
    }

    @Test
    public void lateCallComesBackAtOnce() {
        ComputeBackend backend = backend();
        InstanceHandle handle = create(backend, Calls.key());
        Call late = Calls.within(Duration.ofSeconds(-1), Calls.key());
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    quietly(() -> backend.observe(late, handle));
                    quietly(() -> backend.capacity(late));
                    quietly(() -> backend.list(late, Page.Token.FIRST));
                });
    }

    @Test
    public void interruptedThreadStaysInterrupted() {
        ComputeBackend backend = backend();
        InstanceHandle handle = create(backend, Calls.key());
        reach(backend, handle, State.RUNNING);
        for (Runnable call :
                List.<Runnable>of(
                        () -> backend.observe(Calls.fresh(), handle),
                        () -> backend.capacity(Calls.fresh()),
                        () -> backend.find(Calls.fresh(), Calls.key()),
                        () -> backend.list(Calls.fresh(), Page.Token.FIRST))) {
            Thread.currentThread().interrupt();
            quietly(call);
            assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();
        }
        assertThat(backend.observe(Calls.fresh(), handle).state()).isEqualTo(State.RUNNING);
    }

    @TestFactory
    public Stream<DynamicTest> hangingCallEndsWhenInterrupted() {
        return Stream.of(1)
                .map(_ -> stall())
                .flatMap(Optional::stream)
                .map(stalled ->
                        DynamicTest.dynamicTest(
                                "list",
                                () ->
                                        requireInterruptible(
                                                stalled,
                                                backend ->
                                                        backend.list(
                                                                Calls.fresh(), Page.Token.FIRST))));
    }

    @Test
    public void logsAreReadWhereThereAreLogs() throws Exception {
        ComputeBackend backend = backend();
        if (!(backend instanceof Logs logs)) {
            return;
        }
        InstanceHandle handle = create(backend, Calls.key());
        reach(backend, handle, State.RUNNING);
        assertThat(logs.tail(Calls.fresh(), handle, 1)).hasSizeLessThanOrEqualTo(1);
        if (printed().isEmpty()) {
            logs.tail(Calls.fresh(), handle, 100);
            return;
        }
        String words = printed().get();
        Wait.until(
                "'" + words + "' in the log",
                patience(),
                () ->
                        logs.tail(Calls.fresh(), handle, 1000).stream()
                                .anyMatch(line -> line.text().contains(words)));
        for (Logs.Line line : logs.tail(Calls.fresh(), handle, 1000)) {
            assertThat(line.text()).doesNotContain("\n");
            assertThat(line.at()).isBeforeOrEqualTo(Instant.now().plusSeconds(60));
        }
        AtomicInteger given = new AtomicInteger();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread follower =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            logs.follow(
                                    Calls.fresh(),
                                    handle,
                                    1000,
                                    line -> {
                                        given.incrementAndGet();
                                        return false;
                                    });
                            ended.complete(true);
                        });
        ended.get(30, TimeUnit.SECONDS);
        follower.join(5000);
        assertThat(given.get()).as("lines after the sink said stop").isEqualTo(1);
    }

    @Test
    public void followedLogEndsWhenInterrupted() throws Exception {
        ComputeBackend backend = backend();
        if (!(backend instanceof Logs logs)) {
            return;
        }
        InstanceHandle handle = create(backend, Calls.key());
        reach(backend, handle, State.RUNNING);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread follower =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            quietly(() -> logs.follow(Calls.fresh(), handle, 0, line -> true));
                            ended.complete(true);
                        });
        follower.interrupt();
        assertThat(ended.get(15, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    public void consoleRunsCommandsWhereThereIsAConsole() throws Exception {
        ComputeBackend backend = backend();
        if (!(backend instanceof Console console)) {
            return;
        }
        InstanceHandle handle = create(backend, Calls.key());
        reach(backend, handle, State.RUNNING);
        CompletableFuture<String> seen = new CompletableFuture<>();
        try (Console.Session session = console.open(Calls.fresh(), handle, 80, 24)) {
            InputStream output = session.output();
            Thread.ofPlatform().daemon().start(() -> readUntil(output, "minga-42", seen));
            session.resize(120, 40);
            session.input().write("echo minga-$((40+2))\n".getBytes(StandardCharsets.UTF_8));
            session.input().flush();
            assertThat(seen.get(30, TimeUnit.SECONDS)).contains("minga-42");
        }
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        reach(backend, handle, State.STOPPED);
        assertThatThrownBy(() -> console.open(Calls.fresh(), handle, 80, 24))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.CONFLICT));
    }

    private static void readUntil(InputStream in, String words, CompletableFuture<String> seen) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[4096];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                if (text.indexOf(words) >= 0) {
                    seen.complete(text.toString());
                }
            }
            seen.completeExceptionally(new AssertionError("The terminal ended after: " + text));
        } catch (IOException e) {
            seen.completeExceptionally(e);
        }
    }

    @Test
    public void usageIsReadWhereItIsMetered() {
        ComputeBackend backend = backend();
        if (!(backend instanceof UsageMeter meter)) {
            return;
        }
        InstanceHandle handle = create(backend, Calls.key());
        reach(backend, handle, State.RUNNING);
        UsageMeter.Usage first = meter.usage(Calls.fresh(), handle);
        UsageMeter.Usage second = meter.usage(Calls.fresh(), handle);
        assertThat(first.memoryBytes()).isNotNegative();
        assertThat(first.diskBytes()).isNotNegative();
        assertThat(second.cpuMillis()).isGreaterThanOrEqualTo(first.cpuMillis());
        assertThat(second.at()).isAfterOrEqualTo(first.at());
    }
}
