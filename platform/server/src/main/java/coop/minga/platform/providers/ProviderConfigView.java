package coop.minga.platform.providers;

import java.util.Map;
import java.util.Set;

/**
 * A provider with its form.
 *
 * @param view the provider
 * @param schema a JSON Schema in the asker's language; empty object while the plugin is not there
 * @param config values that are no secrets, as stored
 * @param secretsSet names of the secrets that have a value
 * @param etag changes with every edit
 */
record ProviderConfigView(
        ProviderView view,
        Map<String, Object> schema,
        Map<String, Object> config,
        Set<String> secretsSet,
        String etag) {}
