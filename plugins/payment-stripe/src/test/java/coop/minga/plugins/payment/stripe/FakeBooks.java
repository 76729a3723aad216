package coop.minga.plugins.payment.stripe;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Everything the fake knows, by id; the newest last. Guarded by the fake's lock. */
final class FakeBooks {

    private static final List<String> FILTERS =
            List.of("customer", "payment_intent", "transfer_group", "charge");

    private final Map<String, JsonObject> objects = new LinkedHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    /** Starts an object; {@code null} values are written as such. */
    JsonObject make(String prefix, String object, long created, boolean live) {
        String id = prefix + "_" + String.format("%06d", numbers.incrementAndGet());
        JsonObject made = new JsonObject();
        made.addProperty("id", id);
        made.addProperty("object", object);
        made.addProperty("created", created);
        made.addProperty("livemode", live);
        objects.put(id, made);
        return made;
    }

    JsonObject get(String id) {
        JsonObject found = objects.get(id);
        if (found == null) {
            throw FakeRefusal.missing(id);
        }
        return found;
    }

    List<JsonObject> all(String object) {
        return objects.values().stream().filter(o -> text(o, "object").equals(object)).toList();
    }

    static String text(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() || !value.isJsonPrimitive()
                ? ""
                : value.getAsString();
    }

    static long number(JsonObject object, String name) {
        return object.get(name).getAsLong();
    }

    static void none(JsonObject object, String... names) {
        for (String name : names) {
            object.add(name, JsonNull.INSTANCE);
        }
    }

    /** One page, the newest first. */
    JsonObject list(String object, String url, Form form) {
        List<JsonObject> found = new ArrayList<>();
        for (JsonObject each : all(object).reversed()) {
            long created = number(each, "created");
            boolean fits =
                    form.number("created[gte]").filter(from -> created < from).isEmpty()
                            && form.number("created[lt]").filter(to -> created >= to).isEmpty();
            for (String filter : FILTERS) {
                fits &=
                        form.text(filter)
                                .filter(wanted -> !wanted.equals(text(each, filter)))
                                .isEmpty();
            }
            if (fits) {
                found.add(each);
            }
        }
        int begin =
                form.text("starting_after").map(after -> found.indexOf(get(after)) + 1).orElse(0);
        int end = Math.min(found.size(), begin + form.number("limit").orElse(10L).intValue());
        JsonArray data = new JsonArray();
        found.subList(begin, end).forEach(each -> data.add(each.deepCopy()));
        JsonObject list = new JsonObject();
        list.addProperty("object", "list");
        list.addProperty("url", url);
        list.addProperty("has_more", end < found.size());
        list.add("data", data);
        return list;
    }

    /** A copy in which the named ids are replaced by what they name. */
    JsonObject expanded(JsonObject object, List<String> paths) {
        JsonObject copy = object.deepCopy();
        paths.forEach(path -> expand(copy, List.of(path.split("\\."))));
        return copy;
    }

    private void expand(JsonObject object, List<String> path) {
        if (path.isEmpty()) {
            return;
        }
        List<String> rest = path.subList(1, path.size());
        JsonElement value = object.get(path.getFirst());
        if (value instanceof JsonArray array) {
            array.forEach(each -> expand(each.getAsJsonObject(), rest));
        } else if (value instanceof JsonObject inner) {
            expand(inner, rest);
        } else if (value != null && value.isJsonPrimitive()) {
            JsonObject inner = get(value.getAsString()).deepCopy();
            expand(inner, rest);
            object.add(path.getFirst(), inner);
        }
    }
}
