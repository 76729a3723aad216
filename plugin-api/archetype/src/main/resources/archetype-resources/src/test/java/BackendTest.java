package ${package};

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;
import coop.minga.plugin.testkit.ComputeBackendContract;
import coop.minga.plugin.testkit.LoopbackVendor;

import org.junit.jupiter.api.AutoClose;

import java.util.List;
import java.util.Map;
import java.util.Optional;

final class BackendTest extends ComputeBackendContract {

    @AutoClose private final LoopbackVendor vendor = new LoopbackVendor(new VendorOnLoopback());

    @Override
    protected ProviderFactory<ComputeBackend> factory() {
        return new BackendFactory();
    }

    @Override
    protected Map<String, Object> config() {
        return Map.of("url", vendor.url().toString(), "token", VendorOnLoopback.TOKEN);
    }

    @Override
    protected Optional<Map<String, Object>> wrongCredentials() {
        return Optional.of(Map.of("url", vendor.url().toString(), "token", "t-of-somebody-else"));
    }

    @Override
    protected Optional<AutoCloseable> stall() {
        vendor.next(request -> request.path().equals("/machines"), LoopbackVendor.Fault.HANG);
        return Optional.of(() -> {});
    }

    @Override
    protected CreateInstance request(String name) {
        return new CreateInstance(
                name,
                new Size(500, 128, 256),
                Workload.ofImage("registry.example/web:1")
                        .withPorts(List.of(new Workload.Port("web", 8080, Workload.Protocol.HTTP))),
                Map.of("MODE", "test"),
                List.of(),
                Map.of());
    }
}
