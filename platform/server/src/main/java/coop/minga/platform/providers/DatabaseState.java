package coop.minga.platform.providers;

import com.fasterxml.jackson.core.JsonProcessingException;

import coop.minga.platform.db.Db;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.StateStore;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A provider's memory in the database, within its limits. */
final class DatabaseState implements StateStore {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._/-]{1,200}");
    private static final int MAX_BYTES = 64 * 1024;
    private static final int MAX_DOCUMENTS = 1000;

    private final Db db;
    private final ProviderStore store;
    private final ProviderRef ref;

    DatabaseState(Db db, ProviderStore store, ProviderRef ref) {
        this.db = db;
        this.store = store;
        this.ref = ref;
    }

    @Override
    public Optional<String> get(String key) {
        return db.read(handle -> store.document(handle, ref, checked(key)));
    }

    @Override
    public void put(String key, String json) {
        requireFits(json);
        db.useTransaction(handle -> {
            if (store.document(handle, ref, checked(key)).isEmpty()) {
                requireRoom(store.documents(handle, ref));
            }
            store.putDocument(handle, ref, key, json);
        });
    }

    @Override
    public boolean putIfAbsent(String key, String json) {
        requireFits(json);
        return db.inTransaction(handle -> {
            if (store.document(handle, ref, checked(key)).isPresent()) {
                return false;
            }
            requireRoom(store.documents(handle, ref));
            return store.putDocumentIfAbsent(handle, ref, key, json);
        });
    }

    @Override
    public void delete(String key) {
        db.useTransaction(handle -> store.deleteDocument(handle, ref, checked(key)));
    }

    @Override
    public List<String> keys(String prefix) {
        return db.read(handle -> store.keys(handle, ref, prefix));
    }

    private static void requireFits(String json) {
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES || json.indexOf('\0') >= 0) {
            throw limit("A document has at most 64 KiB and no NUL");
        }
        try {
            coop.minga.platform.http.Json.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new ProviderException(
                    ProviderException.Code.INVALID_REQUEST, "A document must be JSON", e);
        }
    }

    private static void requireRoom(int documents) {
        if (documents >= MAX_DOCUMENTS) {
            throw limit("There are at most 1,000 documents");
        }
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
