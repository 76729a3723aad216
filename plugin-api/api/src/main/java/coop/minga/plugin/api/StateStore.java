package coop.minga.plugin.api;

import java.util.List;
import java.util.Optional;

/**
 * A provider's memory: at most 1,000 documents of at most 64 KiB each, shared by all hosts on one
 * database.
 *
 * <p>Keys match {@code [A-Za-z0-9._/-]{1,200}}. Every method throws {@link ProviderException} with
 * {@code LIMIT} when a limit is exceeded.
 */
public interface StateStore {

    /** The document, or empty. */
    Optional<String> get(String key);

    /** Writes a JSON document, replacing any. */
    void put(String key, String json);

    /**
     * Writes only where nothing is stored yet; the way to claim something once over all hosts.
     *
     * @return whether this call wrote it
     */
    boolean putIfAbsent(String key, String json);

    /** Deletes; absent is success. */
    void delete(String key);

    /** Keys with this prefix in order, at most 1,000. */
    List<String> keys(String prefix);
}
