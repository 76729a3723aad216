package coop.minga.plugin.loader.config;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;
import coop.minga.plugin.loader.Spelling;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Turns raw values (from YAML or JSON) into a {@link ProviderConfig}, or into everything that is
 * wrong with them at once.
 *
 * <p>{@link #read} is strict about types, as the HTTP API is. {@link #readFile} also takes numbers,
 * yes/no and lists written as text, because {@code ${env:PORT}} in a file always is text.
 */
public final class ConfigReader {

    private final ConfigSchema schema;
    private final boolean fromFile;
    private final List<ConfigProblem> problems = new ArrayList<>();

    private ConfigReader(ConfigSchema schema, boolean fromFile) {
        this.schema = schema;
        this.fromFile = fromFile;
    }

    /** Reads values whose types must be right. Absent and null are the same. */
    public static Reading read(ConfigSchema schema, Map<String, ?> raw) {
        return new ConfigReader(schema, false).all(raw);
    }

    /** Reads values of a configuration file, in which any scalar may be written as text. */
    public static Reading readFile(ConfigSchema schema, Map<String, ?> raw) {
        return new ConfigReader(schema, true).all(raw);
    }

    /** What is wrong with a value written as in a configuration file; empty when nothing is. */
    static List<ConfigProblem> problemsOf(Field field, String written) {
        ConfigReader reader = new ConfigReader(ConfigSchema.of(field), true);
        reader.value(field, "/" + field.name(), written);
        return reader.problems;
    }

    private Reading all(Map<String, ?> raw) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Field field : schema.fields()) {
            String pointer = "/" + field.name();
            Object given = raw.get(field.name());
            if (given != null) {
                value(field, pointer, given).ifPresent(v -> values.put(field.name(), v));
            } else if (field.fallback().isPresent()) {
                ConfigReader lenient = new ConfigReader(schema, true);
                lenient.value(field, pointer, field.fallback().get())
                        .ifPresent(v -> values.put(field.name(), v));
                problems.addAll(lenient.problems);
            } else if (field.required()) {
                problem(pointer, "required", "A value is needed.", "Falta un valor.");
            }
        }
        List<String> known = schema.fields().stream().map(Field::name).toList();
        for (Object key : raw.keySet()) {
            String name = String.valueOf(key);
            if (!known.contains(name)) {
                unknown(name, known);
            }
        }
        return problems.isEmpty()
                ? new Reading.Valid(new ProviderConfig(values))
                : new Reading.Invalid(problems);
    }

    private void unknown(String name, List<String> known) {
        Optional<String> hint = Spelling.nearest(name, known);
        problem(
                "/" + name.replace("~", "~0").replace("/", "~1"),
                "unknown-key",
                "There is no such setting"
                        + hint.map(h -> "; did you mean '" + h + "'?").orElse("."),
                "No existe ese ajuste"
                        + hint.map(h -> "; ¿quisiste decir '" + h + "'?").orElse("."));
    }

    private Optional<Object> value(Field field, String pointer, Object raw) {
        return switch (field.type()) {
            case FieldType.Line line -> line(line, pointer, raw);
            case FieldType.Secret secret -> secret(secret, pointer, raw);
            case FieldType.Int range -> integer(range, pointer, raw);
            case FieldType.Decimal range -> decimal(range, pointer, raw);
            case FieldType.Bool _ -> bool(pointer, raw);
            case FieldType.Choice choice -> choice(choice, pointer, raw);
            case FieldType.Span span -> span(span, pointer, raw);
            case FieldType.Url url -> url(url, pointer, raw);
            case FieldType.Lines lines -> lines(field, lines, pointer, raw);
        };
    }

    private Optional<Object> line(FieldType.Line type, String pointer, Object raw) {
        String text = text(pointer, raw);
        if (text == null || !fits(pointer, text, type.maxLength())) {
            return Optional.empty();
        }
        if (text.codePoints().anyMatch(c -> forbidden(c, type.multiline()))) {
            return problem(
                    pointer,
                    "characters",
                    "Line breaks and control characters are not allowed here.",
                    "Aquí no se permiten saltos de línea ni caracteres de control.");
        }
        if (!type.pattern().isEmpty() && !text.matches(type.pattern())) {
            return mismatch(pointer, type.pattern());
        }
        return Optional.of(text);
    }

    private static boolean forbidden(int c, boolean multiline) {
        boolean lineBreak = c == '\n' || c == '\r' || c == '\t';
        return Character.isISOControl(c) && !(multiline && lineBreak);
    }

    private Optional<Object> secret(FieldType.Secret type, String pointer, Object raw) {
        String text = text(pointer, raw);
        if (text == null || !fits(pointer, text, type.maxLength())) {
            return Optional.empty();
        }
        if (text.isEmpty()) {
            return problem(pointer, "required", "A value is needed.", "Falta un valor.");
        }
        if (text.indexOf('\0') >= 0) {
            return problem(
                    pointer,
                    "characters",
                    "A NUL character is not allowed.",
                    "No se permite el carácter NUL.");
        }
        return Optional.of(text);
    }

    private Optional<Object> integer(FieldType.Int type, String pointer, Object raw) {
        BigDecimal number = number(pointer, raw);
        if (number == null) {
            return Optional.empty();
        }
        if (number.stripTrailingZeros().scale() > 0) {
            return problem(
                    pointer, "type", "A whole number is needed.", "Se necesita un número entero.");
        }
        if (outside(number, BigDecimal.valueOf(type.min()), BigDecimal.valueOf(type.max()))) {
            return range(pointer, Long.toString(type.min()), Long.toString(type.max()));
        }
        return Optional.of(number.longValueExact());
    }

    private Optional<Object> decimal(FieldType.Decimal type, String pointer, Object raw) {
        BigDecimal number = number(pointer, raw);
        if (number == null) {
            return Optional.empty();
        }
        if (outside(number, type.min(), type.max())) {
            return range(pointer, type.min().toPlainString(), type.max().toPlainString());
        }
        if (number.stripTrailingZeros().scale() > type.scale()) {
            return problem(
                    pointer,
                    "scale",
                    "At most " + type.scale() + " decimal places are allowed.",
                    "Se permiten como máximo " + type.scale() + " decimales.");
        }
        return Optional.of(number);
    }

    private Optional<Object> bool(String pointer, Object raw) {
        if (raw instanceof Boolean yes) {
            return Optional.of(yes);
        }
        if (fromFile && raw instanceof String text) {
            switch (text.strip().toLowerCase(Locale.ROOT)) {
                case "true":
                    return Optional.of(Boolean.TRUE);
                case "false":
                    return Optional.of(Boolean.FALSE);
                default:
                    break;
            }
        }
        return problem(pointer, "type", "true or false is needed.", "Se necesita true o false.");
    }

    private Optional<Object> choice(FieldType.Choice type, String pointer, Object raw) {
        String text = text(pointer, raw);
        if (text == null) {
            return Optional.empty();
        }
        List<String> values = type.options().stream().map(FieldType.Option::value).toList();
        if (!values.contains(text)) {
            String list = String.join(", ", values);
            Optional<String> hint = Spelling.nearest(text, values);
            return problem(
                    pointer,
                    "choice",
                    "One of " + list + " is needed" + hint.map(h -> "; '" + h + "'?").orElse("."),
                    "Debe ser uno de " + list + hint.map(h -> "; ¿'" + h + "'?").orElse("."));
        }
        return Optional.of(text);
    }

    private Optional<Object> span(FieldType.Span type, String pointer, Object raw) {
        String text = text(pointer, raw);
        if (text == null) {
            return Optional.empty();
        }
        Optional<Duration> span = Durations.of(text);
        if (span.isEmpty()) {
            return problem(
                    pointer,
                    "type",
                    "A length of time is needed, such as 500ms, 30s, 5m, 12h or 7d.",
                    "Se necesita una duración, como 500ms, 30s, 5m, 12h o 7d.");
        }
        if (span.get().compareTo(type.min()) < 0 || span.get().compareTo(type.max()) > 0) {
            return range(pointer, Durations.written(type.min()), Durations.written(type.max()));
        }
        return Optional.of(span.get());
    }

    private Optional<Object> url(FieldType.Url type, String pointer, Object raw) {
        String text = text(pointer, raw);
        if (text == null || !fits(pointer, text, 2000)) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme();
            boolean allowed = type.schemes().contains(scheme.toLowerCase(Locale.ROOT));
            boolean web = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
            if (!allowed || uri.isOpaque() || (web && uri.getHost() == null)) {
                String schemes = String.join(", ", type.schemes());
                return problem(
                        pointer,
                        "url",
                        "A whole address is needed, beginning with " + schemes + "://.",
                        "Se necesita una dirección completa que empiece con " + schemes + "://.");
            }
            if (uri.getRawUserInfo() != null) {
                return problem(
                        pointer,
                        "url",
                        "An address must not hold a user name or password.",
                        "Una dirección no debe llevar usuario ni contraseña.");
            }
            return Optional.of(text);
        } catch (URISyntaxException e) {
            return problem(pointer, "url", "This is not an address.", "Esto no es una dirección.");
        }
    }

    private Optional<Object> lines(Field field, FieldType.Lines type, String pointer, Object raw) {
        List<?> items;
        if (raw instanceof List<?> list) {
            items = list;
        } else if (fromFile && raw instanceof String text) {
            items =
                    text.isBlank()
                            ? List.of()
                            : Arrays.stream(text.split(",")).map(String::strip).toList();
        } else {
            return problem(pointer, "type", "A list is needed.", "Se necesita una lista.");
        }
        if (items.size() > type.maxItems()) {
            return problem(
                    pointer,
                    "length",
                    "At most " + type.maxItems() + " entries are allowed.",
                    "Se permiten como máximo " + type.maxItems() + " entradas.");
        }
        if (items.isEmpty() && field.required()) {
            return problem(
                    pointer,
                    "required",
                    "At least one entry is needed.",
                    "Se necesita al menos una entrada.");
        }
        FieldType.Line each = new FieldType.Line(1000, type.pattern(), false);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Object item = items.get(i) == null ? "" : items.get(i);
            line(each, pointer + "/" + i, item).ifPresent(v -> values.add((String) v));
        }
        return values.size() == items.size() ? Optional.of(List.copyOf(values)) : Optional.empty();
    }

    private @Nullable String text(String pointer, Object raw) {
        if (raw instanceof String text) {
            return text;
        }
        if (fromFile && (raw instanceof Number || raw instanceof Boolean)) {
            return raw.toString();
        }
        problem(pointer, "type", "Text is needed.", "Se necesita texto.");
        return null;
    }

    private @Nullable BigDecimal number(String pointer, Object raw) {
        if (raw instanceof Long || raw instanceof Integer || raw instanceof Short) {
            return BigDecimal.valueOf(((Number) raw).longValue());
        }
        if (raw instanceof BigInteger big && big.bitLength() < 200) {
            return new BigDecimal(big);
        }
        if (raw instanceof BigDecimal big && big.precision() < 60 && Math.abs(big.scale()) < 60) {
            return big;
        }
        if (raw instanceof Double real && Double.isFinite(real)) {
            return new BigDecimal(real.toString());
        }
        if (fromFile && raw instanceof String text && text.matches("-?\\d{1,30}(\\.\\d{1,30})?")) {
            return new BigDecimal(text);
        }
        problem(pointer, "type", "A number is needed.", "Se necesita un número.");
        return null;
    }

    private boolean fits(String pointer, String text, int maxLength) {
        if (text.length() <= maxLength) {
            return true;
        }
        problem(
                pointer,
                "length",
                "At most " + maxLength + " characters are allowed.",
                "Se permiten como máximo " + maxLength + " caracteres.");
        return false;
    }

    private static boolean outside(BigDecimal number, BigDecimal min, BigDecimal max) {
        return number.compareTo(min) < 0 || number.compareTo(max) > 0;
    }

    private Optional<Object> range(String pointer, String min, String max) {
        return problem(
                pointer,
                "range",
                "It must be between " + min + " and " + max + ".",
                "Debe estar entre " + min + " y " + max + ".");
    }

    private Optional<Object> mismatch(String pointer, String pattern) {
        return problem(
                pointer,
                "pattern",
                "It does not have the form expected (" + pattern + ").",
                "No tiene la forma esperada (" + pattern + ").");
    }

    private Optional<Object> problem(String pointer, String code, String english, String spanish) {
        problems.add(new ConfigProblem(pointer, code, Text.of(english, spanish)));
        return Optional.empty();
    }
}
