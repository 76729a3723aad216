package coop.minga.platform.orders;

import coop.minga.plugin.api.offering.DeploymentFacts;
import coop.minga.plugin.api.offering.DeploymentSpec;

import java.util.Map;

/** The blueprints of what is sold, each behind its guard. Thread-safe. */
public interface Offerings {

    /**
     * What has to run for a customer's choices.
     *
     * @param blueprint the blueprint provider's name
     * @param product what the operator set for the product
     * @param chosen what the customer chose, not checked yet
     * @throws coop.minga.platform.MingaException 400 with pointers below {@code /config}; 409
     *     {@code orders.not-available} when the blueprint is not there
     */
    Planned plan(
            String blueprint,
            Map<String, Object> product,
            Map<String, Object> chosen,
            DeploymentFacts facts);

    /**
     * @param shown the choices with defaults filled in and secrets left out
     */
    record Planned(DeploymentSpec spec, Map<String, Object> shown) {}
}
