package coop.minga.plugin.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.SampleBackend.Defect;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The contract passes a good backend and catches each defect by the test that is about it. */
final class ComputeBackendContractTest {

    private static final ThreadLocal<Defect> CHOSEN = ThreadLocal.withInitial(() -> Defect.NONE);

    static final class Sample extends ComputeBackendContract {

        private final SampleBackend.Vendor vendor = new SampleBackend.Vendor();
        private final SampleBackend factory = new SampleBackend(CHOSEN.get(), vendor);

        @Override
        protected ProviderFactory<ComputeBackend> factory() {
            return factory;
        }

        @Override
        protected Map<String, Object> config() {
            return Map.of("api_key", "k3y-of-the-sample");
        }

        @Override
        protected Optional<Map<String, Object>> wrongCredentials() {
            return Optional.of(Map.of("api_key", "wrong"));
        }

        @Override
        protected CreateInstance request(String name) {
            return new CreateInstance(
                    name,
                    new Size(500, 128, 256),
                    Workload.ofCommand("httpd")
                            .withPorts(
                                    List.of(
                                            new Workload.Port(
                                                    "web", 8080, Workload.Protocol.HTTP))),
                    Map.of("MODE", "test"),
                    List.of(),
                    Map.of());
        }

        @Override
        protected Duration patience() {
            return Duration.ofMillis(300);
        }

        @Override
        protected Optional<String> printed() {
            return Optional.of("started");
        }
    }

    private static ContractRun run(Defect defect) {
        CHOSEN.set(defect);
        return ContractRun.of(Sample.class);
    }

    @Test
    void goodBackendPasses() {
        ContractRun run = run(Defect.NONE);
        assertThat(run.failed()).isEmpty();
        assertThat(run.passed()).isGreaterThan(25);
    }

    @ParameterizedTest
    @CsvSource({
        "FORGETS_KEYS, sameKeyTwiceIsOneInstance",
        "RACES, sameKeyFromEightThreadsIsOneInstance",
        "IGNORES_INPUTS, otherInputsUnderAUsedKeyAreRefused",
        "LISTS_FOREIGN, listShowsOnlyWhatThisHostCreated",
        "SWALLOWS_INTERRUPTS, interruptedThreadStaysInterrupted",
        "THROWS_ON_GONE, destroyingTwiceIsSuccessAndLeavesNothing",
        "THROWS_ON_SECOND_DESTROY, destroyingTwiceIsSuccessAndLeavesNothing",
        "FORGETS_ON_CLOSE, instanceOutlivesTheProvider",
        "LOGS_SECRETS, secretsOfTheWorkloadStayOutOfLogs",
        "PRINTS_ITS_KEY, secretsStayOutOfWhatIsPrinted",
        "HIDES_A_CAPABILITY, capabilitiesAndInterfacesAgree",
        "TAKES_ANYTHING, whatDoesNotFitIsRefusedAndLeavesNothing",
        "CHANGES_ITS_MIND, descriptorIsStable",
        "SPEAKS_ENGLISH_ONLY, descriptorSpeaksEnglishAndSpanish",
        "CLOSES_ONCE, closingTwiceIsHarmless",
        "IGNORES_THE_SINK, logsAreReadWhereThereAreLogs",
    })
    void defectIsCaught(Defect defect, String test) {
        assertThat(run(defect).failed()).contains(test);
    }
}
