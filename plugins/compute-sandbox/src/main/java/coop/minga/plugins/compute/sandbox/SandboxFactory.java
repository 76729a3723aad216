package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Limits;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.ComputeBackend;
import coop.minga.plugin.api.compute.ComputeBackendFactory;
import coop.minga.plugin.api.compute.Need;

import org.pf4j.Extension;

import java.time.Duration;

/** Makes the backend that runs instances on the host's own machine. Works without configuration. */
@Extension
public final class SandboxFactory implements ComputeBackendFactory {

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "bubblewrap",
                        Kind.COMPUTE,
                        Text.of("Sandbox on this machine", "Sandbox en esta máquina"),
                        Text.of(
                                "Isolated Linux userlands, made by bubblewrap in milliseconds.",
                                "Espacios Linux aislados, creados por bubblewrap en"
                                        + " milisegundos."))
                .withCapabilities(Need.USERLAND, Need.LOGS, Need.CONSOLE, Need.USAGE_METER)
                .withSchema(SandboxSettings.SCHEMA)
                .withLimits(new Limits(16, Duration.ofSeconds(60)));
    }

    @Override
    public ComputeBackend open(ProviderContext context, ProviderConfig config) {
        return new SandboxBackend(context, SandboxSettings.of(config), Machine.here());
    }
}
