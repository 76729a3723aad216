package coop.minga.plugins.payment.stripe;

import com.google.gson.JsonObject;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a request says, in Stripe's way of writing: {@code metadata[a]=b&expand[0]=c}.
 *
 * @param values by whole name, in the order they came
 */
record Form(Map<String, String> values) {

    static Form of(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            if (!pair.isEmpty()) {
                String[] sides = pair.split("=", 2);
                values.put(decoded(sides[0]), sides.length == 2 ? decoded(sides[1]) : "");
            }
        }
        return new Form(values);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Optional<Long> number(String name) {
        return text(name).map(Long::valueOf);
    }

    boolean is(String name) {
        return text(name).filter("true"::equals).isPresent();
    }

    /** Everything below a name, for example all metadata. */
    JsonObject under(String name) {
        JsonObject found = new JsonObject();
        values.forEach((key, value) -> {
            if (key.startsWith(name + "[") && key.endsWith("]")) {
                found.addProperty(key.substring(name.length() + 1, key.length() - 1), value);
            }
        });
        return found;
    }

    List<String> expand() {
        List<String> paths = new ArrayList<>();
        values.forEach((key, value) -> {
            if (key.startsWith("expand[")) {
                paths.add(value);
            }
        });
        return paths;
    }

    /** The names before any bracket. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        values.keySet().forEach(name -> names.add(name.replaceAll("\\[.*", "")));
        return names;
    }
}
