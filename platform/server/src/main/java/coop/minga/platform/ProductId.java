package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A product on the shelf. */
public record ProductId(UUID value) implements Id {

    @JsonCreator
    public static ProductId parse(String text) {
        return new ProductId(Ids.parse("prd", text));
    }

    @Override
    public String prefix() {
        return "prd";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
