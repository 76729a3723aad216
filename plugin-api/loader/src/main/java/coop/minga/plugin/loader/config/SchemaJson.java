package coop.minga.plugin.loader.config;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A configuration schema as a JSON Schema (draft 2020-12) of plain maps and lists, with titles in
 * one language.
 *
 * <p>Beside the standard words: {@code x-secret} (write-only), {@code x-order} (position), {@code
 * x-group}, {@code x-advanced}, {@code x-unit}, {@code x-placeholder}, {@code format: textarea},
 * and for durations {@code format: duration-short} with {@code x-minimum} and {@code x-maximum}.
 */
public final class SchemaJson {

    private SchemaJson() {}

    /**
     * @param language ISO 639-1; English where a text is missing
     */
    public static Map<String, Object> of(ConfigSchema schema, String language) {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        int order = 0;
        for (Field field : schema.fields()) {
            properties.put(field.name(), property(field, order++, language));
            if (field.required() && field.fallback().isEmpty()) {
                required.add(field.name());
            }
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("type", "object");
        root.put("additionalProperties", false);
        root.put("properties", properties);
        root.put("required", required);
        root.put("x-version", schema.version());
        return root;
    }

    private static Map<String, Object> property(Field field, int order, String language) {
        Map<String, Object> node = new LinkedHashMap<>();
        describe(field.type(), node, language);
        node.put("title", field.label().in(language));
        putText(node, "description", field.help(), language);
        field.fallback().ifPresent(written -> node.put("default", value(field.type(), written)));
        node.put("x-order", order);
        if (!field.group().isEmpty()) {
            node.put("x-group", field.group());
        }
        if (field.advanced()) {
            node.put("x-advanced", true);
        }
        return node;
    }

    private static void putText(Map<String, Object> node, String key, Text text, String language) {
        String words = text.in(language);
        if (!words.isEmpty()) {
            node.put(key, words);
        }
    }

    private static void describe(FieldType type, Map<String, Object> node, String language) {
        switch (type) {
            case FieldType.Line line -> {
                node.put("type", "string");
                node.put("maxLength", line.maxLength());
                putPattern(node, line.pattern());
                if (line.multiline()) {
                    node.put("format", "textarea");
                }
            }
            case FieldType.Secret secret -> {
                node.put("type", "string");
                node.put("maxLength", secret.maxLength());
                node.put("writeOnly", true);
                node.put("x-secret", true);
            }
            case FieldType.Int range -> {
                node.put("type", "integer");
                node.put("minimum", range.min());
                node.put("maximum", range.max());
                if (!range.unit().isEmpty()) {
                    node.put("x-unit", range.unit());
                }
            }
            case FieldType.Decimal range -> {
                node.put("type", "number");
                node.put("minimum", range.min());
                node.put("maximum", range.max());
                node.put("multipleOf", BigDecimal.ONE.movePointLeft(range.scale()));
            }
            case FieldType.Bool _ -> node.put("type", "boolean");
            case FieldType.Choice choice -> {
                node.put("type", "string");
                node.put(
                        "oneOf",
                        choice.options().stream()
                                .map(option -> {
                                    Map<String, Object> entry = new LinkedHashMap<>();
                                    entry.put("const", option.value());
                                    entry.put("title", option.label().in(language));
                                    return entry;
                                })
                                .toList());
            }
            case FieldType.Span span -> {
                node.put("type", "string");
                node.put("format", "duration-short");
                node.put("pattern", "^" + Durations.PATTERN + "$");
                node.put("x-placeholder", Durations.written(span.min()));
                node.put("x-minimum", Durations.written(span.min()));
                node.put("x-maximum", Durations.written(span.max()));
            }
            case FieldType.Url url -> {
                node.put("type", "string");
                node.put("format", "uri");
                node.put("maxLength", 2000);
                node.put("x-schemes", url.schemes());
            }
            case FieldType.Lines lines -> {
                Map<String, Object> items = new LinkedHashMap<>();
                items.put("type", "string");
                putPattern(items, lines.pattern());
                node.put("type", "array");
                node.put("items", items);
                node.put("maxItems", lines.maxItems());
            }
        }
    }

    private static void putPattern(Map<String, Object> node, String pattern) {
        if (!pattern.isEmpty()) {
            node.put("pattern", "^(?:" + pattern + ")$");
        }
    }

    private static Object value(FieldType type, String written) {
        return switch (type) {
            case FieldType.Int _ -> Long.parseLong(written);
            case FieldType.Decimal _ -> new BigDecimal(written);
            case FieldType.Bool _ -> Boolean.parseBoolean(written.toLowerCase(Locale.ROOT));
            case FieldType.Lines _ ->
                    written.isBlank()
                            ? List.of()
                            : Arrays.stream(written.split(",")).map(String::strip).toList();
            case FieldType.Line _,
                    FieldType.Secret _,
                    FieldType.Choice _,
                    FieldType.Span _,
                    FieldType.Url _ ->
                    written;
        };
    }
}
