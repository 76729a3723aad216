package ${package};

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.OfferingBlueprintContract;

import java.util.List;
import java.util.Map;

final class OfferingTest extends OfferingBlueprintContract {

    @Override
    protected ProviderFactory<OfferingBlueprint> factory() {
        return new Offering();
    }

    @Override
    protected List<Map<String, Object>> choices() {
        return List.of(Map.of(), Map.of("notice", "Sopa & pan <hoy>"));
    }
}
