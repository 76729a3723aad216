package coop.minga.plugin.api.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of a form, in the order shown.
 *
 * @param version grows when the meaning of stored values changes
 * @param fields each name once
 */
public record ConfigSchema(int version, List<Field> fields) {

    public ConfigSchema {
        fields = List.copyOf(fields);
        Set<String> seen = new HashSet<>();
        for (Field field : fields) {
            if (!seen.add(field.name())) {
                throw new IllegalArgumentException(
                        "Field '" + field.name() + "' appears twice in the schema");
            }
        }
    }

    public static ConfigSchema empty() {
        return new ConfigSchema(1, List.of());
    }

    public static ConfigSchema of(Field... fields) {
        return new ConfigSchema(1, List.of(fields));
    }

    public ConfigSchema with(Field field) {
        List<Field> more = new ArrayList<>(fields);
        more.add(field);
        return new ConfigSchema(version, more);
    }

    public Optional<Field> field(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }

    /** Whether somebody has to fill something in before this can be used. */
    public boolean needsValues() {
        return fields.stream().anyMatch(field -> field.required() && field.fallback().isEmpty());
    }
}
