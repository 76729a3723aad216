package coop.minga.plugins.payment.sandbox;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fact about a payment, as it is stored: a flat document of short strings.
 *
 * @param what which fact
 * @param values plain characters only, so that no escape is ever needed
 */
record Step(What what, Map<String, String> values) {

    private static final Pattern PAIR =
            Pattern.compile("\"([a-z]+)\"\\s*:\\s*\"([A-Za-z0-9._:-]*)\"");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:-]*");

    /** What happened. */
    enum What {
        STARTED,
        CARD_CHOSEN,
        STEP_ANSWERED,
        CAPTURED,
        CANCELED,
        REFUNDED,
        DISPUTE_OPENED,
        DISPUTE_ANSWERED,
        DISPUTE_ACCEPTED,
        REMOVED
    }

    Step {
        values = Map.copyOf(values);
        for (String value : values.values()) {
            if (!PLAIN.matcher(value).matches()) {
                throw new IllegalArgumentException("Not a plain value");
            }
        }
    }

    static Step of(What what, Instant at) {
        return new Step(what, Map.of("at", at.toString()));
    }

    Step with(String name, String value) {
        Map<String, String> more = new TreeMap<>(values);
        more.put(name, value);
        return new Step(what, more);
    }

    Step with(String name, long value) {
        return with(name, Long.toString(value));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException(what + " has no " + name);
        }
        return value;
    }

    long number(String name) {
        return Long.parseLong(text(name));
    }

    Instant at() {
        return Instant.parse(text("at"));
    }

    String write() {
        StringBuilder json = new StringBuilder("{\"what\":\"").append(what).append('"');
        new TreeMap<>(values)
                .forEach((name, value) ->
                        json.append(",\"").append(name).append("\":\"").append(value).append('"'));
        return json.append('}').toString();
    }

    /** The store may have ordered and spaced the document anew. */
    static Step read(String json) {
        Map<String, String> values = new TreeMap<>();
        Matcher matcher = PAIR.matcher(json);
        while (matcher.find()) {
            values.put(matcher.group(1), matcher.group(2));
        }
        String what = values.remove("what");
        if (what == null) {
            throw new IllegalStateException("Not a fact: " + json);
        }
        return new Step(What.valueOf(what), values);
    }
}
