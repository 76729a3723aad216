package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import java.io.IOException;
import java.io.Reader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The engine's published description, to hold requests against. */
final class EngineSpec {
    private final Map<String, Object> spec;

    private EngineSpec(Map<String, Object> spec) {
        this.spec = spec;
    }

    /** Found through {@code MINGA_TEST_SPECS}. */
    static Optional<EngineSpec> found() throws IOException {
        String folder = System.getenv("MINGA_TEST_SPECS");
        if (folder == null || !Files.exists(Path.of(folder, "docker", "v1.41.yaml"))) {
            return Optional.empty();
        }
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(8 << 20);
        try (Reader file = Files.newBufferedReader(Path.of(folder, "docker", "v1.41.yaml"))) {
            return Optional.of(new EngineSpec(new Yaml(new SafeConstructor(options)).load(file)));
        }
    }

    /** What is wrong with a request; empty when it is as described. */
    List<String> problems(EngineRelay.Asked asked) throws IOException {
        String[] parts = asked.target().split("\\?", 2);
        String path = parts[0].replaceFirst("^/v1\\.41", "");
        if (path.equals(parts[0]) && !path.equals("/version")) {
            return List.of(asked.target() + " names no version");
        }
        for (Map.Entry<String, Object> entry : map(spec.get("paths")).entrySet()) {
            String pattern =
                    Pattern.quote(entry.getKey())
                            .replace("{name}", "\\E.+\\Q")
                            .replaceAll("\\{[a-z]+}", "\\\\E[^/]+\\\\Q");
            Object operation = map(entry.getValue()).get(asked.method().toLowerCase());
            if (operation != null && path.matches(pattern)) {
                return problems(asked, parts.length > 1 ? parts[1] : "", map(operation));
            }
        }
        return List.of(asked.method() + " " + path + " is not described");
    }

    private List<String> problems(
            EngineRelay.Asked asked, String query, Map<String, Object> operation)
            throws IOException {
        List<String> problems = new ArrayList<>();
        Map<String, Map<String, Object>> known = new HashMap<>();
        Map<String, Object> body = Map.of();
        for (Object item : (List<?>) operation.getOrDefault("parameters", List.of())) {
            Map<String, Object> parameter = map(item);
            if ("query".equals(parameter.get("in"))) {
                known.put((String) parameter.get("name"), parameter);
            } else if ("body".equals(parameter.get("in"))) {
                body = map(parameter.getOrDefault("schema", Map.of()));
            }
        }
        for (String pair : query.isEmpty() ? new String[0] : query.split("&")) {
            String name = pair.split("=", 2)[0];
            String value = URLDecoder.decode(pair.split("=", 2)[1], StandardCharsets.UTF_8);
            if (!known.containsKey(name)) {
                problems.add(asked.target() + ": no query parameter " + name);
            } else if ("boolean".equals(known.get(name).get("type"))
                    && !List.of("0", "1", "true", "false").contains(value)) {
                problems.add(asked.target() + ": " + name + " is no boolean");
            }
        }
        String text = asked.text();
        if (text.startsWith("{")) {
            compare(asked.target(), Json.MAPPER.readTree(text), body, problems);
        }
        return problems;
    }

    private void compare(
            String at, JsonNode value, Map<String, Object> schema, List<String> problems) {
        Map<String, Object> resolved = resolved(schema);
        if (value.isObject()) {
            Map<String, Object> properties = map(resolved.getOrDefault("properties", Map.of()));
            Object others = resolved.get("additionalProperties");
            value.properties()
                    .forEach(field -> {
                        Object property = properties.get(field.getKey());
                        if (property != null) {
                            compare(
                                    at + "/" + field.getKey(),
                                    field.getValue(),
                                    map(property),
                                    problems);
                        } else if (others instanceof Map<?, ?> other) {
                            compare(
                                    at + "/" + field.getKey(),
                                    field.getValue(),
                                    map(other),
                                    problems);
                        } else if (others == null) {
                            problems.add(at + ": no field " + field.getKey());
                        }
                    });
        } else if (value.isArray()) {
            Map<String, Object> items = map(resolved.getOrDefault("items", Map.of()));
            value.forEach(item -> compare(at + "[]", item, items, problems));
        } else {
            Object type = resolved.get("type");
            boolean fits =
                    type == null
                            || (type.equals("string") && value.isTextual())
                            || (type.equals("integer") && value.isIntegralNumber())
                            || (type.equals("number") && value.isNumber())
                            || (type.equals("boolean") && value.isBoolean());
            if (!fits) {
                problems.add(at + ": " + value + " is no " + type);
            }
            if (resolved.get("enum") instanceof List<?> values
                    && !values.contains(value.asText())) {
                problems.add(at + ": " + value + " is not one of " + values);
            }
        }
    }

    /** With references followed and {@code allOf} put together. */
    private Map<String, Object> resolved(Map<String, Object> schema) {
        Map<String, Object> all = new HashMap<>(schema);
        if (schema.get("$ref") instanceof String reference) {
            String name = reference.replace("#/definitions/", "");
            all.putAll(resolved(map(map(spec.get("definitions")).get(name))));
        }
        if (schema.get("allOf") instanceof List<?> parts) {
            Map<String, Object> properties = new HashMap<>();
            for (Object part : parts) {
                properties.putAll(map(resolved(map(part)).getOrDefault("properties", Map.of())));
            }
            all.put("properties", properties);
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
