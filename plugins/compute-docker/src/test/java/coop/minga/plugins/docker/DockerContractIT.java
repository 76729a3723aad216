package coop.minga.plugins.docker;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.ComputeBackendContract;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The contract of compute backends, kept against a real engine behind a relay. */
final class DockerContractIT extends ComputeBackendContract {
    @TempDir Path sockets;

    private EngineRelay relay;

    @BeforeEach
    void openRelay() throws IOException {
        relay =
                EngineRelay.onSocket(
                        RealEngine.required().socket(), sockets.resolve("docker.sock"));
    }

    /** After all, because the contract destroys its instances later than this class could. */
    @AfterAll
    static void removeNetworks() {
        RealEngine engine = RealEngine.required();
        for (String host : List.of("test-host", "other-host", "stalled-host")) {
            engine.docker("network", "ls", "-q", "--filter", "label=minga.host=" + host)
                    .lines()
                    .filter(id -> !id.isBlank())
                    .forEach(engine::removeNetworkIfUnused);
        }
    }

    @Override
    protected ProviderFactory<ComputeBackend> factory() {
        return new DockerFactory();
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of("endpoint", relay.endpoint(), "stop_grace", "1s");
    }

    @Override
    protected CreateInstance request(String name) {
        return new CreateInstance(
                name,
                new Size(250, 32, 64),
                Workload.ofImage(RealEngine.IMAGE)
                        .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP))),
                Map.of("CONTRACT", "yes"),
                List.of(),
                Map.of("team", "contract"));
    }

    @Override
    protected Optional<String> printed() {
        return Optional.of("listening on 8080");
    }

    @Override
    protected Optional<AutoCloseable> stall() {
        relay.fault(asked -> true, EngineRelay.Fault.HANG, 1000);
        return Optional.of(relay::heal);
    }
}
