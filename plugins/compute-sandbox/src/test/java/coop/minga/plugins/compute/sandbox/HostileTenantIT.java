package coop.minga.plugins.compute.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a tenant tries who means no good. */
class HostileTenantIT {

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
    void hostsLoopbackCannotBeReached() throws IOException {
        InstanceHandle handle = rig.create(Sample.web("net"));
        try (ServerSocket host = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(
                            rig.inside(
                                    handle,
                                    "(echo > /dev/tcp/127.0.0.1/8080) 2>/dev/null; bash -c 'echo >"
                                        + " /dev/tcp/127.0.0.1/8080' && echo own-reached; bash -c"
                                        + " 'echo > /dev/tcp/127.0.0.1/"
                                            + host.getLocalPort()
                                            + "' 2>&1 && echo host-reached; bash -c 'echo >"
                                            + " /dev/tcp/192.0.2.1/80' 2>&1; cut -d: -f1"
                                            + " /proc/net/dev"))
                    .contains("own-reached", "Connection refused", "Network is unreachable")
                    .doesNotContain("host-reached", "eth");
        }
    }

    @Test
    void neitherFilesNorProcessesOfOthersAreThere() {
        InstanceHandle one = rig.create(Sample.web("one"));
        InstanceHandle two = rig.create(Sample.web("two"));
        rig.inside(one, "echo secret-of-one > /home/tenant/secret");
        assertThat(rig.inside(two, "ls -A /home/tenant; cat /home/tenant/secret"))
                .doesNotContain("secret-of-one");
        assertThat(
                        rig.inside(
                                two,
                                "ls / /home; ls "
                                        + folder
                                        + " /root /work /var/lib /mnt 2>&1; cat"
                                        + " /proc/[0-9]*/cmdline | tr '\\0' ' '"))
                .contains("No such file", "server.pl")
                .doesNotContain("java", "postgres", "minga-supervisor");
        assertThat(rig.inside(two, "ls /proc | grep -c '^[0-9]'").strip()).matches("\\d{1,2}");
    }

    @Test
    void systemIsReadOnlyAndRightsAreNone() {
        InstanceHandle handle = rig.create(Sample.web("ro"));
        String said =
                rig.inside(
                        handle,
                        "id -u; for f in /usr/x /etc/x /x /dev/x /proc/sys/kernel/hostname /run/x"
                            + " /bin/x; do echo x 2>/dev/null > $f && echo WROTE $f; done; grep -E"
                            + " '^(Cap(Prm|Eff|Bnd)|NoNewPrivs|Seccomp):' /proc/self/status;"
                            + " unshare -U true 2>&1 || echo no-userns; mount -t tmpfs x /tmp 2>&1"
                            + " || echo no-mount; echo x > /proc/sysrq-trigger || echo no-sysrq");
        assertThat(said)
                .startsWith("1000\n")
                .contains("no-userns", "no-mount", "no-sysrq")
                .contains(
                        "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1")
                .contains("Seccomp:\t2")
                .doesNotContain("WROTE");
        if (Machine.here().root()) {
            int uid = uidOfInit(handle);
            assertThat(uid).as("outside it is nobody else").isGreaterThanOrEqualTo(200_000);
        }
    }

    private int uidOfInit(InstanceHandle handle) {
        try {
            Status status = Status.read(rig.instance(handle).resolve("status")).orElseThrow();
            return (Integer)
                    Files.getAttribute(
                            Path.of("/proc", Long.toString(status.init().orElseThrow().pid())),
                            "unix:uid");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tenantsOfOneMachineHaveDifferentUids() {
        Assumptions.assumeTrue(Machine.here().root(), "uids per instance need root");
        InstanceHandle one = rig.create(Sample.web("u1"));
        InstanceHandle two = rig.create(Sample.web("u2"));
        rig.running(one);
        rig.running(two);
        assertThat(uidOfInit(one)).isNotEqualTo(uidOfInit(two));
    }

    @Test
    void supervisorsSocketsAreOutOfReach() throws IOException {
        InstanceHandle handle = rig.create(Sample.web("reach"));
        Path sockets = rig.running(handle).getParent();
        assertThat(Files.getPosixFilePermissions(sockets.getParent())).hasSize(3);
        assertThat(
                        rig.inside(
                                handle,
                                "ls "
                                        + sockets
                                        + " 2>&1; find / -type s 2>/dev/null; cat /proc/net/unix"))
                .contains("No such file")
                .doesNotContain("control\n");
    }

    @Test
    void secretsOfTheEnvironmentAreOnNoCommandLine() throws IOException {
        CreateInstance plain = Sample.web("env");
        InstanceHandle handle =
                rig.create(
                        new CreateInstance(
                                plain.name(),
                                plain.size(),
                                plain.workload(),
                                Map.of("TOKEN", "s3cret-t0ken"),
                                List.of(),
                                Map.of()));
        assertThat(rig.inside(handle, "echo $TOKEN")).isEqualTo("s3cret-t0ken\n");
        try (var processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes.toList()) {
                assertThat(Machine.firstLine(process.resolve("cmdline")))
                        .doesNotContain("s3cret-t0ken");
            }
        }
        for (String file : List.of("recipe", "agent.conf", "launch", "status")) {
            assertThat(Files.getPosixFilePermissions(rig.instance(handle).resolve(file)))
                    .as(file)
                    .hasSize(2);
        }
    }

    @Test
    void environmentCannotTurnTheHostsOwnPrograms() {
        CreateInstance plain =
                Sample.shell("ld", "cat /proc/self/status | head -1; echo fine; sleep 600");
        InstanceHandle handle =
                rig.create(
                        new CreateInstance(
                                plain.name(),
                                plain.size(),
                                plain.workload(),
                                Map.of(
                                        "LD_PRELOAD", "/home/tenant/evil.so",
                                        "PERL5OPT", "-MNothing",
                                        "PATH", "/home/tenant:/usr/bin"),
                                List.of(),
                                Map.of()));
        rig.reach(handle, Observation.State.RUNNING);
        Wait.until(
                "it runs",
                Rig.PATIENCE,
                () ->
                        rig.backend.tail(Calls.fresh(), handle, 20).stream()
                                .anyMatch(line -> line.text().equals("fine")));
    }

    @Test
    void forkBombIsBounded() {
        InstanceHandle bomb =
                rig.create(
                        Sample.shell(
                                "bomb",
                                "exec perl -e '$| = 1; for (1..2000) { my $p = fork; if (!defined"
                                        + " $p) { print qq(refused after $_\\n); last } if (!$p) {"
                                        + " sleep 600; exit } } print qq(end\\n); sleep 600'"));
        InstanceHandle other = rig.create(Sample.web("other"));
        Wait.until(
                "the bomb has gone off",
                Rig.PATIENCE,
                () -> lines(bomb).stream().anyMatch(line -> line.equals("end")));
        assertThat(lines(bomb))
                .filteredOn(line -> line.startsWith("refused after "))
                .singleElement()
                .satisfies(line ->
                        assertThat(Integer.parseInt(line.substring(14))).isBetween(100, 256));
        assertThat(rig.inside(other, "echo alive")).isEqualTo("alive\n");
    }

    private List<String> lines(InstanceHandle handle) {
        return rig.backend.tail(Calls.fresh(), handle, 1000).stream()
                .map(line -> line.text())
                .toList();
    }

    @Test
    void cpuIsBounded() {
        Assumptions.assumeTrue(
                ControlGroups.detect(Machine.here().root(), Optional.empty())
                        .hard(ControlGroups.What.CPU),
                "no control group for CPU here");
        InstanceHandle handle = rig.create(Sample.web("cpu", new Size(200, 128, 64)));
        rig.running(handle);
        long before = rig.backend.usage(Calls.fresh(), handle).cpuMillis();
        rig.inside(
                handle,
                "timeout 2 sh -c 'while :; do :; done' & timeout 2 sh -c 'while :; do :; done';"
                        + " wait");
        assertThat(rig.backend.usage(Calls.fresh(), handle).cpuMillis() - before)
                .as("a fifth of a CPU over two seconds, and what the shell took")
                .isBetween(100L, 900L);
    }

    @Test
    void memoryIsBounded() {
        boolean hard =
                ControlGroups.detect(Machine.here().root(), Optional.empty())
                        .hard(ControlGroups.What.MEMORY);
        InstanceHandle handle = rig.create(Sample.web("mem", new Size(1000, 96, 64)));
        String said =
                rig.inside(
                        handle,
                        "perl -e 'my @a; for (1..400) { push @a, \"x\" x (1<<20) } print"
                                + " \"got-all\\n\"'; echo exit $?");
        assertThat(said).doesNotContain("got-all").contains("exit");
        if (hard) {
            assertThat(
                            rig.inside(
                                    handle,
                                    "dd if=/dev/zero of=/tmp/big bs=1M count=200 2>&1 | tail -1; ls"
                                            + " -s --block-size=1M /tmp/big"))
                    .doesNotContain("200 /tmp/big");
            assertThat(rig.backend.usage(Calls.fresh(), handle).memoryBytes())
                    .isLessThanOrEqualTo(96L << 20);
        }
    }

    @Test
    void floodOfLogsIsHeldBackAndKeptSmall() throws Exception {
        InstanceHandle handle =
                rig.create(Sample.shell("flood", "exec yes some words to fill the disk with"));
        rig.reach(handle, Observation.State.RUNNING);
        Path log = rig.instance(handle).resolve("log");
        Path old = log.resolveSibling("log.1");
        Wait.until("it is rotated", Rig.PATIENCE, () -> Files.exists(old));
        long first = inode(old);
        Wait.until("it is rotated again", Rig.PATIENCE, () -> inode(old) != first);
        assertThat(Files.size(log) + Files.size(old)).isLessThan(5 << 20);
        assertThat(rig.backend.tail(Calls.fresh(), handle, 1000)).hasSize(1000);
        rig.backend.destroy(Calls.fresh(), handle);
    }

    private static long inode(Path file) {
        try {
            return (Long) Files.getAttribute(file, "unix:ino");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void linesAreBoundedAndOddBytesHarmNothing() {
        InstanceHandle handle =
                rig.create(
                        Sample.shell(
                                "odd",
                                "head -c 40000 /dev/zero | tr '\\0' x; echo; printf '\\377\\376"
                                        + " \\033[31m\\n'; echo end; sleep 600"));
        Wait.until(
                "the end",
                Rig.PATIENCE,
                () ->
                        rig.backend.tail(Calls.fresh(), handle, 100).stream()
                                .anyMatch(line -> line.text().equals("end")));
        assertThat(rig.backend.tail(Calls.fresh(), handle, 100))
                .allSatisfy(line -> assertThat(line.text().length()).isLessThanOrEqualTo(16384));
    }

    @Test
    void tenantOverItsDiskIsStopped() {
        InstanceHandle handle = rig.create(Sample.web("full", new Size(1000, 256, 20)));
        String said =
                rig.inside(
                        handle,
                        "dd if=/dev/zero of=one bs=1M count=30 2>&1; for i in 1 2 3 4; do dd"
                            + " if=/dev/zero of=f$i bs=1M count=10 2>/dev/null; done; du -sm one |"
                            + " cut -f1");
        assertThat(said).as("one file is never larger than the disk").contains("File size limit");
        Observation stopped = rig.reach(handle, Observation.State.STOPPED);
        assertThat(stopped.message()).contains("uses").contains("granted");
    }

    @Test
    void tenantsStopBeforeTheHostsDiskIsFull() {
        try (Rig poor = new Rig(folder.resolve("poor"), Map.of("disk_reserve_mb", 900_000_000))) {
            IdempotencyKey key = Calls.key();
            InstanceHandle handle = poor.create(key, Sample.web("poor", new Size(100, 64, 0)));
            Wait.until(
                    "it is stopped",
                    Rig.PATIENCE,
                    () -> poor.observe(handle).message().contains("short of disk"));
            assertThat(poor.observe(handle).state()).isEqualTo(Observation.State.STOPPED);
        }
    }

    @Test
    void linksInTheHomeLeadTheHostNowhere() throws IOException {
        InstanceHandle handle = rig.create(Sample.web("links"));
        rig.inside(
                handle,
                "ln -s /etc/shadow a; ln -s / b; mkdir c; mv c d; ln -s /etc e; rm -rf site; ln -s"
                        + " /etc site");
        rig.backend.power(Calls.fresh(), handle, coop.minga.plugin.api.compute.PowerAction.RESTART);
        assertThat(rig.inside(handle, "cat a 2>&1; ls b")).contains("No such file").contains("usr");
        Path shadow = Path.of("/etc/passwd");
        rig.backend.destroy(Calls.fresh(), handle);
        assertThat(shadow).exists();
    }
}
