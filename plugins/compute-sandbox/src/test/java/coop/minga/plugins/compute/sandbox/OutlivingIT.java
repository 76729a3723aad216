package coop.minga.plugins.compute.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.testkit.Calls;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Hosts come and go, instances stay; and a host needs not be root. */
class OutlivingIT {

    private static final int NOBODY = 65534;
    private final List<Path> temporary = new ArrayList<>();

    @BeforeAll
    static void bubblewrap() throws InterruptedException {
        Bubblewrap.required();
    }

    @AfterEach
    void erase() throws InterruptedException {
        for (Path path : temporary) {
            Machine.run(List.of("rm", "-rf", "--", path.toString()));
        }
    }

    /** Unlike JUnit's, reachable for other users. */
    private Path folder() throws IOException {
        Path folder = Files.createTempDirectory("minga-sbx");
        Modes.set(folder, "rwxr-xr-x");
        temporary.add(folder);
        return folder;
    }

    private static Process host(
            List<String> before, String classPath, Path data, IdempotencyKey key, String what)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath,
                        LittleHost.class.getName(),
                        data.toString(),
                        key.value(),
                        what));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Map<String, String> said(Process process, String until) throws IOException {
        Map<String, String> said = new HashMap<>();
        List<String> all = new ArrayList<>();
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            all.add(line);
            int blank = line.indexOf(' ');
            if (blank > 0) {
                said.put(line.substring(0, blank), line.substring(blank + 1));
            }
            if (line.startsWith(until + " ")) {
                return said;
            }
        }
        throw new AssertionError("The host ended after: " + String.join("\n", all));
    }

    @Test
    void instanceOutlivesKillMinusNineOfTheHostAndIsAdopted() throws Exception {
        Path data = folder().resolve("data");
        IdempotencyKey key = Calls.key();
        Process host = host(List.of(), System.getProperty("java.class.path"), data, key, "stay");
        InstanceHandle handle;
        try {
            handle = new InstanceHandle(said(host, "running").getOrDefault("running", "?"));
        } finally {
            host.destroyForcibly();
        }
        assertThat(host.waitFor(20, TimeUnit.SECONDS)).isTrue();
        try (Rig next = new Rig(data)) {
            Observation seen = next.observe(handle);
            assertThat(seen.state()).isEqualTo(Observation.State.RUNNING);
            assertThat(seen.key()).contains(key);
            assertThat(next.backend.find(Calls.fresh(), key)).contains(handle);
            assertThat(next.create(key, Sample.web("little"))).isEqualTo(handle);
            assertThat(next.inside(handle, "echo still here")).isEqualTo("still here\n");
            assertThat(next.observe(handle).startedAt()).isEqualTo(seen.startedAt());
            // The end of an adopted instance is heard of, too.
            try {
                Rig.http(Rig.socket(seen), "/fail", new byte[0]);
            } catch (IOException e) {
                // Its end may be faster than its answer.
            }
            next.reach(handle, Observation.State.FAILED);
            coop.minga.plugin.testkit.Wait.until(
                    "the new host is told",
                    Rig.PATIENCE,
                    () -> next.context.changes().contains(key));
        }
    }

    @Test
    void instanceWhoseHostDiedBeforeTheStartIsStartedByTheNext() throws Exception {
        halfMadeIsStarted(List.of("launch", "status", "agent.conf", "lock", "log", "disk"));
    }

    @Test
    void instanceWhoseHostDiedInTheMiddleOfTheStartIsStartedByTheNext() throws Exception {
        halfMadeIsStarted(List.of("status", "agent.conf", "lock", "log", "disk"));
    }

    /**
     * @param missing what the host that died had not written yet
     */
    private void halfMadeIsStarted(List<String> missing) throws Exception {
        Path data = folder().resolve("data");
        IdempotencyKey key = Calls.key();
        InstanceHandle handle;
        // What a host leaves that dies between the directory's appearance and the start.
        Path kept = folder().resolve("kept");
        try (Rig first = new Rig(data)) {
            handle = first.create(key, Sample.web("half"));
            first.reach(handle, Observation.State.RUNNING);
            Machine.run(List.of("cp", "-a", first.instance(handle).toString(), kept.toString()));
        }
        for (String later : missing) {
            Files.deleteIfExists(kept.resolve(later));
        }
        if (Files.exists(kept.resolve("launch"))) {
            Files.setLastModifiedTime(
                    kept.resolve("launch"), FileTime.from(Instant.now().minusSeconds(60)));
        }
        Machine.run(
                List.of(
                        "cp",
                        "-a",
                        kept.toString(),
                        data.resolve("i/" + handle.value()).toString()));
        Files.createDirectory(data.resolve("t/1-1-left"));
        try (Rig next = new Rig(data)) {
            next.reach(handle, Observation.State.RUNNING);
            assertThat(next.inside(handle, "echo late")).isEqualTo("late\n");
            coop.minga.plugin.testkit.Wait.until(
                    "rubbish is swept",
                    Rig.PATIENCE,
                    () -> !Files.exists(data.resolve("t/1-1-left")));
        }
    }

    @Test
    void rebootIsSeenAsStoppedWithDataKept() throws Exception {
        Path data = folder().resolve("data");
        try (Rig rig = new Rig(data)) {
            InstanceHandle handle = rig.create(Sample.web("boot"));
            rig.inside(handle, "echo mine > note");
            Path status = rig.instance(handle).resolve("status");
            String before = Files.readString(status);
            rig.backend.power(
                    Calls.fresh(), handle, coop.minga.plugin.api.compute.PowerAction.STOP);
            // After a reboot the last report still says "running", under another boot's id.
            Files.writeString(
                    status.resolveSibling("status.tmp"),
                    before.replaceAll("\"boot\":\"[^\"]*\"", "\"boot\":\"another\""));
            Files.move(status.resolveSibling("status.tmp"), status, StandardCopyOption.ATOMIC_MOVE);
            assertThat(rig.observe(handle).state()).isEqualTo(Observation.State.STOPPED);
            rig.backend.power(
                    Calls.fresh(), handle, coop.minga.plugin.api.compute.PowerAction.START);
            assertThat(rig.inside(handle, "cat note")).isEqualTo("mine\n");
        }
    }

    @Test
    void worksForANormalUser() throws Exception {
        Assumptions.assumeTrue(Machine.here().root(), "becoming another user needs root");
        Path folder = folder();
        // Jars and classes may lie where only root can look.
        List<String> entries = new ArrayList<>();
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(":")) {
            Path copy = folder.resolve("cp" + number++ + (entry.endsWith(".jar") ? ".jar" : ""));
            Machine.run(List.of("cp", "-r", entry, copy.toString()));
            entries.add(copy.toString());
        }
        Machine.run(List.of("chmod", "-R", "a+rX", folder.toString()));
        Path data = folder.resolve("data");
        Files.createDirectory(data);
        Modes.give(data, NOBODY);
        List<String> asNobody =
                List.of(
                        "setpriv",
                        "--reuid=" + NOBODY,
                        "--regid=" + NOBODY,
                        "--clear-groups",
                        "--");
        Process host = host(asNobody, String.join(":", entries), data, Calls.key(), "check");
        try {
            Map<String, String> said = said(host, "state");
            assertThat(said.get("state")).isEqualTo("GONE");
            assertThat(said.get("inside"))
                    .startsWith("1000|")
                    .contains("Read-only", "no-userns", "minga-little")
                    .doesNotContain("LittleHost", "java");
            assertThat(said.get("note")).isEqualTo("kept");
            assertThat(said.get("probe")).isIn("READY", "DEGRADED");
            assertThat(Long.parseLong(said.getOrDefault("memory", "0"))).isPositive();
        } finally {
            host.destroyForcibly();
        }
    }
}
