package coop.minga.platform.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

final class HealthTest {

    @Test
    void namesTheCheckThatFailsAndTheOneThatHangs() {
        Health health = new Health(Clock.systemUTC());
        health.started();
        health.register("database", () -> Optional.of("does not answer"));
        health.register("fine", Optional::empty);
        health.register(
                "hangs",
                () -> {
                    new CountDownLatch(1).await();
                    return Optional.empty();
                });
        health.register(
                "throws",
                () -> {
                    throw new IllegalStateException("secret detail");
                });
        assertThat(health.findings())
                .containsExactly(
                        new Health.Finding("database", false, "does not answer"),
                        new Health.Finding("fine", true, ""),
                        new Health.Finding("hangs", false, "does not answer within 2 s"),
                        new Health.Finding("throws", false, "fails"));
    }

    @Test
    void isNotReadyBeforeTheStartNorWhileDraining() {
        Health health = new Health(Clock.systemUTC());
        assertThat(health.findings())
                .extracting(Health.Finding::detail)
                .containsExactly("still starting");
        health.started();
        assertThat(health.findings()).isEmpty();
        health.draining();
        assertThat(health.findings())
                .extracting(Health.Finding::detail)
                .containsExactly("stopping");
    }

    @Test
    void metricsAreWrittenInTheTextFormatOfPrometheus() {
        try (Meters meters = new Meters("1.2.3")) {
            meters.registry().timer("minga_test").record(java.time.Duration.ofMillis(3));
            assertThat(meters.registry().scrape())
                    .contains(
                            "minga_build{version=\"1.2.3\"} 1.0",
                            "minga_test_seconds_bucket{le=\"0.005\"} 1")
                    .contains("jvm_memory_used_bytes");
        }
    }
}
