package ${package};

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.api.offering.OfferingFactory;

import org.pf4j.Extension;

/** Sells a notice board. */
@Extension
public final class Offering implements OfferingFactory {

    @Override
    public ProviderDescriptor descriptor() {
        return ProviderDescriptor.of(
                "${artifactId}",
                Kind.OFFERING,
                Text.of("Notice board", "Cartelera"),
                Text.of("A web page with your notice.", "Una página web con tu aviso."));
    }

    @Override
    public OfferingBlueprint open(ProviderContext context, ProviderConfig config) {
        return new Blueprint();
    }
}
