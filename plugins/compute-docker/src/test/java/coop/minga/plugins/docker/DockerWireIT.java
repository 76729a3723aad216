package coop.minga.plugins.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.CreateResult;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.api.compute.Observation.State;
import coop.minga.plugin.api.compute.PowerAction;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.Calls;
import coop.minga.plugin.testkit.RecordingContext;
import coop.minga.plugin.testkit.Wait;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What goes over the wire to a real engine, and what becomes of answers that do not arrive. */
class DockerWireIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir Path data;

    private RealEngine engine;
    private EngineRelay relay;
    private RecordingContext host;
    private final List<DockerBackend> backends = new ArrayList<>();

    @BeforeEach
    void openRelay() throws IOException {
        engine = RealEngine.required();
        relay = EngineRelay.onSocket(engine.socket(), data.resolve("relay.sock"));
        host =
                new RecordingContext(
                        "docker",
                        "hst_" + UUID.randomUUID(),
                        Clock.systemUTC(),
                        data.resolve("data"));
    }

    @AfterEach
    void leaveNothing() throws IOException {
        if (relay == null) {
            return;
        }
        relay.heal();
        DockerBackend last = backend(Map.of());
        for (Observation seen : last.list(Calls.fresh(), Page.Token.FIRST).items()) {
            last.destroy(Calls.fresh(), seen.handle());
        }
        backends.forEach(DockerBackend::close);
        relay.close();
        engine.docker("network", "ls", "-q", "--filter", "label=minga.host=" + host.hostId())
                .lines()
                .filter(id -> !id.isBlank())
                .forEach(engine::removeNetworkIfUnused);
        assertThat(containers()).isEmpty();
    }

    @Test
    void everyRequestIsAsTheEnginesSpecificationDescribes() throws Exception {
        Optional<EngineSpec> spec = EngineSpec.found();
        if (spec.isEmpty()) {
            System.err.println("SKIPPED: no docker/v1.41.yaml under MINGA_TEST_SPECS");
            Assumptions.abort("no specification");
        }
        DockerBackend backend =
                backend(Map.of("readonly_rootfs", true, "capabilities", List.of("CHOWN")));
        backend.probe(Calls.fresh());
        backend.capacity(Calls.fresh());
        backend.images(Calls.fresh());
        Workload full =
                web().withVolumes(List.of(new Workload.Volume("data1", "/data", 10)))
                        .withHealth(new Workload.Health("web", "/", Duration.ofSeconds(20)))
                        .withFiles(List.of(new Workload.File("/www/x", "x", false)))
                        .withCommand(List.of("/bin/httpd", "-f", "-p", "8080", "-h", "/www"));
        InstanceHandle open = create(backend, "open", full);
        InstanceHandle shut = create(backend, "shut", web().withOutbound(false));
        InstanceHandle none = create(backend, "none", Workload.ofImage("registry.invalid/x:1"));
        reach(backend, open, State.RUNNING);
        reach(backend, shut, State.RUNNING);
        reach(backend, none, State.FAILED);
        backend.tail(Calls.fresh(), open, 10);
        backend.usage(Calls.fresh(), open);
        backend.open(Calls.fresh(), open, 80, 24).close();
        backend.follow(Calls.fresh(), shut, 10, line -> false);
        backend.power(Calls.fresh(), open, PowerAction.RESTART);
        backend.power(Calls.fresh(), open, PowerAction.STOP);
        backend.power(Calls.fresh(), open, PowerAction.START);
        backend.list(Calls.fresh(), Page.Token.FIRST);
        for (InstanceHandle handle : List.of(open, shut, none)) {
            backend.destroy(Calls.fresh(), handle);
        }

        List<String> problems = new ArrayList<>();
        for (EngineRelay.Asked asked : relay.asked()) {
            problems.addAll(spec.get().problems(asked));
        }
        assertThat(problems).isEmpty();
        assertThat(relay.asked())
                .extracting(EngineRelay.Asked::method)
                .contains("GET", "POST", "PUT", "DELETE");
        assertThat(relay.asked()).hasSizeGreaterThan(40);
        // The check can fail: a field the engine does not know is found.
        assertThat(
                        spec.get()
                                .problems(
                                        new EngineRelay.Asked(
                                                "POST",
                                                "/v1.41/containers/create?nome=x",
                                                "{\"Imagen\":\"x\",\"HostConfig\":{\"Memory\":\"1\"}}"
                                                        .getBytes())))
                .hasSize(3);
    }

    @Test
    void lostAnswersToCreateAndStartMakeOneContainer() {
        DockerBackend backend = backend(Map.of());
        relay.fault(
                asked -> asked.target().contains("/containers/create"),
                EngineRelay.Fault.WORK_THEN_DROP,
                1);
        relay.fault(
                asked -> asked.target().endsWith("/start"), EngineRelay.Fault.WORK_THEN_DROP, 1);
        InstanceHandle handle = create(backend, "lost", web());
        reach(backend, handle, State.RUNNING);
        assertThat(containers().lines()).hasSize(1);
    }

    @Test
    void hangingEngineDelaysNobodyPastTheDeadline() {
        DockerBackend backend = backend(Map.of());
        relay.fault(asked -> true, EngineRelay.Fault.HANG, 1000);
        long start = System.nanoTime();
        assertThatThrownBy(() ->
                        backend.create(
                                Calls.within(Duration.ofMillis(400), new IdempotencyKey("slow")),
                                request(web())))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        relay.heal();
        // Nothing was begun, and the host is told so.
        assertThat(backend.find(Calls.fresh(), new IdempotencyKey("slow"))).isEmpty();
    }

    @Test
    void providerClosedInTheMiddleOfCreatingIsGoneOnWithByTheNext() {
        DockerBackend first = backend(Map.of());
        relay.fault(asked -> asked.target().endsWith("/start"), EngineRelay.Fault.HANG, 1000);
        InstanceHandle handle =
                create(
                        first,
                        "mid",
                        web().withFiles(
                                        List.of(
                                                new Workload.File(
                                                        "/www/index.html", "mid", false))));
        Wait.until("the container", PATIENCE, () -> !containers().isEmpty());
        assertThat(first.observe(Calls.fresh(), handle).state()).isEqualTo(State.CREATING);
        first.close();
        relay.heal();
        DockerBackend second = backend(Map.of());
        assertThat(second.find(Calls.fresh(), new IdempotencyKey("mid"))).contains(handle);
        reach(second, handle, State.RUNNING);
        assertThat(containers().lines()).hasSize(1);
    }

    @Test
    void destroyInTheMiddleOfCreatingLeavesNothing() {
        DockerBackend backend = backend(Map.of());
        for (int i = 0; i < 5; i++) {
            InstanceHandle handle = create(backend, "brief" + i, web());
            backend.destroy(Calls.fresh(), handle);
            assertThat(backend.observe(Calls.fresh(), handle).state()).isEqualTo(State.GONE);
        }
        assertThat(containers()).isEmpty();
        assertThat(host.state().keys("")).isEmpty();
    }

    @Test
    void environmentIsNeverLogged() {
        DockerBackend backend = backend(Map.of());
        reach(backend, create(backend, "secret", web()), State.RUNNING);
        assertThat(relay.asked()).anyMatch(asked -> asked.text().contains("s3cr3t-value"));
        assertThat(host.logged()).noneMatch(line -> line.contains("s3cr3t-value"));
    }

    @Test
    void mutualTlsReachesTheEngineAndStrangersAreToldApart() throws Exception {
        TestAuthority authority = TestAuthority.make(data.resolve("ca"));
        TestAuthority stranger = TestAuthority.make(data.resolve("stranger"));
        try (EngineRelay far = EngineRelay.onTls(engine.socket(), authority.server())) {
            DockerBackend backend = backend(authority.settings(far.endpoint()));
            InstanceHandle handle = create(backend, "tls", web());
            reach(backend, handle, State.RUNNING);
            assertThat(backend.probe(Calls.fresh()).status()).isEqualTo(ProbeResult.Status.READY);
            try (var session = backend.open(Calls.fresh(), handle, 80, 24)) {
                session.input().write("echo tls-$((40+2))\n".getBytes());
                session.input().flush();
                StringBuilder shown = new StringBuilder();
                byte[] buffer = new byte[1024];
                while (shown.indexOf("tls-42") < 0) {
                    int n = session.output().read(buffer);
                    assertThat(n).isPositive();
                    shown.append(new String(buffer, 0, n));
                }
            }
            Thread follower =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    backend.follow(Calls.fresh(), handle, 0, line -> true);
                                } catch (ProviderException e) {
                                    assertThat(e.code()).isEqualTo(Code.UNAVAILABLE);
                                }
                            });
            follower.interrupt();
            assertThat(follower.join(Duration.ofSeconds(10))).isTrue();

            // An engine of another authority, and a client of another authority.
            DockerBackend wrong = backend(stranger.settings(far.endpoint()));
            ProbeResult result = wrong.probe(Calls.fresh());
            assertThat(result.status()).isEqualTo(ProbeResult.Status.FAILED);
            assertThatThrownBy(() -> wrong.capacity(Calls.fresh()))
                    .isInstanceOfSatisfying(
                            ProviderException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED));
            Map<String, Object> mixed = stranger.settings(far.endpoint());
            mixed.put("tls_ca", authority.settings(far.endpoint()).get("tls_ca"));
            assertThatThrownBy(() -> backend(mixed).capacity(Calls.fresh()))
                    .isInstanceOfSatisfying(
                            ProviderException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.UNAUTHENTICATED));
            backend.destroy(Calls.fresh(), handle);
        }
    }

    private DockerBackend backend(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>(values);
        all.putIfAbsent("endpoint", relay.endpoint());
        all.put("stop_grace", "1s");
        DockerBackend backend = new DockerBackend(host, Settings.of(all));
        backends.add(backend);
        return backend;
    }

    private static Workload web() {
        return Workload.ofImage(RealEngine.IMAGE)
                .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP)));
    }

    private static CreateInstance request(Workload workload) {
        return new CreateInstance(
                "test",
                new Size(250, 32, 64),
                workload,
                Map.of("SECRET", "s3cr3t-value"),
                List.of(),
                Map.of());
    }

    private static InstanceHandle create(DockerBackend backend, String key, Workload workload) {
        CreateResult result =
                backend.create(Calls.with(new IdempotencyKey(key)), request(workload));
        assertThat(result).isInstanceOf(CreateResult.Accepted.class);
        return ((CreateResult.Accepted) result).handle();
    }

    private static void reach(DockerBackend backend, InstanceHandle handle, State wanted) {
        Wait.until(
                "state " + wanted,
                PATIENCE,
                () -> {
                    Observation seen = backend.observe(Calls.fresh(), handle);
                    if (seen.state() == State.FAILED && wanted != State.FAILED) {
                        throw new AssertionError(seen.message());
                    }
                    return seen.state() == wanted;
                });
    }

    private String containers() {
        return engine.docker("ps", "-aq", "--filter", "label=minga.host=" + host.hostId());
    }
}
