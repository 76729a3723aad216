package coop.minga.plugins.payment.paypal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.StateStore;

import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was asked of PayPal under which key, written before it is asked: PayPal lets nobody look up
 * an order by a name of ours. Thread-safe over all hosts on one database.
 *
 * <p>The store is small, so the oldest entries are forgotten. By then the host has long had its
 * answer and asks by PayPal's own ids.
 */
final class Journal {

    /** What an entry is about. */
    enum About {
        PAYMENT("pay/"),
        REFUND("rfd/"),
        PAYOUT("out/"),
        /** What we know of an order that PayPal does not tell. */
        VERDICT("verdict/");

        private final String prefix;

        About(String prefix) {
            this.prefix = prefix;
        }
    }

    /** The store takes 1,000 documents; some room for those who write at once. */
    private static final int FULL = 850;

    private static final int FORGOTTEN_AT_ONCE = 200;

    private final StateStore store;
    private final Clock clock;

    Journal(StateStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    Optional<JsonNode> find(About about, String name) {
        return store.get(about.prefix + name).map(Json::read).filter(JsonNode::isObject);
    }

    /**
     * Claims a key for these inputs.
     *
     * @return what is written there: the inputs, or what somebody wrote before, with whatever
     *     became known since
     * @throws ProviderException {@code IDEMPOTENCY_MISMATCH} when it was claimed for something else
     */
    JsonNode claim(About about, IdempotencyKey key, ObjectNode inputs) {
        Optional<JsonNode> there = find(about, key.value());
        if (there.isEmpty()) {
            makeRoom();
            ObjectNode entry = inputs.deepCopy().put("at", clock.instant().toString());
            if (store.putIfAbsent(about.prefix + key.value(), Json.text(entry))) {
                return entry;
            }
            there = find(about, key.value());
        }
        JsonNode entry =
                there.orElseThrow(() ->
                        new ProviderException(Code.UNAVAILABLE, "The journal was just emptied"));
        Set<java.util.Map.Entry<String, JsonNode>> wanted = inputs.properties();
        if (wanted.stream()
                .anyMatch(input -> !input.getValue().equals(entry.path(input.getKey())))) {
            throw new ProviderException(
                    Code.IDEMPOTENCY_MISMATCH,
                    "Key " + key + " was used before for something else");
        }
        return entry;
    }

    /** Adds what PayPal said. */
    void learn(About about, IdempotencyKey key, String name, String value) {
        find(about, key.value())
                .filter(entry -> !entry.path(name).asText("").equals(value))
                .ifPresent(entry ->
                        store.put(
                                about.prefix + key.value(),
                                Json.text(((ObjectNode) entry.deepCopy()).put(name, value))));
    }

    /** Writes down what PayPal will not tell again. */
    void note(About about, String name, ObjectNode entry) {
        makeRoom();
        store.put(about.prefix + name, Json.text(entry.put("at", clock.instant().toString())));
    }

    /** The entry in which a field has a value; reads them all. */
    Optional<Found> search(About about, String field, String value) {
        return store.keys(about.prefix).stream()
                .map(key ->
                        new Found(
                                key.substring(about.prefix.length()),
                                Json.read(store.get(key).orElse(""))))
                .filter(found -> found.entry().path(field).asText("").equals(value))
                .findFirst();
    }

    /**
     * @param name under which it is kept
     */
    record Found(String name, JsonNode entry) {}

    static Instant at(JsonNode entry) {
        return Instant.parse(entry.path("at").asText("1970-01-01T00:00:00Z"));
    }

    private void makeRoom() {
        List<String> keys = store.keys("");
        if (keys.size() < FULL) {
            return;
        }
        keys.stream()
                .map(key -> new Found(key, Json.read(store.get(key).orElse(""))))
                .sorted(Comparator.comparing(found -> at(found.entry())))
                .limit(FORGOTTEN_AT_ONCE)
                .forEach(found -> store.delete(found.name()));
    }
}
