package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What is wrong stops the start with one sentence that says what to do, and leaves nothing. */
class StartRefusedIT {

    private final RunningMinga minga = RunningMinga.prepared();

    @AfterEach
    void remove() {
        minga.close();
    }

    private void refused(RunningMinga.Ran ran, String... words) {
        assertThat(ran.code()).as(ran.said()).isEqualTo(1);
        List<String> lines = ran.said().lines().filter(line -> !line.isBlank()).toList();
        assertThat(lines).as("one sentence").hasSize(1);
        assertThat(lines.getFirst()).contains(words).doesNotContain("Exception", "\tat ");
    }

    private void nothingMade() {
        assertThat(minga.data()).doesNotExist();
    }

    private RunningMinga.Ran startTrial() {
        return minga.run("start", "--trial");
    }

    @Test
    void anOccupiedPortIsNamed() throws IOException {
        try (ServerSocket other =
                new ServerSocket(minga.port(), 1, InetAddress.getLoopbackAddress())) {
            refused(startTrial(), Integer.toString(other.getLocalPort()), "MINGA_HTTP_PORT");
        }
        nothingMade();
    }

    @Test
    void aDataDirectoryThatCannotBeWrittenIsNamed() {
        // Not even root may make directories there.
        minga.with("MINGA_DATA_DIR", "/proc/minga-data");
        refused(startTrial(), "/proc/minga-data", "MINGA_DATA_DIR");
    }

    @Test
    void anUnreachableDatabaseIsNamed() {
        minga.with("MINGA_DB_URL", "jdbc:postgresql://127.0.0.1:1/minga")
                .with("MINGA_DB_USER", "minga")
                .with("MINGA_DB_PASSWORD", "not-shown-anywhere");
        RunningMinga.Ran ran = startTrial();
        refused(ran, "127.0.0.1:1", "MINGA_DB_URL");
        assertThat(ran.said()).doesNotContain("not-shown-anywhere");
        nothingMade();
    }

    @Test
    void aWrongKeyOfTheConfigurationIsNamedWithTheRightOne() {
        minga.configure("minga.yaml", "http:\n  prot: 8080\n");
        refused(startTrial(), "http.prot", "http.port");
        nothingMade();
    }

    @Test
    void aPublishersKeyThatCannotBeReadIsNamed() {
        minga.configure("minga.yaml", "plugins:\n  publishers:\n    acme: nonsense\n");
        refused(startTrial(), "plugins.publishers", "acme", "minga plugin keygen");
        nothingMade();
    }

    @Test
    void aMissingBubblewrapIsNamedWithTheCommandThatInstallsIt() throws IOException {
        ProcessBuilder builder = minga.command(List.of("start", "--trial"));
        builder.environment().put("PATH", pathWithout("bwrap", "docker").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        refused(
                RunningMinga.run(builder, Duration.ofSeconds(60)),
                "bubblewrap",
                "apt-get install bubblewrap");
        nothingMade();
    }

    /** Everything of the usual places but these. */
    private Path pathWithout(String... programs) throws IOException {
        Path directory = minga.data().resolveSibling("path");
        Files.createDirectories(directory);
        List<Path> all = new ArrayList<>();
        for (String place : List.of("/usr/bin", "/bin", "/usr/sbin")) {
            try (Stream<Path> entries = Files.list(Path.of(place))) {
                all.addAll(entries.toList());
            }
        }
        for (Path program : all) {
            String name = program.getFileName().toString();
            Path link = directory.resolve(name);
            if (!List.of(programs).contains(name) && !Files.exists(link)) {
                Files.deleteIfExists(link);
                Files.createSymbolicLink(link, program);
            }
        }
        return directory;
    }

    @Test
    void productionWithoutTlsIsRefused() {
        refused(minga.run("start"), "Production needs TLS", "http.trusted_proxies", "--trial");
        nothingMade();
    }

    @Test
    void aTrialDoesNotStartAsProductionNorTheOtherWayRound() throws IOException {
        minga.start();
        minga.stop();
        Path mark = minga.data().resolve("mode");
        assertThat(mark).hasContent("trial");
        minga.with("MINGA_PUBLIC_URL", "https://minga.example")
                .with("MINGA_TRUSTED_PROXIES", "127.0.0.1");
        // What production would have written there.
        Files.writeString(mark, "production\n");
        refused(startTrial(), minga.data().toString(), "production");
        assertThat(Files.readString(mark)).isEqualTo("production\n");
    }
}
