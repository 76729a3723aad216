package coop.minga.plugin.testkit;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.StateStore;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A state store in memory with the limits of the real one. Thread-safe. */
public final class MemoryStateStore implements StateStore {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._/-]{1,200}");
    private static final int MAX_DOCUMENTS = 1000;
    private static final int MAX_BYTES = 64 * 1024;

    private final TreeMap<String, String> documents = new TreeMap<>();

    @Override
    public synchronized Optional<String> get(String key) {
        return Optional.ofNullable(documents.get(checked(key)));
    }

    @Override
    public synchronized void put(String key, String json) {
        write(key, json);
    }

    @Override
    public synchronized boolean putIfAbsent(String key, String json) {
        if (documents.containsKey(checked(key))) {
            return false;
        }
        write(key, json);
        return true;
    }

    @Override
    public synchronized void delete(String key) {
        documents.remove(checked(key));
    }

    @Override
    public synchronized List<String> keys(String prefix) {
        return documents.tailMap(prefix).keySet().stream()
                .takeWhile(key -> key.startsWith(prefix))
                .limit(MAX_DOCUMENTS)
                .toList();
    }

    private void write(String key, String json) {
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw limit("A document has at most 64 KiB");
        }
        if (!documents.containsKey(checked(key)) && documents.size() >= MAX_DOCUMENTS) {
            throw limit("There are at most 1,000 documents");
        }
        documents.put(key, json);
    }

    private static String checked(String key) {
        if (!KEY.matcher(key).matches()) {
            throw limit("A key must match " + KEY);
        }
        return key;
    }

    private static ProviderException limit(String message) {
        return new ProviderException(ProviderException.Code.LIMIT, message);
    }
}
