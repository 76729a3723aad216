package coop.minga.platform.events;

import coop.minga.platform.db.Db;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The caches of this host, and what they and those of other hosts have to forget. */
final class Caches {

    private static final Logger log = LoggerFactory.getLogger(Caches.class);

    /** What other hosts hear: the cache's name, a blank and the key. */
    static final String CHANNEL = "minga_caches";

    private final Db db;
    private final EventStore store;
    private final boolean alone;
    private final BiConsumer<Handle, List<Dropped>> dropper = this::dropAll;
    private final Map<String, List<Consumer<String>>> caches = new ConcurrentHashMap<>();

    /** What a cache has to forget. */
    private record Dropped(String cache, String key) {}

    Caches(Db db, EventStore store, boolean alone) {
        this.db = db;
        this.store = store;
        this.alone = alone;
    }

    void add(String cache, Consumer<String> dropped) {
        caches.computeIfAbsent(cache, name -> new CopyOnWriteArrayList<>()).add(dropped);
    }

    /** Has a key forgotten by all hosts once the transaction is done. */
    void invalidate(Handle handle, String cache, String key) {
        db.gather(handle, dropper, new Dropped(cache, key));
    }

    private void dropAll(Handle handle, List<Dropped> gathered) {
        List<Dropped> dropped = gathered.stream().distinct().toList();
        if (!alone) {
            store.notify(
                    handle, CHANNEL, dropped.stream().map(d -> d.cache() + " " + d.key()).toList());
        }
        handle.afterCommit(() -> dropped.forEach(d -> drop(d.cache(), d.key())));
    }

    /** Another host wants something forgotten. */
    void heard(String notification) {
        String[] parts = notification.split(" ", 2);
        drop(parts[0], parts.length > 1 ? parts[1] : Events.ALL_KEYS);
    }

    /** Forgets everything. */
    void dropEverything() {
        caches.keySet().forEach(cache -> drop(cache, Events.ALL_KEYS));
    }

    private void drop(String cache, String key) {
        for (Consumer<String> dropped : caches.getOrDefault(cache, List.of())) {
            try {
                dropped.accept(key);
            } catch (RuntimeException e) {
                log.error("Cache {} could not drop {}", cache, key, e);
            }
        }
    }
}
