package coop.minga.plugin.api.offering;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.config.ConfigSchema;

import java.util.List;

/** A kind of thing for sale. */
public interface OfferingBlueprint extends Provider {

    /** What the operator sets once per product, for example which image it sells. */
    default ConfigSchema productSchema() {
        return ConfigSchema.empty();
    }

    /** What the customer chooses at checkout. */
    ConfigSchema parameters();

    /**
     * Turns choices into a deployment: a pure function without I/O, the same answer for the same
     * inputs.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code INVALID_REQUEST} when the choices do
     *     not fit together; the message is shown to the customer
     */
    DeploymentSpec plan(ProviderConfig product, ProviderConfig parameters, DeploymentFacts facts);

    /** Pure functions are always ready. */
    @Override
    default ProbeResult probe(Call call) {
        return ProbeResult.of(List.of());
    }

    @Override
    default void close() {}
}
