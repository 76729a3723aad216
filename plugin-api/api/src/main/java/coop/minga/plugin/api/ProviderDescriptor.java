package coop.minga.plugin.api;

import coop.minga.plugin.api.config.ConfigSchema;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a factory says about itself.
 *
 * @param id unique among all plugins, {@code [a-z][a-z0-9-]{1,39}}, for example {@code docker}
 * @param kind the extension point it serves
 * @param title its name for people
 * @param summary one sentence for people
 * @param capabilities what its providers can do beyond the core calls: names of the optional
 *     interfaces they implement (for a compute backend {@code logs}, {@code console}, {@code
 *     usage-meter}) and, for compute backends, what they can run (see {@code
 *     coop.minga.plugin.api.compute.Need})
 * @param schema the configuration of one instance
 * @param limits how the host may call it
 * @param trialOnly true for providers that must never serve a production host; the host marks them
 *     everywhere
 */
public record ProviderDescriptor(
        String id,
        Kind kind,
        Text title,
        Text summary,
        Set<String> capabilities,
        ConfigSchema schema,
        Limits limits,
        boolean trialOnly) {

    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{1,39}");

    public ProviderDescriptor {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("Provider id '" + id + "' must match " + ID);
        }
        capabilities = Set.copyOf(capabilities);
    }

    /**
     * A descriptor without capabilities, with an empty schema and default limits; widen it with the
     * {@code with}ers.
     */
    public static ProviderDescriptor of(String id, Kind kind, Text title, Text summary) {
        return new ProviderDescriptor(
                id, kind, title, summary, Set.of(), ConfigSchema.empty(), Limits.standard(), false);
    }

    public ProviderDescriptor withCapabilities(String... names) {
        return new ProviderDescriptor(
                id, kind, title, summary, Set.copyOf(List.of(names)), schema, limits, trialOnly);
    }

    public ProviderDescriptor withSchema(ConfigSchema newSchema) {
        return new ProviderDescriptor(
                id, kind, title, summary, capabilities, newSchema, limits, trialOnly);
    }

    public ProviderDescriptor withLimits(Limits newLimits) {
        return new ProviderDescriptor(
                id, kind, title, summary, capabilities, schema, newLimits, trialOnly);
    }

    public ProviderDescriptor onlyInTrial() {
        return new ProviderDescriptor(id, kind, title, summary, capabilities, schema, limits, true);
    }
}
