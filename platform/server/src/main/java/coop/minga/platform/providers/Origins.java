package coop.minga.platform.providers;

import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which plugin offered which factory last, over restarts: what waits for a plugin that is away can
 * name it. Thread-safe.
 */
final class Origins {

    private static final Logger LOG = LoggerFactory.getLogger(Origins.class);

    private final Db db;
    private final ProviderStore store;
    private final Map<ProviderRef, String> plugins = new ConcurrentHashMap<>();

    Origins(Db db, ProviderStore store) {
        this.db = db;
        this.store = store;
    }

    void read() {
        plugins.putAll(db.read(store::origins));
    }

    void remember(FactoryEntry entry) {
        ProviderRef factory = entry.ref();
        if (entry.pluginId().equals(plugins.put(factory, entry.pluginId()))) {
            return;
        }
        try {
            db.useTransaction(handle -> store.putOrigin(handle, factory, entry.pluginId()));
        } catch (MingaException e) {
            LOG.debug("Not remembered that {} is of {}", factory, entry.pluginId(), e);
        }
    }

    /**
     * @param factory kind and the factory's id
     */
    Optional<String> plugin(ProviderRef factory) {
        return Optional.ofNullable(plugins.get(factory));
    }
}
