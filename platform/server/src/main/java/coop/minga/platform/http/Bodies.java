package coop.minga.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;

import coop.minga.platform.MingaException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Collection;
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

    private static MingaException unknownKey(UnrecognizedPropertyException e) {
        String key = Objects.requireNonNullElse(e.getPropertyName(), "?");
        Collection<Object> known = e.getKnownPropertyIds();
        String nearest = nearest(key, known);
        String english = "The key '" + key + "' is not known here.";
        String spanish = "La clave '" + key + "' no se conoce aquí.";
        if (nearest != null) {
            english += " Did you mean '" + nearest + "'?";
            spanish += " ¿Quisiste decir '" + nearest + "'?";
        }
        return MingaException.invalid(pointer(e), "unknown-key", english, spanish);
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
