package coop.minga.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;

import coop.minga.platform.MingaException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/** Reads JSON bodies and says precisely what is wrong with one. */
final class Bodies {

    private Bodies() {}

    static <T> T read(byte[] body, Class<T> type) {
        if (body.length == 0) {
            throw MingaException.invalid(
                    "",
                    "missing-body",
                    "A JSON body is needed.",
                    "Hace falta un cuerpo en formato JSON.");
        }
        try {
            T value = Json.mapper().readValue(body, type);
            if (value == null) {
                throw MingaException.invalid(
                        "",
                        "wrong-type",
                        "The body must be a JSON object.",
                        "El cuerpo debe ser un objeto JSON.");
            }
            requireAll(value, "");
            return value;
        } catch (UnrecognizedPropertyException e) {
            throw unknownKey(e);
        } catch (StreamConstraintsException e) {
            throw MingaException.invalid(
                    "",
                    "too-complex",
                    "The JSON is nested too deeply or holds a number or name that is too long.",
                    "El JSON tiene demasiados niveles, o un número o nombre demasiado largo.");
        } catch (JsonMappingException e) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                if (t instanceof MingaException minga) {
                    throw at(pointer(e), minga);
                }
            }
            requireKnown(body, type);
            throw MingaException.invalid(
                    pointer(e),
                    "wrong-type",
                    "The value at " + where(e) + " does not have the right form.",
                    "El valor en " + where(e) + " no tiene la forma correcta.");
        } catch (JsonProcessingException e) {
            throw MingaException.invalid(
                    "",
                    "malformed",
                    "This is not valid JSON (line " + line(e) + "), or a key appears twice.",
                    "Esto no es JSON válido (línea "
                            + line(e)
                            + "), o una clave aparece dos veces.");
        } catch (IOException e) {
            throw new IllegalStateException("Reading from memory failed", e);
        }
    }

    private static long line(JsonProcessingException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    private static MingaException at(String pointer, MingaException cause) {
        if (!cause.problems().isEmpty()) {
            return cause;
        }
        return MingaException.invalid(
                java.util.List.of(
                        new MingaException.Problem(pointer, cause.code().code(), cause.text())));
    }

    /**
     * A record's component that is neither {@code @Nullable} nor {@code Optional} must have a
     * value; Jackson itself leaves null where a key is missing.
     */
    private static void requireAll(Object value, String pointer) {
        if (value instanceof Collection<?> items) {
            int i = 0;
            for (Object item : items) {
                if (item == null) {
                    throw missing(pointer + "/" + i);
                }
                requireAll(item, pointer + "/" + i++);
            }
        } else if (value instanceof Record record) {
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                String path = pointer + "/" + snake(component.getName());
                Object part = read(component, record);
                if (part != null) {
                    requireAll(part, path);
                } else if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    throw missing(path);
                }
            }
        }
    }

    private static @Nullable Object read(RecordComponent component, Record record) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("A record's accessor cannot fail", e);
        }
    }

    private static MingaException missing(String pointer) {
        String name = pointer.substring(1);
        return MingaException.invalid(
                pointer, "missing", "'" + name + "' is missing.", "Falta '" + name + "'.");
    }

    /**
     * Jackson reports a missing number before the misspelt key that was meant; the key is what
     * helps.
     */
    private static void requireKnown(byte[] body, Class<?> type) {
        if (!type.isRecord()) {
            return;
        }
        JsonNode tree;
        try {
            tree = Json.mapper().readTree(body);
        } catch (IOException e) {
            return;
        }
        List<Object> known = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            known.add(snake(component.getName()));
        }
        for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw unknownKey("/" + name.replace("~", "~0").replace("/", "~1"), name, known);
            }
        }
        for (RecordComponent component : type.getRecordComponents()) {
            String name = snake(component.getName());
            if (component.getType().isPrimitive() && tree.isObject() && !tree.has(name)) {
                throw missing("/" + name);
            }
        }
    }

    private static String snake(String camel) {
        return PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(camel);
    }

    private static MingaException unknownKey(UnrecognizedPropertyException e) {
        String key = Objects.requireNonNullElse(e.getPropertyName(), "?");
        return unknownKey(pointer(e), key, e.getKnownPropertyIds());
    }

    private static MingaException unknownKey(
            String pointer, String key, @Nullable Collection<Object> known) {
        String nearest = nearest(key, known);
        String english = "The key '" + key + "' is not known here.";
        String spanish = "La clave '" + key + "' no se conoce aquí.";
        if (nearest != null) {
            english += " Did you mean '" + nearest + "'?";
            spanish += " ¿Quisiste decir '" + nearest + "'?";
        }
        return MingaException.invalid(pointer, "unknown-key", english, spanish);
    }

    private static @Nullable String nearest(String key, @Nullable Collection<Object> known) {
        String best = null;
        int bestDistance = 3;
        for (Object candidate : known == null ? java.util.List.of() : known) {
            int distance = distance(key, candidate.toString());
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate.toString();
            }
        }
        return best;
    }

    /** Levenshtein's, for short names. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + change);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    private static String where(JsonMappingException e) {
        String pointer = pointer(e);
        return pointer.isEmpty() ? "/" : pointer;
    }

    private static String pointer(JsonMappingException e) {
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            pointer.append('/');
            pointer.append(
                    step.getFieldName() != null
                            ? step.getFieldName().replace("~", "~0").replace("/", "~1")
                            : Integer.toString(step.getIndex()));
        }
        return pointer.toString();
    }
}
