package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Types what PLUGIN_GUIDE.md says into an empty folder, builds it and sells what it made. */
class GuideIT {

    private static final Pattern FENCE =
            Pattern.compile(
                    "^```\\w+ file=(\\S+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void thePluginOfTheGuideBuildsOfflineAndRuns() throws IOException {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            Path folder = minga.data().resolveSibling("guide");
            sold(minga, built(folder));
        }
    }

    private static Path built(Path folder) throws IOException {
        Path project = folder.resolve("offering-notice");
        Map<String, String> files = files();
        assertThat(files)
                .containsKeys("pom.xml", ".mvn/maven.config")
                .hasSizeGreaterThanOrEqualTo(5);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path target = project.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }

        ProcessBuilder maven =
                new ProcessBuilder(
                                "mvn",
                                "-o",
                                "--batch-mode",
                                "-Dmaven.repo.local=" + localRepository(folder),
                                "-Daether.offline.protocols=file",
                                "-Dminga.sdk=" + RunningMinga.TREE.resolve("sdk"),
                                "verify")
                        .directory(project.toFile())
                        .redirectErrorStream(true);
        RunningMinga.Ran built = RunningMinga.run(maven, Duration.ofMinutes(5));
        assertThat(built.code()).as(built.said()).isZero();
        assertThat(built.said()).contains("NoticeOfferingTest", "NoticeJarIT");
        Path jar = project.resolve("target/offering-notice-1.0.0.jar");
        assertThat(jar).exists();

        return jar;
    }

    private static void sold(RunningMinga minga, Path jar) {
        minga.start();
        minga.setUp();
        Caller customer = minga.caller().signUp("rosa");
        RunningMinga.place(jar, minga.plugins().resolve("offering-notice-1.0.0.jar"));
        Duration took =
                Await.until(
                        Duration.ofSeconds(20),
                        "the notice board can be ordered",
                        () -> !plan(customer).isEmpty());
        System.out.println("orderable " + took.toMillis() + " ms after the jar was dropped in");
        String instance =
                customer.post(
                                "/orders",
                                Map.of(
                                        "plan_id",
                                        plan(customer),
                                        "name",
                                        "board",
                                        "pay_with",
                                        "coins",
                                        "config",
                                        Map.of("notice", "Sopa & pan <hoy>")))
                        .must(202)
                        .json()
                        .path("instance_id")
                        .asText();
        customer.awaitState(instance, "running");
        assertThat(customer.visit(instance).must(200).text())
                .contains("<h1>Sopa &amp; pan &lt;hoy&gt;</h1>");
    }

    private static String plan(Caller customer) {
        try {
            return customer.plan("notice", "");
        } catch (AssertionError notYet) {
            return "";
        }
    }

    private static Map<String, String> files() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        Matcher matcher =
                FENCE.matcher(Files.readString(RunningMinga.TREE.resolve("PLUGIN_GUIDE.md")));
        while (matcher.find()) {
            files.put(matcher.group(1), matcher.group(2));
        }
        return files;
    }

    /** This user's, but for our own artefacts: those have to come from the kit. */
    private static Path localRepository(Path folder) throws IOException {
        String said = System.getProperty("minga.maven.repository", "");
        Path real =
                said.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".m2", "repository")
                        : Path.of(said);
        Path local = Files.createDirectory(folder.resolve("repository"));
        try (Stream<Path> entries = Files.list(real)) {
            List<Path> others =
                    entries.filter(entry -> !entry.getFileName().toString().equals("coop"))
                            .toList();
            for (Path entry : others) {
                Files.createSymbolicLink(local.resolve(entry.getFileName()), entry);
            }
        }
        return local;
    }
}
