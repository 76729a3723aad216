package coop.minga.platform.providers;

import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderFactory;

import java.util.List;

/**
 * A factory of a running plugin.
 *
 * @param pluginId whose
 * @param hosts what the plugin's manifest declares
 * @param loader the plugin's classes
 * @param factory makes providers
 * @param descriptor what it said of itself
 */
record FactoryEntry(
        String pluginId,
        List<String> hosts,
        ClassLoader loader,
        ProviderFactory<?> factory,
        ProviderDescriptor descriptor) {

    Kind kind() {
        return descriptor.kind();
    }
}
