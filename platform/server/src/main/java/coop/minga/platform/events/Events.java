package coop.minga.platform.events;

import coop.minga.platform.http.EventSource;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.util.Set;

/** The outbox. Thread-safe. */
public interface Events {

    /**
     * Writes a fact inside the caller's transaction; streams on this host hear it right after the
     * commit.
     */
    void publish(Handle handle, Fact fact);

    /**
     * Makes a durable listener known; before {@link #start}. It hears every fact of its types at
     * least once, after the commit, one at a time, on one host; throwing means "again later" and
     * delays only this listener.
     *
     * @param name names the listener's position in the outbox; never changes
     * @param types the types wanted; empty for all
     */
    void listen(String name, Set<String> types, Listener listener);

    /** Hears facts. */
    @FunctionalInterface
    interface Listener {
        void on(StoredFact fact) throws Exception;
    }

    /**
     * Opens a stream of the facts of some topics for a browser.
     *
     * @param lastEventId replays what came after it; empty for only what comes from now on. A fact
     *     may be told twice around a reconnection, never missed within the retention
     */
    EventSource open(Set<Topic> topics, String lastEventId);

    /** Opens a stream that begins with everything kept of the topics. */
    EventSource openFromStart(Set<Topic> topics);

    /**
     * Tells every host to drop what it caches under a name within a second. Joins the caller's
     * transaction.
     */
    void invalidate(Handle handle, String cache, String key);

    /** Stands for every key of a cache: what was said while the host could not hear is unknown. */
    String ALL_KEYS = "*";

    /**
     * Hears invalidations from all hosts, this one included; before {@link #start}.
     *
     * @param dropped takes a key, or {@link #ALL_KEYS}
     */
    void onInvalidate(String cache, java.util.function.Consumer<String> dropped);

    void start();

    void stop(Duration patience);
}
