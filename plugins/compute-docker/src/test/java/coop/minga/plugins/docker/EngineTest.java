package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.LoopbackVendor;
import coop.minga.plugin.testkit.LoopbackVendor.Answer;
import coop.minga.plugin.testkit.LoopbackVendor.Fault;
import coop.minga.plugin.testkit.LoopbackVendor.Request;
import coop.minga.plugin.testkit.RecordingContext;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Engines a test machine has not: old, new, broken, and with a registry behind them. */
class EngineTest {
    @TempDir Path data;

    private final Set<String> images = ConcurrentHashMap.newKeySet();
    private final Map<String, String> containers = new ConcurrentHashMap<>();
    private String version =
            "{\"Version\":\"27\",\"ApiVersion\":\"1.47\",\"MinAPIVersion\":\"1.24\"}";
    private String pulled = "";
    private boolean pullWorks = true;
    private volatile boolean started;
    private LoopbackVendor vendor = new LoopbackVendor(this::answer);
    private DockerBackend backend;

    @AfterEach
    void close() {
        if (backend != null) {
            backend.close();
        }
        vendor.close();
    }

    @ParameterizedTest
    @CsvSource({"1.24,1.47,/v1.41/", "1.44,1.52,/v1.44/", "1.12,1.40,/v1.40/", "1.41,1.41,/v1.41/"})
    void versionIsTheOneBothKnow(String min, String max, String expected) {
        version = "{\"ApiVersion\":\"%s\",\"MinAPIVersion\":\"%s\"}".formatted(max, min);
        backend().images(Calls.fresh());
        assertThat(paths()).anyMatch(path -> path.startsWith(expected));
    }

    @Test
    void engineThatIsTooOldIsSaidToBe() {
        version = "{\"ApiVersion\":\"1.30\",\"MinAPIVersion\":\"1.12\"}";
        assertFails(Code.MISCONFIGURED, "at least 1.40");
        ProbeResult result = backend.probe(Calls.fresh());
        assertThat(result.status()).isEqualTo(ProbeResult.Status.FAILED);
        assertThat(result.checks().getLast().fix().in("en")).contains("Upgrade");
    }

    @Test
    void whatIsNoEngineIsUnavailable() {
        version = "<html>Welcome to nginx</html>";
        assertFails(Code.UNAVAILABLE, "");
    }

    @Test
    void refusedConnectionIsUnavailableAndSaysHowToStartTheEngine() {
        String url = vendor.url().toString();
        vendor.close();
        backend = backend(url);
        assertFails(Code.UNAVAILABLE, "does not answer");
        ProbeResult result = backend.probe(Calls.fresh());
        assertThat(result.checks()).hasSize(1);
        assertThat(result.checks().getFirst().fix().in("en")).contains("systemctl start docker");
    }

    @Test
    void missingSocketSaysHowToInstallTheEngine() {
        backend =
                new DockerBackend(
                        RecordingContext.in(data),
                        Settings.of(Map.of("endpoint", "unix://" + data.resolve("none.sock"))));
        assertFails(Code.UNAVAILABLE, "no Docker socket");
        ProbeResult result = backend.probe(Calls.fresh());
        assertThat(result.status()).isEqualTo(ProbeResult.Status.ABSENT);
        assertThat(result.reason().in("es")).startsWith("No hay ningún socket de Docker en /");
        assertThat(result.checks().getFirst().fix().in("en")).contains("apt-get install docker.io");
    }

    @Test
    void brokenAnswersAreUnavailable() {
        backend().images(Calls.fresh());
        vendor.next(request -> request.path().endsWith("/images/json"), Fault.BROKEN);
        assertThatThrownBy(() -> backend.images(Calls.fresh()))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    }

    @Test
    void hangingAnswerOverTcpEndsAtTheDeadline() {
        backend().images(Calls.fresh());
        vendor.next(request -> request.path().endsWith("/images/json"), Fault.HANG);
        long start = System.nanoTime();
        assertThatThrownBy(() -> backend.images(Calls.within(Duration.ofMillis(300), Calls.key())))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void missingImageIsDownloadedAndItsContainerStarted() {
        pulled =
                """
                {"status":"Pulling from x","id":"1"}
                {"status":"Downloading","progressDetail":{"current":1,"total":2},"id":"aa"}
                {"status":"Pull complete","progressDetail":{},"id":"aa"}
                {"status":"Status: Downloaded newer image"}
                """;
        InstanceHandle handle = create("registry.example/x@sha256:" + "ab".repeat(32));
        until(handle, State.RUNNING);
        assertThat(vendor.requests())
                .filteredOn(request -> request.path().endsWith("/images/create"))
                .extracting(Request::query)
                .singleElement()
                .asString()
                .contains("fromImage=registry.example%2Fx", "tag=sha256%3Aabab");
    }

    @Test
    void errorAtTheEndOfAnAcceptedDownloadIsAFailure() {
        pulled =
                """
                {"status":"Downloading","progressDetail":{"current":1},"id":"aa"}
                {"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}
                """;
        pullWorks = false;
        InstanceHandle handle = create("x:1");
        assertThat(until(handle, State.FAILED).message())
                .isEqualTo("Cannot download x:1: unexpected EOF");
        assertThat(containers).isEmpty();
    }

    @Test
    void downloadCutInTheMiddleIsTriedAgain() {
        pulled = "{\"status\":\"ok\"}\n";
        vendor.next(request -> request.path().endsWith("/images/create"), Fault.DROP);
        vendor.next(request -> request.path().endsWith("/images/create"), Fault.DROP);
        until(create("x:1"), State.RUNNING);
    }

    private Answer answer(Request request) {
        String path = request.path().replaceFirst("^/v[0-9.]+", "");
        if (path.equals("/version")) {
            return Answer.json(200, version);
        }
        if (path.equals("/info")) {
            return Answer.json(200, "{\"NCPU\":2,\"MemTotal\":4000000000,\"OSType\":\"linux\"}");
        }
        if (path.equals("/images/json") || path.equals("/containers/json")) {
            return Answer.json(200, "[]");
        }
        if (path.equals("/images/create")) {
            if (pullWorks) {
                images.add("there");
            }
            return Answer.json(200, pulled);
        }
        if (path.startsWith("/images/")) {
            return images.isEmpty()
                    ? Answer.json(404, "{\"message\":\"No such image\"}")
                    : Answer.json(200, "{}");
        }
        if (path.startsWith("/networks/")) {
            return request.method().equals("POST")
                    ? Answer.json(201, "{}")
                    : Answer.json(404, "{\"message\":\"none\"}");
        }
        if (path.equals("/containers/create")) {
            String labels = request.text().replaceFirst(".*\"Labels\":(\\{[^}]*}).*", "$1");
            containers.put(request.query().replace("name=", ""), labels);
            return Answer.json(201, "{\"Id\":\"1\"}");
        }
        for (Map.Entry<String, String> container : containers.entrySet()) {
            if (path.equals("/containers/" + container.getKey() + "/json")) {
                return Answer.json(
                        200,
                        "{\"Config\":{\"Labels\":%s},\"State\":{\"Status\":\"%s\"}}"
                                .formatted(container.getValue(), started ? "running" : "created"));
            }
            if (path.equals("/containers/" + container.getKey() + "/start")) {
                started = true;
                return Answer.empty(204);
            }
        }
        return Answer.json(404, "{\"message\":\"no such thing\"}");
    }

    private DockerBackend backend() {
        backend = backend(vendor.url().toString());
        return backend;
    }

    private DockerBackend backend(String url) {
        return new DockerBackend(
                RecordingContext.in(data),
                Settings.of(Map.of("endpoint", url.replace("http://", "tcp://"))));
    }

    private InstanceHandle create(String image) {
        CreateResult result =
                backend()
                        .create(
                                Calls.with(new IdempotencyKey("k")),
                                new CreateInstance(
                                        "n",
                                        new Size(500, 64, 64),
                                        Workload.ofImage(image),
                                        Map.of(),
                                        List.of(),
                                        Map.of()));
        return ((CreateResult.Accepted) result).handle();
    }

    private Observation until(InstanceHandle handle, State wanted) {
        return Wait.forValue(
                "state " + wanted,
                Duration.ofSeconds(20),
                () ->
                        Optional.of(backend.observe(Calls.fresh(), handle))
                                .filter(seen -> seen.state() == wanted));
    }

    private void assertFails(Code code, String words) {
        DockerBackend failing = backend == null ? backend() : backend;
        assertThatThrownBy(() -> failing.images(Calls.fresh()))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(code);
                            assertThat(e.getMessage()).contains(words);
                        });
    }

    private Set<String> paths() {
        return vendor.requests().stream().map(Request::path).collect(Collectors.toSet());
    }
}
