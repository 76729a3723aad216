package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.compute.Capacity;
import coop.minga.plugin.api.compute.Console;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.Endpoint;
import coop.minga.plugin.api.compute.Image;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.UsageMeter;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.RecordingContext;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Against a real engine, with an image made from this machine's busybox. */
class DockerBackendIT {
    private static final Size SMALL = new Size(500, 64, 256);

    @TempDir Path data;

    private RealEngine engine;
    private RecordingContext host;
    private int changesSeen;
    private DockerBackend backend;

    @BeforeEach
    void openBackend() {
        engine = RealEngine.required();
        host = host(data);
        backend = backend(Map.of());
    }

    @AfterEach
    void leaveNothing() {
        if (engine == null) {
            return;
        }
        for (Observation seen : backend.list(Calls.fresh(), Page.Token.FIRST).items()) {
            backend.destroy(Calls.fresh(), seen.handle());
        }
        backend.close();
        String networks =
                engine.docker(
                        "network", "ls", "-q", "--filter", "label=minga.host=" + host.hostId());
        if (!networks.isEmpty()) {
            networks.lines().forEach(network -> engine.docker("network", "rm", network));
        }
        assertThat(ours("ps", "-aq")).as("containers left").isEmpty();
        assertThat(ours("volume", "ls", "-q")).as("volumes left").isEmpty();
        assertThat(host.state().keys("")).as("documents left").isEmpty();
    }

    @Test
    void createdContainerAnswersOnItsEndpoint() throws Exception {
        Observation seen = running(create("answers", web()));

        assertThat(seen.endpoints()).hasSize(1);
        assertThat(seen.endpoints().getFirst().address())
                .isInstanceOfSatisfying(
                        Endpoint.Tcp.class, tcp -> assertThat(tcp.host()).isEqualTo("127.0.0.1"));
        assertThat(fetch(seen)).contains("hello");
        assertThat(seen.startedAt()).isPresent();
        assertThat(seen.key()).contains(new IdempotencyKey("answers"));
        assertThat(host.changes()).contains(new IdempotencyKey("answers"));
    }

    @Test
    void containersRunHardened() {
        InstanceHandle handle = create("hard", web().withVolumes(List.of(volume())));
        running(handle);

        String config = inspect(handle, "{{json .HostConfig}}");
        assertThat(config)
                .contains(
                        "\"Memory\":67108864",
                        "\"MemorySwap\":67108864",
                        "\"NanoCpus\":500000000",
                        "\"PidsLimit\":512",
                        "\"CapDrop\":[\"ALL\"]",
                        "\"no-new-privileges:true\"",
                        "\"Privileged\":false",
                        "\"Init\":true",
                        "\"unless-stopped\"",
                        "\"max-size\":\"10m\"",
                        "\"max-file\":\"3\"",
                        "\"HostIp\":\"127.0.0.1\"")
                .contains("\"Binds\":null");
        assertThat(engine.docker("exec", handle.value(), "cat", "/proc/1/status"))
                .contains("CapEff:\t0000000000000000", "NoNewPrivs:\t1");
    }

    @Test
    void tenantsDoNotSeeEachOther() {
        InstanceHandle one = create("one", web());
        InstanceHandle two = create("two", web());
        InstanceHandle closed = create("closed", web().withOutbound(false));
        running(one);
        running(two);
        running(closed);

        assertThat(reaches(one, two)).isFalse();
        assertThat(reaches(closed, two)).isFalse();
        // It reaches itself in the same way, so the attempts above failed for the right reason.
        assertThat(reaches(two, two)).isTrue();
    }

    private boolean reaches(InstanceHandle from, InstanceHandle to) {
        String request = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 %s 8080 2>&1 || true";
        return engine.docker("exec", from.value(), "sh", "-c", request.formatted(address(to)))
                .contains("hello");
    }

    @Test
    void workloadWithoutOutboundIsReachedFromTheHostOnly() throws Exception {
        Observation seen = running(create("inward", web().withOutbound(false)));

        assertThat(fetch(seen)).contains("hello");
        assertThat(inspect(seen.handle(), "{{json .HostConfig.PortBindings}}")).isEqualTo("{}");
    }

    @Test
    void sameKeyGivesSameContainer() {
        InstanceHandle first = create("again", web());
        running(first);
        InstanceHandle second = create("again", web());

        assertThat(second).isEqualTo(first);
        assertThat(ours("ps", "-aq").lines()).hasSize(1);
    }

    @Test
    void sameKeyFromEightThreadsMakesOneContainer() throws Exception {
        List<Callable<InstanceHandle>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> create("race", web()));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<InstanceHandle> handles = new ArrayList<>();
            for (Future<InstanceHandle> call : threads.invokeAll(calls)) {
                handles.add(call.get());
            }
            assertThat(handles).containsOnly(handles.getFirst());
            running(handles.getFirst());
        }
        assertThat(ours("ps", "-aq").lines()).hasSize(1);
    }

    @Test
    void sameKeyWithAnotherRequestIsRefused() {
        InstanceHandle handle = create("other", web());
        assertMismatch();
        running(handle);
        assertMismatch();
    }

    private void assertMismatch() {
        assertThatThrownBy(() -> create("other", web().withOutbound(false)))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.IDEMPOTENCY_MISMATCH));
    }

    @Test
    void foreignContainerOfTheSameNameIsLeftAlone() {
        String name = new Tag(host.hostId()).container(new IdempotencyKey("taken"));
        engine.docker("create", "--name", name, RealEngine.IMAGE);
        try {
            assertThatThrownBy(() -> create("taken", web()))
                    .isInstanceOfSatisfying(
                            ProviderException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.CONFLICT));
            InstanceHandle handle = new InstanceHandle(name);
            assertThat(backend.find(Calls.fresh(), new IdempotencyKey("taken"))).isEmpty();
            assertThat(backend.observe(Calls.fresh(), handle).state()).isEqualTo(State.GONE);
            backend.destroy(Calls.fresh(), handle);
            assertThat(backend.list(Calls.fresh(), Page.Token.FIRST).items()).isEmpty();
            assertThat(engine.docker("ps", "-a", "--format", "{{.Names}}").lines()).contains(name);
        } finally {
            engine.docker("rm", "-f", name);
        }
    }

    @Test
    void containerOfAnotherHostIsNotListedOrTouched() throws IOException {
        InstanceHandle handle = create("mine", web());
        running(handle);
        RecordingContext stranger = host(data.resolve("stranger"));
        try (DockerBackend theirs = new DockerBackend(stranger, config(Map.of()))) {
            assertThat(theirs.list(Calls.fresh(), Page.Token.FIRST).items()).isEmpty();
            assertThat(theirs.observe(Calls.fresh(), handle).state()).isEqualTo(State.GONE);
            theirs.destroy(Calls.fresh(), handle);
        }
        assertThat(observe(handle).state()).isEqualTo(State.RUNNING);
    }

    @Test
    void missingImageOfUnreachableRegistryFailsWithTheEnginesWords() {
        InstanceHandle handle =
                create("nowhere", Workload.ofImage("registry.invalid/nothing/here:1"));

        Observation seen = await(handle, o -> o.state() != State.CREATING);
        assertThat(seen.state()).isEqualTo(State.FAILED);
        assertThat(seen.message()).contains("Cannot download registry.invalid/nothing/here:1");
        assertThat(backend.find(Calls.fresh(), new IdempotencyKey("nowhere"))).contains(handle);
        assertThat(backend.list(Calls.fresh(), Page.Token.FIRST).items())
                .extracting(Observation::state)
                .containsExactly(State.FAILED);
        assertThat(create("nowhere", Workload.ofImage("registry.invalid/nothing/here:1")))
                .isEqualTo(handle);

        backend.destroy(Calls.fresh(), handle);
        assertThat(observe(handle).state()).isEqualTo(State.GONE);
    }

    @Test
    void unknownLocalIdFailsWithoutADownload() {
        InstanceHandle handle = create("noid", Workload.ofImage("sha256:" + "0".repeat(63) + "1"));
        Observation seen = await(handle, o -> o.state() != State.CREATING);
        assertThat(seen.state()).isEqualTo(State.FAILED);
        assertThat(seen.message()).contains("no image with id");
    }

    @Test
    void imageRunsByItsLocalId() {
        Image image =
                backend.images(Calls.fresh()).stream()
                        .filter(i -> i.title().equals(RealEngine.IMAGE))
                        .findFirst()
                        .orElseThrow();
        assertThat(image.local()).isTrue();
        assertThat(image.reference()).startsWith("sha256:");
        running(create("byid", web(image.reference())));
    }

    @Test
    void commandThatDoesNotExistFailsWithTheEnginesWords() {
        InstanceHandle handle = create("nocmd", web().withCommand(List.of("/no/such/program")));
        Observation seen =
                await(handle, o -> o.state() == State.FAILED || o.state() == State.RUNNING);
        assertThat(seen.state()).isEqualTo(State.FAILED);
        assertThat(seen.message()).isNotEmpty();
    }

    @Test
    void workloadThatKeepsEndingIsCalledBroken() {
        InstanceHandle handle =
                create(
                        "loop",
                        Workload.ofImage(RealEngine.IMAGE)
                                .withCommand(List.of("/bin/sh", "-c", "exit 3")));
        Observation seen = await(handle, o -> o.state() == State.FAILED);
        assertThat(seen.exitCode()).contains(3);
        assertThat(seen.message()).contains("ended with code 3");
    }

    @Test
    void memoryHogIsEndedAtItsLimitAndSaidSo() {
        InstanceHandle handle =
                create(
                        "hog",
                        Workload.ofImage(RealEngine.IMAGE)
                                .withCommand(
                                        List.of(
                                                "/bin/sh",
                                                "-c",
                                                "sleep 1; exec dd if=/dev/zero of=/dev/null bs=200M"
                                                        + " count=1")));
        Observation seen = await(handle, o -> o.message().contains("out of memory"));
        assertThat(seen.exitCode()).contains(137);
    }

    @Test
    void powerStopsStartsAndRestarts() throws Exception {
        InstanceHandle handle = create("power", web());
        running(handle);

        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        assertThat(observe(handle).state()).isEqualTo(State.STOPPED);
        assertThat(observe(handle).exitCode()).isPresent();
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        backend.power(Calls.fresh(), handle, PowerAction.START);
        Observation first = running(handle);
        backend.power(Calls.fresh(), handle, PowerAction.START);
        backend.power(Calls.fresh(), handle, PowerAction.RESTART);
        Observation second = running(handle);
        assertThat(second.startedAt().orElseThrow()).isAfter(first.startedAt().orElseThrow());
        assertThat(fetch(second)).contains("hello");
    }

    @Test
    void destroyRemovesContainerAndVolumes() {
        InstanceHandle handle = create("bye", web().withVolumes(List.of(volume())));
        running(handle);
        assertThat(ours("volume", "ls", "-q").lines()).hasSize(1);

        backend.destroy(Calls.fresh(), handle);
        assertThat(observe(handle).state()).isEqualTo(State.GONE);
        assertThat(ours("volume", "ls", "-q")).isEmpty();
        backend.destroy(Calls.fresh(), handle);
        assertThatThrownBy(() -> backend.power(Calls.fresh(), handle, PowerAction.START))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND));
    }

    @Test
    void volumeOutlivesARestart() {
        InstanceHandle handle = create("keeps", web().withVolumes(List.of(volume())));
        running(handle);
        engine.docker("exec", handle.value(), "sh", "-c", "echo kept > /data/file");
        backend.power(Calls.fresh(), handle, PowerAction.RESTART);
        running(handle);
        assertThat(engine.docker("exec", handle.value(), "cat", "/data/file")).isEqualTo("kept");
    }

    @Test
    void containerRemovedBehindOurBackIsGone() {
        InstanceHandle handle = create("stolen", web());
        running(handle);
        changesSeen = host.changes().size();

        engine.docker("rm", "-f", handle.value());
        assertThat(observe(handle).state()).isEqualTo(State.GONE);
        assertThat(backend.find(Calls.fresh(), new IdempotencyKey("stolen"))).isEmpty();
        until(() -> hasChanged("stolen"));
    }

    @Test
    void filesAreThereBeforeTheWorkloadStarts() throws Exception {
        String path = "/www/" + "long-name-".repeat(15) + "ñ.html";
        InstanceHandle handle =
                create(
                        "files",
                        web().withFiles(
                                        List.of(
                                                new Workload.File(
                                                        "/www/index.html", "from a file ✓", false),
                                                new Workload.File(path, "deep", false),
                                                new Workload.File(
                                                        "/bin/start",
                                                        "#!/bin/sh\n"
                                                                + "exec httpd -f -p 8080 -h /www\n",
                                                        true)))
                                .withCommand(List.of("/bin/start")));
        assertThat(fetch(running(handle))).contains("from a file ✓");
        assertThat(engine.docker("exec", handle.value(), "cat", path)).isEqualTo("deep");
    }

    @Test
    void portNobodyListensOnIsNotReady() {
        InstanceHandle handle =
                create(
                        "deaf",
                        web().withCommand(List.of("/bin/sleep", "1000"))
                                .withHealth(
                                        new Workload.Health("web", "/", Duration.ofSeconds(2))));
        assertThat(await(handle, o -> o.state() != State.CREATING).state())
                .isEqualTo(State.STARTING);
        Observation seen = await(handle, o -> o.state() == State.FAILED);
        assertThat(seen.message()).contains("Not ready within 2 s");
    }

    @Test
    void acceptedAndClosedConnectionIsNoSignOfLife() {
        InstanceHandle handle = create("mute", web().withCommand(List.of("/bin/sleep", "1000")));
        await(handle, o -> o.state() == State.STARTING && !o.endpoints().isEmpty());
        for (int i = 0; i < 10; i++) {
            assertThat(observe(handle).state()).isEqualTo(State.STARTING);
        }
    }

    @Test
    void imagesOwnHealthCheckHoldsReadinessBack() {
        engine.docker("build", "-q", "-t", "minga/health:1", context());
        InstanceHandle handle = create("health", web("minga/health:1"));
        Observation early = await(handle, o -> o.state() != State.CREATING);
        assertThat(early.state()).isEqualTo(State.STARTING);
        assertThat(early.message()).contains("health check");
        running(handle);
    }

    private String context() {
        try {
            Path directory = Files.createDirectory(data.resolve("build"));
            Files.writeString(
                    directory.resolve("Dockerfile"),
                    """
                    FROM minga/hello:1
                    HEALTHCHECK --interval=1s --timeout=2s CMD ["/bin/sh", "-c", "sleep 1"]
                    """);
            return directory.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void logsComeSplitByStreamWithTheirTimes() {
        InstanceHandle handle =
                create(
                        "logs",
                        Workload.ofImage(RealEngine.IMAGE)
                                .withCommand(
                                        List.of(
                                                "/bin/sh",
                                                "-c",
                                                "echo out ñ; echo err >&2; exec sleep 1000")));
        Instant before = Instant.now().minusSeconds(60);
        running(handle);
        List<Logs.Line> lines = new ArrayList<>();
        until(() -> {
            lines.clear();
            lines.addAll(backend.tail(Calls.fresh(), handle, 10));
            return lines.size() == 2;
        });
        assertThat(lines).extracting(Logs.Line::text).containsExactlyInAnyOrder("out ñ", "err");
        assertThat(lines).allSatisfy(line -> assertThat(line.at()).isAfter(before));
        assertThat(lines)
                .filteredOn(Logs.Line::error)
                .extracting(Logs.Line::text)
                .containsExactly("err");
        assertThat(backend.tail(Calls.fresh(), handle, 1)).hasSize(1);
    }

    @Test
    void followGoesOnOverARestartWithoutRepeating() throws Exception {
        InstanceHandle handle =
                create(
                        "follow",
                        Workload.ofImage(RealEngine.IMAGE)
                                .withCommand(
                                        List.of(
                                                "/bin/sh",
                                                "-c",
                                                "echo up $(cat /proc/sys/kernel/random/uuid); exec"
                                                        + " sleep 1000")));
        running(handle);
        List<String> lines = new CopyOnWriteArrayList<>();
        Thread follower =
                Thread.ofPlatform()
                        .start(() ->
                                backend.follow(
                                        Calls.fresh(), handle, 10, line -> lines.add(line.text())));
        until(() -> lines.size() == 1);
        backend.power(Calls.fresh(), handle, PowerAction.RESTART);
        until(() -> lines.size() == 2);
        assertThat(lines).doesNotHaveDuplicates();
        backend.destroy(Calls.fresh(), handle);
        assertThat(follower.join(Duration.ofSeconds(20))).as("ends when it is gone").isTrue();
    }

    @Test
    void followEndsWhenInterruptedOrNobodyListens() throws Exception {
        InstanceHandle handle = create("quiet", web());
        running(handle);
        until(() -> !backend.tail(Calls.fresh(), handle, 10).isEmpty());
        Thread interrupted =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                backend.follow(Calls.fresh(), handle, 0, line -> true);
                            } catch (ProviderException e) {
                                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                            }
                        });
        Thread declined =
                Thread.ofPlatform()
                        .start(() -> backend.follow(Calls.fresh(), handle, 10, line -> false));
        assertThat(declined.join(Duration.ofSeconds(20))).isTrue();
        interrupted.interrupt();
        assertThat(interrupted.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void consoleIsATerminalThatResizesAndEndsItsShell() throws Exception {
        InstanceHandle handle = create("console", web());
        running(handle);
        StringBuilder shown = new StringBuilder();
        Console.Session session = backend.open(Calls.fresh(), handle, 100, 30);
        Thread reader = read(session.output(), shown);
        type(session, "stty size\n");
        until(() -> shown.toString().contains("30 100"));
        session.resize(120, 40);
        type(session, "stty size; echo mark-$((40+2))\n");
        until(() -> shown.toString().contains("mark-42"));
        assertThat(shown.toString()).contains("40 120");
        assertThat(shells(handle)).isEqualTo(1);

        session.close();
        session.close();
        assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
        until(() -> shells(handle) == 0);
    }

    @Test
    void consoleEndsWithItsShell() throws Exception {
        InstanceHandle handle = create("exit", web());
        running(handle);
        StringBuilder shown = new StringBuilder();
        try (Console.Session session = backend.open(Calls.fresh(), handle, 80, 24)) {
            Thread reader = read(session.output(), shown);
            type(session, "exit\n");
            assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
        }
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        assertThatThrownBy(() -> backend.open(Calls.fresh(), handle, 80, 24))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.CONFLICT));
    }

    @Test
    void usageGrowsWithWorkAndIsZeroWhenStopped() throws Exception {
        InstanceHandle handle = create("usage", web());
        Observation seen = running(handle);
        for (int i = 0; i < 20; i++) {
            fetch(seen);
        }
        UsageMeter.Usage usage = backend.usage(Calls.fresh(), handle);
        assertThat(usage.memoryBytes()).isPositive().isLessThan(64L << 20);
        assertThat(usage.cpuMillis()).isPositive();
        assertThat(usage.receivedBytes()).isPositive();
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        assertThat(backend.usage(Calls.fresh(), handle).memoryBytes()).isZero();
    }

    @Test
    void capacityCountsWhatIsTakenAndStopsAtTheLastPlace() {
        Capacity before = backend.capacity(Calls.fresh());
        InstanceHandle handle = create("takes", web());
        running(handle);
        Capacity after = backend.capacity(Calls.fresh());
        assertThat(after.used().memoryMb() - before.used().memoryMb()).isEqualTo(64);
        assertThat(after.used().cpuMillis() - before.used().cpuMillis()).isEqualTo(500);
        assertThat(after.total().cpuMillis())
                .isEqualTo(Runtime.getRuntime().availableProcessors() * 2000);

        try (DockerBackend full = backend(Map.of("max_instances", 1))) {
            assertThat(
                            full.create(
                                    Calls.with(new IdempotencyKey("onemore")),
                                    request(web(), Map.of())))
                    .isInstanceOf(CreateResult.NoCapacity.class);
            assertThat(full.find(Calls.fresh(), new IdempotencyKey("onemore"))).isEmpty();
        }
        assertThat(
                        backend.create(
                                Calls.with(new IdempotencyKey("huge")),
                                new CreateInstance(
                                        "huge",
                                        new Size(1_000_000, 64, 1),
                                        web(),
                                        Map.of(),
                                        List.of(),
                                        Map.of())))
                .isInstanceOf(CreateResult.NoCapacity.class);
    }

    @Test
    void eightAtOnceForThreePlacesMakeThree() throws Exception {
        try (DockerBackend small = backend(Map.of("max_instances", 3));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<CreateResult>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                IdempotencyKey key = new IdempotencyKey("place" + i);
                calls.add(() -> small.create(Calls.with(key), request(web(), Map.of())));
            }
            List<CreateResult> results = new ArrayList<>();
            for (Future<CreateResult> call : threads.invokeAll(calls)) {
                results.add(call.get());
            }
            assertThat(results).filteredOn(CreateResult.Accepted.class::isInstance).hasSize(3);
            assertThat(results).filteredOn(CreateResult.NoCapacity.class::isInstance).hasSize(5);
            for (CreateResult result : results) {
                if (result instanceof CreateResult.Accepted accepted) {
                    running(accepted.handle());
                }
            }
        }
        assertThat(ours("ps", "-q").lines()).hasSize(3);
    }

    @Test
    void restartedHostAdoptsWhatRuns() {
        InstanceHandle handle = create("adopt", web());
        running(handle);
        backend.close();
        backend = backend(Map.of());
        assertThat(backend.find(Calls.fresh(), new IdempotencyKey("adopt"))).contains(handle);
        assertThat(running(handle).endpoints()).hasSize(1);
        assertThat(create("adopt", web())).isEqualTo(handle);
    }

    @Test
    void restartedHostGoesOnWithWhatItLeftUnfinished() throws IOException {
        IdempotencyKey key = new IdempotencyKey("half");
        Workload workload =
                web().withFiles(List.of(new Workload.File("/www/index.html", "resumed", false)));
        // The host died after it accepted the request and made the container, before it put files.
        CreateInstance request = request(workload, Map.of("SECRET", "s3cr3t"));
        String name = new Tag(host.hostId()).container(key);
        Path directory = Files.createDirectories(data.resolve("creating"));
        Path kept = directory.resolve("half.json");
        Files.writeString(kept, Requests.write(request).toString());
        Files.writeString(directory.resolve("owner"), "me");
        host.state().put("create/half", claim(request));
        // This one died even earlier: it had claimed its key and done nothing.
        host.state().put("create/nothing", claim(request));
        engine.docker(
                "create",
                "--name",
                name,
                "--label",
                "minga.host=" + host.hostId(),
                "--label",
                "minga.key=half",
                "--label",
                "minga.request=" + Requests.hash(request),
                "-p",
                "127.0.0.1::8080",
                "--label",
                "minga.ports=web:8080",
                RealEngine.IMAGE);

        InstanceHandle handle = backend.find(Calls.fresh(), key).orElseThrow();
        Observation seen = running(handle);
        assertThat(engine.docker("exec", name, "cat", "/www/index.html")).isEqualTo("resumed");
        assertThat(seen.key()).contains(key);
        until(() -> !Files.exists(kept) && host.state().keys("").isEmpty());
        assertThat(backend.find(Calls.fresh(), new IdempotencyKey("nothing"))).isEmpty();
    }

    private static String claim(CreateInstance request) {
        return new Claim(Requests.hash(request), Instant.now(), "me", Optional.empty()).write();
    }

    @Test
    void destroyWhileDownloadingLeavesNothing() {
        // An address that never answers keeps the engine busy with the download.
        InstanceHandle handle = create("early", Workload.ofImage("192.0.2.1:5000/slow/image:1"));
        assertThat(observe(handle).state()).isIn(State.CREATING, State.FAILED);
        backend.destroy(Calls.fresh(), handle);
        assertThat(observe(handle).state()).isEqualTo(State.GONE);
        assertThat(ours("ps", "-aq")).isEmpty();
        try (Stream<Path> files = Files.list(data.resolve("creating"))) {
            assertThat(files).containsExactly(data.resolve("creating").resolve("owner"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void engineRestartIsSurvivedAndAdopted() throws Exception {
        if (!engine.isOurs()) {
            Assumptions.abort("This engine is not ours to restart");
        }
        InstanceHandle handle = create("survivor", web());
        running(handle);
        engine.restart();
        Observation seen = running(handle);
        assertThat(fetch(seen)).contains("hello");
        changesSeen = host.changes().size();
        backend.power(Calls.fresh(), handle, PowerAction.STOP);
        until(() -> hasChanged("survivor"));
    }

    @Test
    void probeOfAWorkingEngineIsReady() {
        ProbeResult result = backend.probe(Calls.fresh());
        assertThat(result.status())
                .as(result.checks().toString())
                .isEqualTo(ProbeResult.Status.READY);
        assertThat(result.checks()).hasSize(5);
    }

    @Test
    void rejectedRequestsLeaveNothingBehind() {
        assertThat(
                        backend.create(
                                Calls.with(new IdempotencyKey("bad1")),
                                request(Workload.ofCommand("sh"), Map.of())))
                .isInstanceOf(CreateResult.Rejected.class);
        assertThat(
                        backend.create(
                                Calls.with(new IdempotencyKey("bad2")),
                                request(
                                        web().withVolumes(
                                                        List.of(
                                                                new Workload.Volume(
                                                                        "x", "/proc/sys", 1))),
                                        Map.of())))
                .isInstanceOf(CreateResult.Rejected.class);
        assertThat(backend.find(Calls.fresh(), new IdempotencyKey("bad1"))).isEmpty();
    }

    private DockerBackend backend(Map<String, Object> values) {
        return new DockerBackend(host, config(values));
    }

    private DockerConfig config(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.put("endpoint", "unix://" + engine.socket());
        all.put("stop_grace", "1s");
        return Settings.of(all);
    }

    private static RecordingContext host(Path directory) {
        return new RecordingContext(
                "docker", "hst_" + UUID.randomUUID(), Clock.systemUTC(), directory);
    }

    private boolean hasChanged(String key) {
        List<IdempotencyKey> changes = host.changes();
        return changes.subList(changesSeen, changes.size()).contains(new IdempotencyKey(key));
    }

    private static Workload web() {
        return web(RealEngine.IMAGE);
    }

    private static Workload web(String image) {
        return Workload.ofImage(image)
                .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)));
    }

    private static Workload.Volume volume() {
        return new Workload.Volume("data1", "/data", 64);
    }

    private static CreateInstance request(Workload workload, Map<String, String> environment) {
        return new CreateInstance("test", SMALL, workload, environment, List.of(), Map.of());
    }

    private InstanceHandle create(String key, Workload workload) {
        Call call = Calls.with(new IdempotencyKey(key));
        CreateResult result = backend.create(call, request(workload, Map.of("A", "b=c d")));
        assertThat(result).isInstanceOf(CreateResult.Accepted.class);
        return ((CreateResult.Accepted) result).handle();
    }

    private Observation observe(InstanceHandle handle) {
        return backend.observe(Calls.fresh(), handle);
    }

    private Observation running(InstanceHandle handle) {
        Observation seen =
                await(handle, o -> o.state() == State.RUNNING || o.state() == State.FAILED);
        assertThat(seen.state()).as(seen.message()).isEqualTo(State.RUNNING);
        return seen;
    }

    private Observation await(InstanceHandle handle, Predicate<Observation> wanted) {
        List<Observation> last = new ArrayList<>();
        until(
                () -> {
                    last.clear();
                    last.add(observe(handle));
                    return wanted.test(last.getFirst());
                },
                () -> String.valueOf(last));
        return last.getFirst();
    }

    private static void until(Callable<Boolean> condition) {
        until(condition, () -> "condition");
    }

    private static void until(Callable<Boolean> condition, Supplier<String> words) {
        Instant end = Instant.now().plusSeconds(40);
        try {
            while (!condition.call()) {
                if (Instant.now().isAfter(end)) {
                    throw new AssertionError("Not within 40 s: " + words.get());
                }
                Thread.sleep(20);
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private String ours(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.add("--filter");
        all.add("label=minga.host=" + host.hostId());
        return engine.docker(all.toArray(String[]::new));
    }

    private String inspect(InstanceHandle handle, String format) {
        return engine.docker("inspect", "-f", format, handle.value());
    }

    private String address(InstanceHandle handle) {
        return inspect(handle, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
    }

    private long shells(InstanceHandle handle) {
        return engine.docker("exec", handle.value(), "ps")
                .lines()
                .filter(line -> line.strip().endsWith("/bin/sh"))
                .count();
    }

    private static Thread read(InputStream in, StringBuilder shown) {
        return Thread.ofPlatform()
                .start(() -> {
                    byte[] buffer = new byte[4096];
                    try {
                        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                            synchronized (shown) {
                                shown.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                            }
                        }
                    } catch (IOException e) {
                        // A closed terminal ends this way too.
                        return;
                    }
                });
    }

    private static void type(Console.Session session, String text) throws IOException {
        session.input().write(text.getBytes(StandardCharsets.UTF_8));
        session.input().flush();
    }

    private static String fetch(Observation seen) throws IOException {
        Endpoint.Tcp tcp = (Endpoint.Tcp) seen.endpoints().getFirst().address();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), 2000);
            socket.setSoTimeout(5000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
