package coop.minga.plugins.compute.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.compute.Console;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Logs;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.UsageMeter;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Life of instances: reaching them, ending them, what is kept and what is left behind. */
class SandboxIT {

    @TempDir Path folder;
    private Rig rig;

    @BeforeAll
    static void bubblewrap() throws InterruptedException {
        Bubblewrap.required();
    }

    @BeforeEach
    void open() {
        rig = new Rig(folder.resolve("data"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void largeBodiesGoThroughBothWaysUnchanged() throws IOException {
        Path socket = rig.running(rig.create(Sample.web("big", new Size(1000, 512, 64))));
        byte[] body = new byte[12 << 20];
        new Random(7).nextBytes(body);
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) ('a' + (body[i] & 15));
        }
        assertThat(Rig.http(socket, "/echo", body))
                .isEqualTo(new String(body, StandardCharsets.US_ASCII));
    }

    @Test
    void upgradedConnectionsCarryBytesBothWaysAndEndsArePassedOn() throws IOException {
        Path socket = rig.running(rig.create(Sample.web("ws")));
        try (SocketChannel channel = Rig.connect(socket)) {
            Rig.send(
                    channel,
                    "GET /ws HTTP/1.1\r\nUpgrade: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readUntil(channel, "\r\n\r\n")).startsWith("HTTP/1.1 101");
            for (int round = 0; round < 50; round++) {
                String message = "frame-" + round + ";";
                Rig.send(channel, message.getBytes(StandardCharsets.US_ASCII));
                assertThat(readUntil(channel, ";")).isEqualTo(message);
            }
            channel.shutdownOutput();
            assertThat(new String(Rig.readAll(channel), StandardCharsets.US_ASCII))
                    .as("the other half stays open after ours ended")
                    .isEqualTo("bye");
        }
    }

    private static String readUntil(SocketChannel channel, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (text.indexOf(end) < 0 && channel.read(one) > 0) {
            text.append((char) one.get(0));
            one.clear();
        }
        return text.toString();
    }

    @Test
    void hundredsOfConnectionsAtOnceAreAllServed() throws Exception {
        Path socket = rig.running(rig.create(Sample.web("many", new Size(2000, 1024, 64))));
        List<SocketChannel> channels = new ArrayList<>();
        try {
            // All upgraded connections stay open while each of them is used.
            for (int n = 0; n < 150; n++) {
                SocketChannel channel = Rig.connect(socket);
                channels.add(channel);
                Rig.send(channel, "GET /ws HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            for (SocketChannel channel : channels) {
                readUntil(channel, "\r\n\r\n");
            }
            for (SocketChannel channel : channels) {
                Rig.send(channel, "x;".getBytes(StandardCharsets.US_ASCII));
                assertThat(readUntil(channel, ";")).isEqualTo("x;");
            }
        } finally {
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            List<java.util.concurrent.Future<String>> answers =
                    IntStream.range(0, 400)
                            .mapToObj(n ->
                                    threads.submit(() ->
                                            Rig.http(
                                                    socket,
                                                    "/echo",
                                                    ("n" + n).getBytes(StandardCharsets.US_ASCII))))
                            .toList();
            for (int n = 0; n < answers.size(); n++) {
                assertThat(answers.get(n).get(60, TimeUnit.SECONDS)).isEqualTo("n" + n);
            }
        }
    }

    @Test
    void hostHearsOfReadinessAndOfAnEndWithoutAsking() {
        IdempotencyKey key = Calls.key();
        InstanceHandle handle = rig.create(key, Sample.web("heard"));
        Wait.until("told of readiness", Rig.PATIENCE, () -> rig.context.changes().contains(key));
        Path socket = Rig.socket(rig.observe(handle));
        int before = rig.context.changes().size();
        try {
            Rig.http(socket, "/fail", new byte[0]);
        } catch (IOException e) {
            // Its end may be faster than its answer.
        }
        Wait.until("told of the end", Rig.PATIENCE, () -> rig.context.changes().size() > before);
        Observation seen = rig.reach(handle, Observation.State.FAILED);
        assertThat(seen.exitCode()).contains(137);
        assertThat(seen.key()).contains(key);
    }

    @Test
    void workloadThatEndsWellIsStoppedAndOneThatFailsIsFailed() {
        InstanceHandle well = rig.create(Sample.shell("well", "echo done"));
        assertThat(rig.reach(well, Observation.State.STOPPED).exitCode()).contains(0);
        InstanceHandle badly = rig.create(Sample.shell("badly", "echo why >&2; exit 3"));
        Observation failed = rig.reach(badly, Observation.State.FAILED);
        assertThat(failed.exitCode()).contains(3);
        assertThat(failed.message()).contains("why");
        InstanceHandle never =
                rig.create(
                        new CreateInstance(
                                "never",
                                Sample.SIZE,
                                Workload.ofCommand("/no/such/program"),
                                Map.of(),
                                List.of(),
                                Map.of()));
        assertThat(rig.reach(never, Observation.State.FAILED).message())
                .contains("/no/such/program");
    }

    @Test
    void unhealthyWorkloadFailsInTime() {
        Workload workload =
                Sample.web("x")
                        .workload()
                        .withHealth(new Workload.Health("web", "/", Duration.ofMillis(400)))
                        .withCommand(List.of("sleep", "600"));
        InstanceHandle handle =
                rig.create(
                        new CreateInstance(
                                "ill", Sample.SIZE, workload, Map.of(), List.of(), Map.of()));
        assertThat(rig.reach(handle, Observation.State.FAILED).message()).contains("400 ms");
    }

    @Test
    void withoutHealthCheckEveryPortMustTakeConnections() {
        Workload workload =
                Workload.ofCommand(
                                "sh", "-c", "until [ -e go ]; do sleep 0.01; done; exec perl s.pl")
                        .withFiles(
                                List.of(
                                        new Workload.File(
                                                "/home/tenant/s.pl", Sample.SERVER, false)))
                        .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)));
        InstanceHandle handle =
                rig.create(
                        new CreateInstance(
                                "slow", Sample.SIZE, workload, Map.of(), List.of(), Map.of()));
        rig.reach(handle, Observation.State.STARTING);
        try (Console.Session session = openSoon(handle)) {
            assertThat(rig.observe(handle).state()).isEqualTo(Observation.State.STARTING);
            Files.createFile(rig.instance(handle).resolve("box/home/go"));
            rig.reach(handle, Observation.State.RUNNING);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A terminal needs a running instance; this is the refusal, then nothing to close. */
    private Console.Session openSoon(InstanceHandle handle) {
        assertThatThrownBy(() -> rig.backend.open(Calls.fresh(), handle, 80, 24))
                .hasMessageContaining("does not run");
        return new Console.Session() {
            @Override
            public java.io.InputStream output() {
                return java.io.InputStream.nullInputStream();
            }

            @Override
            public java.io.OutputStream input() {
                return java.io.OutputStream.nullOutputStream();
            }

            @Override
            public void resize(int columns, int rows) {}

            @Override
            public void close() {}
        };
    }

    @Test
    void homeSurvivesStopAndStartAndTheRestOfTheSystemIsFresh() {
        InstanceHandle handle = rig.create(Sample.web("kept"));
        rig.inside(handle, "echo mine > /home/tenant/note; echo gone > /tmp/note");
        rig.backend.power(Calls.fresh(), handle, PowerAction.STOP);
        assertThat(rig.observe(handle).state()).isEqualTo(Observation.State.STOPPED);
        assertThat(rig.observe(handle).endpoints()).isEmpty();
        rig.backend.power(Calls.fresh(), handle, PowerAction.START);
        assertThat(rig.inside(handle, "cat /home/tenant/note /tmp/note"))
                .startsWith("mine\n")
                .doesNotContain("gone");
        rig.backend.power(Calls.fresh(), handle, PowerAction.RESTART);
        assertThat(rig.inside(handle, "cat /home/tenant/note")).isEqualTo("mine\n");
    }

    @Test
    void workloadIsAskedToEndBeforeItIsMadeTo() {
        InstanceHandle polite =
                rig.create(
                        Sample.shell(
                                "polite",
                                "trap 'echo goodbye; exit 0' TERM; echo up; while :; do sleep 0.05;"
                                        + " done"));
        rig.reach(polite, Observation.State.RUNNING);
        awaitLine(polite, "up");
        rig.backend.power(Calls.fresh(), polite, PowerAction.STOP);
        assertThat(lines(polite)).contains("goodbye");
        InstanceHandle stubborn;
        try (Rig hasty = new Rig(folder.resolve("hasty"), Map.of("stop_grace", "1s"))) {
            stubborn =
                    hasty.create(
                            Sample.shell("stubborn", "trap '' TERM; while :; do sleep 0.05; done"));
            hasty.reach(stubborn, Observation.State.RUNNING);
            hasty.backend.power(Calls.fresh(), stubborn, PowerAction.STOP);
            assertThat(hasty.observe(stubborn).state()).isEqualTo(Observation.State.STOPPED);
        }
    }

    private List<String> lines(InstanceHandle handle) {
        return rig.backend.tail(Calls.fresh(), handle, 1000).stream().map(Logs.Line::text).toList();
    }

    private void awaitLine(InstanceHandle handle, String line) {
        Wait.until("line " + line, Rig.PATIENCE, () -> lines(handle).contains(line));
    }

    @Test
    void logsTellStreamsApartAndFollowersMissNothing() throws Exception {
        InstanceHandle handle =
                rig.create(
                        Sample.shell(
                                "logs",
                                "echo first; echo wrong >&2; while [ ! -e go ]; do sleep 0.01;"
                                        + " done; for i in $(seq 2000); do echo line $i; done; echo"
                                        + " last; sleep 600"));
        awaitLine(handle, "first");
        Wait.until(
                "the error line",
                Rig.PATIENCE,
                () ->
                        rig.backend.tail(Calls.fresh(), handle, 10).stream()
                                .anyMatch(l -> l.error() && l.text().equals("wrong")));
        List<String> followed = java.util.Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(1);
        Thread follower =
                Thread.ofPlatform()
                        .start(() -> {
                            rig.backend.follow(
                                    Calls.fresh(),
                                    handle,
                                    0,
                                    line -> {
                                        followed.add(line.text());
                                        return !line.text().equals("last");
                                    });
                            done.countDown();
                        });
        // The follower begins after what is there; only then may the rest come.
        Wait.until(
                "it follows",
                Rig.PATIENCE,
                () -> follower.getState() == Thread.State.TIMED_WAITING);
        Files.createFile(rig.instance(handle).resolve("box/home/go"));
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(followed)
                .hasSize(2001)
                .startsWith("line 1", "line 2")
                .endsWith("line 2000", "last")
                .doesNotContain("first");
        assertThat(rig.backend.tail(Calls.fresh(), handle, 2))
                .extracting(Logs.Line::text)
                .containsExactly("line 2000", "last");
    }

    @Test
    void terminalKnowsItsSizeAndItsOwner() throws Exception {
        InstanceHandle handle = rig.create(Sample.web("term"));
        rig.running(handle);
        try (Console.Session session = rig.backend.open(Calls.fresh(), handle, 80, 24)) {
            session.resize(133, 37);
            session.input()
                    .write(
                            "stty size; whoami; echo end-$((1+1)); exit 7\n"
                                    .getBytes(StandardCharsets.UTF_8));
            session.input().flush();
            String text = new String(session.output().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text).contains("37 133").contains("tenant").contains("end-2");
            assertThat(text).contains("tenant@minga-term:~$");
            assertThat(session.exitStatus()).hasValue(7);
        }
        Console.Session left = rig.backend.open(Calls.fresh(), handle, 80, 24);
        left.input().write("sleep 4321\n".getBytes(StandardCharsets.UTF_8));
        Wait.until(
                "the shell's command runs",
                Rig.PATIENCE,
                () ->
                        rig.inside(handle, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
                                .contains("sleep 4321"));
        left.close();
        Wait.until(
                "closing ends the shell",
                Rig.PATIENCE,
                () ->
                        !rig.inside(handle, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
                                .contains("sleep 4321"));
    }

    @Test
    void usageGrowsWithWork() {
        InstanceHandle handle = rig.create(Sample.web("used", new Size(1000, 256, 64)));
        rig.running(handle);
        UsageMeter.Usage before = rig.backend.usage(Calls.fresh(), handle);
        rig.inside(handle, "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done");
        UsageMeter.Usage after = rig.backend.usage(Calls.fresh(), handle);
        assertThat(after.cpuMillis()).isGreaterThan(before.cpuMillis() + 20);
        assertThat(after.memoryBytes()).isPositive();
        assertThat(after.sentBytes()).isGreaterThan(before.sentBytes());
        rig.backend.power(Calls.fresh(), handle, PowerAction.STOP);
        assertThat(rig.backend.usage(Calls.fresh(), handle).cpuMillis()).isZero();
    }

    @Test
    void destroyLeavesNothing() throws IOException {
        InstanceHandle handle = rig.create(Sample.web("gone"));
        Path socket = rig.running(handle);
        rig.inside(handle, "mkdir -p a/b; touch a/b/c; ln -s /etc/passwd a/link; chmod 000 a/b a");
        Status status = Status.read(rig.instance(handle).resolve("status")).orElseThrow();
        rig.backend.destroy(Calls.fresh(), handle);
        assertThat(rig.observe(handle).state()).isEqualTo(Observation.State.GONE);
        assertThat(status.alive()).isFalse();
        assertThat(status.init().orElseThrow().alive()).isFalse();
        assertThat(socket).doesNotExist();
        for (String kind : List.of("i", "t", "u", "s", "e")) {
            try (var left = Files.list(rig.data.resolve(kind))) {
                assertThat(left).as("left in " + kind).isEmpty();
            }
        }
        Ground ground = new Ground(rig.data);
        for (Path group :
                ControlGroups.detect(Machine.here().root(), java.util.Optional.empty())
                        .groups(ground.group(handle.value()))) {
            assertThat(group).doesNotExist();
        }
    }

    @Test
    void destroyRightAfterCreateLeavesNothing() throws IOException {
        for (int round = 0; round < 5; round++) {
            InstanceHandle handle = rig.create(Sample.web("quick"));
            rig.backend.destroy(Calls.fresh(), handle);
            assertThat(rig.observe(handle).state()).isEqualTo(Observation.State.GONE);
        }
        assertThat(supervisors()).isEmpty();
    }

    /** Supervisors whose directory is below this test's. */
    private List<Long> supervisors() {
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    try {
                        return Files.readSymbolicLink(
                                        Path.of("/proc", Long.toString(process.pid()), "cwd"))
                                .toString()
                                .startsWith(rig.data.toString());
                    } catch (IOException e) {
                        return false;
                    }
                })
                .map(ProcessHandle::pid)
                .toList();
    }

    @Test
    void lossOfTheSupervisorStopsTheInstanceAndItStartsAgain() throws IOException {
        InstanceHandle handle = rig.create(Sample.web("orphan"));
        rig.running(handle);
        Status status = Status.read(rig.instance(handle).resolve("status")).orElseThrow();
        ProcessHandle.of(status.supervisor().pid()).orElseThrow().destroyForcibly();
        rig.reach(handle, Observation.State.STOPPED);
        Wait.until(
                "the sandbox dies with it",
                Rig.PATIENCE,
                () -> !status.init().orElseThrow().alive());
        rig.backend.power(Calls.fresh(), handle, PowerAction.START);
        assertThat(rig.inside(handle, "echo back")).isEqualTo("back\n");
    }

    @Test
    void longDataDirectoryStillGetsSockets() throws IOException {
        Path far = folder.resolve("a-rather-long-name-for-a-directory/".repeat(4)).normalize();
        Path sockets;
        try (Rig distant = new Rig(far)) {
            InstanceHandle handle = distant.create(Sample.web("far"));
            Path socket = distant.running(handle);
            sockets = socket.getParent().getParent();
            assertThat(socket.toString().length()).isLessThan(107);
            assertThat(Rig.http(socket, "/echo", "hi".getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo("hi");
        }
        Files.delete(sockets);
    }

    @Test
    void whatASandboxCannotDoIsRejectedWithTheReason() {
        CreateInstance plain = Sample.web("no");
        for (Workload never :
                List.of(
                        Workload.ofImage("debian:12"),
                        plain.workload().withOutbound(true),
                        plain.workload()
                                .withFiles(List.of(new Workload.File("/usr/bin/x", "x", true))),
                        plain.workload()
                                .withVolumes(List.of(new Workload.Volume("v", "/proc/x", 1))),
                        plain.workload()
                                .withHealth(
                                        new Workload.Health(
                                                "other", "/", Duration.ofSeconds(1))))) {
            IdempotencyKey key = Calls.key();
            CreateResult result =
                    rig.backend.create(
                            Calls.with(key),
                            new CreateInstance(
                                    "no", Sample.SIZE, never, Map.of(), List.of(), Map.of()));
            assertThat(result).isInstanceOf(CreateResult.Rejected.class);
            assertThat(rig.backend.find(Calls.fresh(), key)).isEmpty();
        }
    }

    @Test
    void capacityIsWhatIsConfiguredAndHundredOrdersForThreePlacesGiveThree() throws Exception {
        try (Rig small = new Rig(folder.resolve("small"), Map.of("max_instances", 3));
                var threads = java.util.concurrent.Executors.newFixedThreadPool(16)) {
            List<java.util.concurrent.Future<CreateResult>> results =
                    IntStream.range(0, 100)
                            .mapToObj(n ->
                                    threads.submit(() ->
                                            small.backend.create(
                                                    Calls.fresh(), Sample.web("p" + n))))
                            .toList();
            int accepted = 0;
            for (var result : results) {
                if (result.get(60, TimeUnit.SECONDS) instanceof CreateResult.Accepted) {
                    accepted++;
                }
            }
            assertThat(accepted).isEqualTo(3);
            assertThat(small.backend.list(Calls.fresh(), Page.Token.FIRST).items()).hasSize(3);
            assertThat(small.backend.capacity(Calls.fresh()).used().memoryMb())
                    .isEqualTo(3 * Sample.SIZE.memoryMb());
        }
    }

    @Test
    void filesAndVolumesAreWhereTheyWereAskedFor() {
        Workload workload =
                Sample.web("x")
                        .workload()
                        .withFiles(
                                List.of(
                                        new Workload.File("/opt/server.pl", Sample.SERVER, false),
                                        new Workload.File("/etc/app/a.conf", "conf", false),
                                        new Workload.File(
                                                "/home/tenant/d/e/run",
                                                "#!/bin/sh\necho ran\n",
                                                true),
                                        new Workload.File("/var/lib/app/seed", "seed", false),
                                        new Workload.File("/srv/www/index.html", "page", false)))
                        .withVolumes(
                                List.of(
                                        new Workload.Volume("data", "/var/lib/app", 10),
                                        new Workload.Volume("more", "/home/tenant/more", 10)));
        InstanceHandle handle =
                rig.create(
                        new CreateInstance(
                                "files",
                                Sample.SIZE,
                                workload,
                                Map.of("GREETING", "¡hola \"mundo\"!\nsecond"),
                                List.of(),
                                Map.of()));
        assertThat(
                        rig.inside(
                                handle,
                                "cat /etc/app/a.conf /srv/www/index.html /var/lib/app/seed;"
                                    + " d/e/run; echo x > /var/lib/app/w && echo x > more/w && echo"
                                    + " wrote; echo x > /srv/www/w || echo refused; echo"
                                    + " \"$GREETING\"; hostname"))
                .contains(
                        "confpageseedran\nwrote\n",
                        "refused\n¡hola \"mundo\"!\nsecond\nminga-files\n");
        rig.backend.power(Calls.fresh(), handle, PowerAction.RESTART);
        assertThat(rig.inside(handle, "cat /var/lib/app/w more/w")).isEqualTo("x\nx\n");
    }

    @Test
    void probeSaysWhatHolds() {
        var result = rig.backend.probe(Calls.fresh());
        assertThat(result.checks())
                .extracting(check -> check.name().in("en"))
                .contains("Memory limit", "Disk limit");
        assertThat(result.status()).isNotEqualTo(coop.minga.plugin.api.ProbeResult.Status.FAILED);
    }
}
