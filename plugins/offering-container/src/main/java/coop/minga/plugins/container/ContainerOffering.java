package coop.minga.plugins.container;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.api.offering.OfferingFactory;

import org.pf4j.Extension;

/** Describes the container offering; it needs no configuration of its own. */
@Extension
public final class ContainerOffering implements OfferingFactory {
    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                "container",
                Kind.OFFERING,
                Text.of("Container", "Contenedor"),
                Text.of(
                        "Runs an OCI image with your variables, port and volumes.",
                        "Ejecuta una imagen OCI con tus variables, puerto y volúmenes."));
    }

    @Override
    public OfferingBlueprint open(ProviderContext context, ProviderConfig config) {
        return new ContainerBlueprint();
    }
}
