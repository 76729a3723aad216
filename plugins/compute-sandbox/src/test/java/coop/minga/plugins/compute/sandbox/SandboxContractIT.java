package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.testkit.ComputeBackendContract;

import org.junit.jupiter.api.BeforeAll;

import java.util.Optional;

/** The contract of compute backends, kept with the real bubblewrap by whoever runs the tests. */
class SandboxContractIT extends ComputeBackendContract {

    @BeforeAll
    static void bubblewrap() throws InterruptedException {
        Bubblewrap.required();
    }

    @Override
    protected ProviderFactory<ComputeBackend> factory() {
        return new SandboxFactory();
    }

    @Override
    protected CreateInstance request(String name) {
        return Sample.web(name);
    }

    @Override
    protected Optional<String> printed() {
        return Optional.of("listening");
    }
}
