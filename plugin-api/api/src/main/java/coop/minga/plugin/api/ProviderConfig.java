package coop.minga.plugin.api;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Values that passed a {@linkplain coop.minga.plugin.api.config.ConfigSchema schema}: defaults
 * filled in, secrets resolved. {@link #toString()} shows names only.
 *
 * <p>Values are held as the schema types them: {@code String} (text, secret, choice, URL), {@code
 * Long}, {@code BigDecimal}, {@code Boolean}, {@code Duration}, {@code List<String>}.
 */
public final class ProviderConfig {

    private final Map<String, Object> values;

    public ProviderConfig(Map<String, Object> values) {
        this.values = Map.copyOf(values);
    }

    public static ProviderConfig empty() {
        return new ProviderConfig(Map.of());
    }

    public Set<String> names() {
        return values.keySet();
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public String text(String name) {
        return required(name, String.class);
    }

    public Optional<String> optionalText(String name) {
        return Optional.ofNullable((String) values.get(name));
    }

    public long integer(String name) {
        return required(name, Long.class);
    }

    public BigDecimal decimal(String name) {
        return required(name, BigDecimal.class);
    }

    public boolean bool(String name) {
        return required(name, Boolean.class);
    }

    public Duration duration(String name) {
        return required(name, Duration.class);
    }

    public URI url(String name) {
        return URI.create(required(name, String.class));
    }

    @SuppressWarnings("unchecked")
    public List<String> list(String name) {
        return required(name, List.class);
    }

    private <T> T required(String name, Class<T> type) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "No value for '" + name + "': ask only for names in your schema");
        }
        return type.cast(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProviderConfig that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "ProviderConfig" + new TreeMap<>(values).keySet();
    }
}
