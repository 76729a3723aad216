package coop.minga.plugins.offering.sandbox;

import coop.minga.plugin.api.ProviderFactory;
import coop.minga.plugin.api.offering.OfferingBlueprint;
import coop.minga.plugin.testkit.OfferingBlueprintContract;

import java.util.List;
import java.util.Map;

/** The contract of offerings. */
class SandboxOfferingContractTest extends OfferingBlueprintContract {

    @Override
    protected ProviderFactory<OfferingBlueprint> factory() {
        return new SandboxOffering();
    }

    @Override
    protected List<Map<String, Object>> choices() {
        return List.of(
                Map.of(), Map.of("title", "Mi casa", "message", "<b>ñandú</b>", "color", "amber"));
    }
}
