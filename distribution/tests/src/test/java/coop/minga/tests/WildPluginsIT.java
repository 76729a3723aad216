package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;

/** Plugins that do what they should not, all in one host. */
class WildPluginsIT {

    private static final long MUCH_OUTPUT = 16L << 20;

    @Test
    void hostServesBesidePluginsThatHangSpinFloodAndExitAndEndsInTime() throws IOException {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            WildPlugins.all().forEach((name, jar) -> jar.write(minga.plugins().resolve(name)));
            minga.start();
            Caller admin = minga.setUp();
            Caller customer = minga.caller().signUp("rosa");
            assertThat(state(admin, "wild-start-spins.jar")).isEqualTo("failed");
            assertThat(state(admin, "wild-start-hangs.jar")).isEqualTo("failed");
            for (int i = 0; i < 200; i++) {
                customer.get("/products").must(200);
            }
            String instance = customer.running(customer.plan("sandbox", "s"), "beside");
            customer.visit(instance).must(200);
            customer.delete("/instances/" + instance).must(202);
            customer.awaitState(instance, "terminated");
            assertThat(minga.process().isAlive()).isTrue();

            long begun = System.nanoTime();
            minga.stop();
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            System.out.println("stopped beside wild plugins in " + took.toMillis() + " ms");
            assertThat(took).isLessThan(Duration.ofSeconds(30));
            assertThat(Files.size(minga.data().resolveSibling("output"))).isLessThan(MUCH_OUTPUT);
        }
    }

    private static String state(Caller admin, String file) {
        return plugin(admin, file).path("state").asText();
    }

    static JsonNode plugin(Caller admin, String file) {
        for (JsonNode item : admin.get("/admin/plugins").must(200).json().path("items")) {
            if (item.path("file").asText().equals(file)) {
                return item;
            }
        }
        throw new AssertionError(file + " is not listed");
    }
}
