package coop.minga.plugins.payment.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;

import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** One thing written down: names and texts. */
record Doc(Map<String, String> values) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    Doc {
        values = Map.copyOf(values);
    }

    static Doc at(Instant time) {
        return new Doc(Map.of("at", time.toString()));
    }

    static Doc read(String json) {
        try {
            return new Doc(MAPPER.readValue(json, new TypeReference<Map<String, String>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not something we wrote", e);
        }
    }

    String written() {
        try {
            return MAPPER.writeValueAsString(new TreeMap<>(values));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts can always be written", e);
        }
    }

    Doc with(String name, String value) {
        Map<String, String> more = new TreeMap<>(values);
        more.put(name, value);
        return new Doc(more);
    }

    Doc with(Money money) {
        return with("minor", Long.toString(money.minor()))
                .with("asset", money.asset().code())
                .with("scale", Integer.toString(money.asset().scale()));
    }

    String text(String name) {
        return values.getOrDefault(name, "");
    }

    Instant at() {
        return Instant.parse(text("at"));
    }

    Money money() {
        return Money.of(
                Long.parseLong(text("minor")),
                new Asset(text("asset"), Integer.parseInt(text("scale"))));
    }
}
