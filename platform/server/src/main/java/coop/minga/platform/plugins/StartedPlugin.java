package coop.minga.platform.plugins;

import coop.minga.plugin.loader.Contribution;

import java.nio.file.Path;
import java.util.List;

/**
 * A plugin whose code runs. Whoever keeps this keeps the plugin's classes: let go of it when it
 * drains.
 *
 * @param id its id
 * @param version its version
 * @param sha256 of its jar, 64 hex digits
 * @param jar the private copy that runs
 * @param hosts where its HTTP client may connect
 * @param contributions its factories
 * @param classLoader for the context class loader of threads that run its code
 * @param flight to be told whenever its code runs
 */
public record StartedPlugin(
        String id,
        String version,
        String sha256,
        Path jar,
        List<String> hosts,
        List<Contribution> contributions,
        ClassLoader classLoader,
        FlightRecorder.Flight flight) {

    public StartedPlugin {
        hosts = List.copyOf(hosts);
        contributions = List.copyOf(contributions);
    }
}
