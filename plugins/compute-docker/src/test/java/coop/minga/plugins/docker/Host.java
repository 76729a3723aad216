package coop.minga.plugins.docker;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Metrics;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.StateStore;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** A host with its memory in a map: what survives a restart is what two backends share. */
final class Host implements ProviderContext {
    final Map<String, String> documents = new ConcurrentSkipListMap<>();
    final Set<IdempotencyKey> changed = ConcurrentHashMap.newKeySet();
    private final String id;
    private final Path data;

    Host(String id, Path data) {
        this.id = id;
        this.data = data;
    }

    static Call call() {
        return call(UUID.randomUUID().toString());
    }

    static Call call(String key) {
        return call(key, Duration.ofSeconds(60));
    }

    static Call call(String key, Duration within) {
        return new Call(
                Instant.now().plus(within), "0".repeat(32), "system", new IdempotencyKey(key));
    }

    /** The schema's defaults with these values over them. */
    static ProviderConfig config(Map<String, Object> values) {
        Map<String, Object> all = new HashMap<>();
        for (Field field : DockerConfig.SCHEMA.fields()) {
            field.fallback().ifPresent(text -> all.put(field.name(), value(field.type(), text)));
        }
        all.putAll(values);
        return new ProviderConfig(all);
    }

    private static Object value(FieldType type, String text) {
        return switch (type) {
            case FieldType.Int i -> Long.valueOf(text);
            case FieldType.Decimal d -> new BigDecimal(text);
            case FieldType.Bool b -> Boolean.valueOf(text);
            case FieldType.Span s -> Duration.parse("PT" + text.toUpperCase(java.util.Locale.ROOT));
            case FieldType.Lines l -> List.of(text);
            case FieldType.Line l -> text;
            case FieldType.Secret s -> text;
            case FieldType.Choice c -> text;
            case FieldType.Url u -> text;
        };
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public String hostId() {
        return id;
    }

    @Override
    public Clock clock() {
        return Clock.systemUTC();
    }

    @Override
    public Logger logger() {
        return LoggerFactory.getLogger("docker");
    }

    @Override
    public Metrics metrics() {
        return new Metrics() {
            @Override
            public void count(String name, long amount) {}

            @Override
            public void time(String name, Duration duration) {}
        };
    }

    @Override
    public Http http() {
        throw new AssertionError("The Docker backend has no business with HTTP elsewhere");
    }

    @Override
    public StateStore state() {
        return new StateStore() {
            @Override
            public Optional<String> get(String key) {
                return Optional.ofNullable(documents.get(key));
            }

            @Override
            public void put(String key, String json) {
                documents.put(key, json);
            }

            @Override
            public boolean putIfAbsent(String key, String json) {
                return documents.putIfAbsent(key, json) == null;
            }

            @Override
            public void delete(String key) {
                documents.remove(key);
            }

            @Override
            public List<String> keys(String prefix) {
                return documents.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
            }
        };
    }

    @Override
    public Path dataDirectory() {
        return data;
    }

    @Override
    public URI publicUrl() {
        return URI.create("http://localhost:8080");
    }

    @Override
    public void changed(IdempotencyKey key) {
        changed.add(key);
    }
}
