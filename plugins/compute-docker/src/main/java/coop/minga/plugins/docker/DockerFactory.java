package coop.minga.plugins.docker;

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

/** Describes the Docker backend and opens one per configured engine. */
@Extension
public final class DockerFactory implements ComputeBackendFactory {
    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                        "docker",
                        Kind.COMPUTE,
                        Text.of("Docker"),
                        Text.of(
                                "Runs containers on a Docker engine, on this machine or over"
                                        + " mutual TLS.",
                                "Ejecuta contenedores en un motor Docker, en esta máquina o por"
                                        + " TLS mutuo."))
                .withCapabilities(Need.OCI_IMAGE, Need.LOGS, Need.CONSOLE, Need.USAGE_METER)
                .withSchema(DockerConfig.SCHEMA)
                .withLimits(new Limits(16, Duration.ofSeconds(60)));
    }

    @Override
    public ComputeBackend open(ProviderContext context, ProviderConfig config) {
        return new DockerBackend(context, DockerConfig.of(config));
    }
}
