package coop.minga.platform.contributions;

import coop.minga.platform.plugins.PluginObserver;
import coop.minga.platform.plugins.Reason;
import coop.minga.platform.plugins.StartedPlugin;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Text;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows what the plugins that run add to the pages. Keeps copies of their files and none of their
 * classes. Thread-safe.
 */
public final class Contributions implements PluginObserver {

    private static final Logger LOG = LoggerFactory.getLogger(Contributions.class);
    private static final int FINGERPRINT = 16;

    /** What came of a plugin's {@code ui} folder. */
    sealed interface Addition {

        String plugin();

        String version();
    }

    /**
     * It is shown.
     *
     * @param offerings the products it is shown with
     * @param fingerprint of the jar: files of one version may be kept for ever
     */
    record Accepted(
            String plugin,
            String version,
            String fingerprint,
            List<String> offerings,
            UiManifest manifest,
            UiFolder folder)
            implements Addition {}

    /** It is left out. */
    record Refused(String plugin, String version, Text reason) implements Addition {}

    private final Map<String, Addition> byPlugin = new ConcurrentHashMap<>();

    @Override
    public void started(StartedPlugin plugin) {
        try {
            UiFolder.read(plugin.jar())
                    .ifPresentOrElse(
                            folder -> byPlugin.put(plugin.id(), accepted(plugin, folder)),
                            () -> byPlugin.remove(plugin.id()));
        } catch (ManifestRefused e) {
            LOG.warn("Plugin {} adds nothing to the pages: {}", plugin.id(), e.getMessage());
            byPlugin.put(plugin.id(), new Refused(plugin.id(), plugin.version(), e.reason()));
        }
    }

    private static Accepted accepted(StartedPlugin plugin, UiFolder folder) {
        return new Accepted(
                plugin.id(),
                plugin.version(),
                plugin.sha256().substring(0, FINGERPRINT),
                plugin.contributions().stream()
                        .filter(each -> each.descriptor().kind() == Kind.OFFERING)
                        .map(each -> each.descriptor().id())
                        .toList(),
                ManifestReader.read(folder),
                folder);
    }

    /** One version's pages give way to the next one's in one step. */
    @Override
    public Optional<Reason> replacing(StartedPlugin next) {
        started(next);
        return Optional.empty();
    }

    @Override
    public void draining(String pluginId) {
        byPlugin.remove(pluginId);
    }

    /** What came of each plugin that has something for the pages, by id. */
    List<Addition> all() {
        return byPlugin.values().stream().sorted(Comparator.comparing(Addition::plugin)).toList();
    }

    /** A file of a version that runs. */
    Optional<byte[]> file(String plugin, String fingerprint, String path) {
        return byPlugin.get(plugin) instanceof Accepted found
                        && found.fingerprint().equals(fingerprint)
                ? found.folder().file(path)
                : Optional.empty();
    }
}
