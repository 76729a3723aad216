package coop.minga.platform.providers;

import coop.minga.platform.plugins.FlightRecorder;
import coop.minga.platform.plugins.StartedPlugin;
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
 * @param flight is told whenever the plugin's code runs
 * @param factory makes providers
 * @param descriptor what it said of itself
 */
record FactoryEntry(
        String pluginId,
        List<String> hosts,
        ClassLoader loader,
        FlightRecorder.Flight flight,
        ProviderFactory<?> factory,
        ProviderDescriptor descriptor) {

    /** The factories of a plugin. */
    static List<FactoryEntry> of(StartedPlugin plugin) {
        return plugin.contributions().stream()
                .map(contribution ->
                        new FactoryEntry(
                                plugin.id(),
                                plugin.hosts(),
                                plugin.classLoader(),
                                plugin.flight(),
                                contribution.factory(),
                                contribution.descriptor()))
                .toList();
    }

    /** The kind and the factory's id. */
    ProviderRef ref() {
        return new ProviderRef(kind(), descriptor.id());
    }

    Kind kind() {
        return descriptor.kind();
    }
}
