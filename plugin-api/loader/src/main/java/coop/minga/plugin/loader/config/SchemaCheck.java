package coop.minga.plugin.loader.config;

import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Whether a schema makes sense: bounds in order, patterns that compile, defaults that fit. */
public final class SchemaCheck {

    private SchemaCheck() {}

    /** What is wrong, one sentence each, in English: it is the plugin's author who reads it. */
    public static List<String> problems(ConfigSchema schema) {
        List<String> problems = new ArrayList<>();
        if (schema.version() < 1) {
            problems.add("version must be 1 or more");
        }
        for (Field field : schema.fields()) {
            String typeProblem = problem(field.type());
            if (!typeProblem.isEmpty()) {
                problems.add("'" + field.name() + "': " + typeProblem);
            } else if (field.fallback().isPresent()) {
                for (ConfigProblem p : ConfigReader.problemsOf(field, field.fallback().get())) {
                    problems.add("'" + field.name() + "': its default is refused: " + p.message());
                }
            }
        }
        return problems;
    }

    private static String problem(FieldType type) {
        return switch (type) {
            case FieldType.Line line ->
                    line.maxLength() < 1 || line.maxLength() > 65_536
                            ? "the length must be 1 to 65536"
                            : pattern(line.pattern());
            case FieldType.Secret secret ->
                    secret.maxLength() < 1 || secret.maxLength() > 65_536
                            ? "the length must be 1 to 65536"
                            : "";
            case FieldType.Int range -> range.min() > range.max() ? "the bounds are crossed" : "";
            case FieldType.Decimal range ->
                    range.min().compareTo(range.max()) > 0 || range.scale() < 0
                            ? "the bounds are crossed"
                            : "";
            case FieldType.Bool _ -> "";
            case FieldType.Choice choice -> choice(choice);
            case FieldType.Span span ->
                    span.min().isNegative() || span.min().compareTo(span.max()) > 0
                            ? "the bounds are crossed"
                            : "";
            case FieldType.Url url -> url.schemes().isEmpty() ? "no scheme is allowed" : "";
            case FieldType.Lines lines ->
                    lines.maxItems() < 1 ? "no entry is allowed" : pattern(lines.pattern());
        };
    }

    private static String choice(FieldType.Choice choice) {
        if (choice.options().isEmpty()) {
            return "there is nothing to choose";
        }
        HashSet<String> seen = new HashSet<>();
        for (FieldType.Option option : choice.options()) {
            if (!seen.add(option.value())) {
                return "the option '" + option.value() + "' is there twice";
            }
        }
        return "";
    }

    private static String pattern(String pattern) {
        try {
            Pattern.compile(pattern);
            return "";
        } catch (PatternSyntaxException e) {
            return "the pattern cannot be read: " + e.getDescription();
        }
    }
}
