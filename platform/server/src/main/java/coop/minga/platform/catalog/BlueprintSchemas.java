package coop.minga.platform.catalog;

import java.util.Map;
import java.util.Optional;

/** What customers choose at checkout; answered from the blueprint plugins. */
@FunctionalInterface
public interface BlueprintSchemas {

    /**
     * The JSON Schema of a blueprint's checkout form.
     *
     * @param blueprint the provider's name
     * @param language ISO 639-1
     * @return empty when the blueprint is not there
     */
    Optional<Map<String, Object>> checkoutSchema(String blueprint, String language);
}
