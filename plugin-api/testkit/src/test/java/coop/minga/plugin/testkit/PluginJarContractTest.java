package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

final class PluginJarContractTest {

    private static final ThreadLocal<Path> JAR = new ThreadLocal<>();

    @TempDir Path folder;

    static final class Sample extends PluginJarContract {

        private final Path chosen = JAR.get();

        @Override
        protected Path jar() {
            return chosen;
        }

        @Override
        protected Duration patience() {
            return Duration.ofSeconds(2);
        }
    }

    private Set<String> failed(SourceJar jar) {
        JAR.set(jar.write(folder.resolve("sample.jar")));
        return ContractRun.of(Sample.class).failed();
    }

    @Test
    void goodJarPasses() {
        assertThat(failed(SourceJar.offering("good"))).isEmpty();
    }

    @Test
    void kindThatIsNotServedIsFound() {
        assertThat(failed(SourceJar.offering("more").manifest("Minga-Kinds", "offering, compute")))
                .containsExactly("manifestTellsTheTruth");
    }

    @Test
    void jarWithoutIndexIsFound() {
        assertThat(
                        failed(
                                SourceJar.plugin("no-index")
                                        .source(
                                                "sample.Offering",
                                                SourceJar.offeringSource("Offering", "x", ""))))
                .contains("extensionsAreFoundInTheBuiltJar");
    }

    @Test
    void leakingJarIsFound() {
        String thread =
                """
                static {
                    Thread t = new Thread(() -> {
                        try { Thread.sleep(60_000); } catch (InterruptedException e) { }
                    }, "left-behind");
                    t.setDaemon(true);
                    t.start();
                }
                """;
        assertThat(
                        failed(
                                SourceJar.plugin("leaks")
                                        .extension(
                                                "sample.Leaky",
                                                SourceJar.offeringSource(
                                                        "Leaky", "leaks", thread))))
                .containsExactly("loaderIsCollectedAfterUse");
    }
}
