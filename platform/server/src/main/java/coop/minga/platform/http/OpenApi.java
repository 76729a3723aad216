package coop.minga.platform.http;

import coop.minga.platform.Id;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Describes the route table as OpenAPI 3.1: what the dispatcher enforces is what the document says.
 */
public final class OpenApi {

    private final Map<String, Object> schemas = new TreeMap<>();

    private OpenApi() {}

    /** The whole document as a tree of maps and lists, in a stable order. */
    public static Map<String, Object> describe(RouteTable table) {
        return new OpenApi().document(table);
    }

    private Map<String, Object> document(RouteTable table) {
        Map<String, Map<String, Object>> paths = new TreeMap<>();
        for (Route route : table.routes()) {
            String method =
                    route.method().equals("*") ? "post" : route.method().toLowerCase(Locale.ROOT);
            paths.computeIfAbsent(route.path(), key -> new TreeMap<>())
                    .put(method, operation(route));
        }
        schemas.put("Problem", schemaOfRecord(Problems.Problem.class));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put(
                "info",
                Map.of(
                        "title", "Minga",
                        "version", "1",
                        "description",
                                "Errors are application/problem+json. Writes by a browser session"
                                        + " need a same-origin Origin; tokens are sent as"
                                        + " Authorization: Bearer."));
        document.put("paths", paths);
        document.put(
                "components",
                Map.of(
                        "schemas",
                        schemas,
                        "securitySchemes",
                        Map.of(
                                "session",
                                        Map.of("type", "apiKey", "in", "cookie", "name", "minga"),
                                "token", Map.of("type", "http", "scheme", "bearer"))));
        return document;
    }

    private Map<String, Object> operation(Route route) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("summary", route.summary());
        List<Object> parameters = new ArrayList<>();
        for (String segment : route.path().split("/")) {
            if (segment.startsWith("{")) {
                parameters.add(parameter(segment.substring(1, segment.length() - 1), "path", true));
            }
        }
        route.queryNames().stream()
                .sorted()
                .forEach(name -> parameters.add(parameter(name, "query", false)));
        if (route.needsKey()) {
            parameters.add(parameter("Idempotency-Key", "header", true));
        }
        if (!parameters.isEmpty()) {
            operation.put("parameters", parameters);
        }
        Class<?> body = route.bodyType();
        if (body != null) {
            operation.put(
                    "requestBody",
                    Map.of(
                            "required",
                            true,
                            "content",
                            Map.of("application/json", Map.of("schema", schema(body)))));
        }
        Map<String, Object> responses = new TreeMap<>();
        for (Map.Entry<Integer, Class<?>> answer : route.answers().entrySet()) {
            Map<String, Object> response = new LinkedHashMap<>();
            response.put("description", description(answer.getKey()));
            if (answer.getValue() != Void.class) {
                response.put(
                        "content",
                        Map.of("application/json", Map.of("schema", schema(answer.getValue()))));
            }
            responses.put(Integer.toString(answer.getKey()), response);
        }
        responses.put(
                "default",
                Map.of(
                        "description",
                        "A problem",
                        "content",
                        Map.of(
                                "application/problem+json",
                                Map.of("schema", Map.of("$ref", "#/components/schemas/Problem")))));
        operation.put("responses", responses);
        switch (route.access()) {
            case Access.Everyone everyone -> operation.put("security", List.of());
            case Access.SignedIn signedIn -> {
                operation.put(
                        "security",
                        List.of(Map.of("session", List.of()), Map.of("token", List.of())));
                operation.put("x-scope", signedIn.scope());
            }
            case Access.AnyOf anyOf -> {
                operation.put(
                        "security",
                        List.of(Map.of("session", List.of()), Map.of("token", List.of())));
                operation.put("x-scope", "admin");
                operation.put("x-roles", anyOf.roles().stream().map(Role::id).sorted().toList());
            }
        }
        return operation;
    }

    private static Map<String, Object> parameter(String name, String in, boolean required) {
        Map<String, Object> parameter = new LinkedHashMap<>();
        parameter.put("name", name);
        parameter.put("in", in);
        parameter.put("required", required);
        parameter.put("schema", Map.of("type", "string"));
        return parameter;
    }

    private static String description(int status) {
        return switch (status) {
            case 200 -> "Here it is";
            case 201 -> "Made";
            case 202 -> "Begun; ask for its state";
            case 204 -> "Done";
            default -> "See the status";
        };
    }

    private Map<String, Object> schema(Type type) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type[] arguments = generic.getActualTypeArguments();
            if (Collection.class.isAssignableFrom(raw)) {
                return Map.of("type", "array", "items", schema(arguments[0]));
            }
            if (Map.class.isAssignableFrom(raw)) {
                return Map.of("type", "object", "additionalProperties", schema(arguments[1]));
            }
            if (raw == Optional.class) {
                return schema(arguments[0]);
            }
            return raw.isRecord() ? reference(raw) : Map.of();
        }
        if (!(type instanceof Class<?> plain)) {
            return Map.of();
        }
        if (plain == String.class || Id.class.isAssignableFrom(plain) || plain == Duration.class) {
            return Map.of("type", "string");
        }
        if (plain == Instant.class) {
            return Map.of("type", "string", "format", "date-time");
        }
        if (plain == int.class
                || plain == Integer.class
                || plain == long.class
                || plain == Long.class) {
            return Map.of(
                    "type",
                    "integer",
                    "format",
                    plain == int.class || plain == Integer.class ? "int32" : "int64");
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return Map.of("type", "boolean");
        }
        if (plain == BigDecimal.class) {
            return Map.of("type", "number");
        }
        if (plain.isEnum()) {
            List<String> values = new ArrayList<>();
            for (Object constant : plain.getEnumConstants()) {
                values.add(Json.mapper().convertValue(constant, String.class));
            }
            return Map.of("type", "string", "enum", values);
        }
        return plain.isRecord() ? reference(plain) : Map.of();
    }

    private Map<String, Object> reference(Class<?> record) {
        String name = record.getSimpleName();
        Class<?> outer = record.getEnclosingClass();
        if (outer != null) {
            name = outer.getSimpleName() + name;
        }
        if (!schemas.containsKey(name)) {
            schemas.put(name, Map.of());
            schemas.put(name, schemaOfRecord(record));
        }
        return Map.of("$ref", "#/components/schemas/" + name);
    }

    private Map<String, Object> schemaOfRecord(Class<?> record) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : record.getRecordComponents()) {
            String name = snake(component.getName());
            properties.put(name, schema(component.getGenericType()));
            boolean optional =
                    component.getAnnotatedType().isAnnotationPresent(Nullable.class)
                            || Set.of(Optional.class).contains(component.getType());
            if (!optional) {
                required.add(name);
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    private static String snake(String camel) {
        StringBuilder name = new StringBuilder();
        for (char c : camel.toCharArray()) {
            if (Character.isUpperCase(c)) {
                name.append('_').append(Character.toLowerCase(c));
            } else {
                name.append(c);
            }
        }
        return name.toString();
    }
}
