package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A plan of a product. */
public record PlanId(UUID value) implements Id {

    @JsonCreator
    public static PlanId parse(String text) {
        return new PlanId(Ids.parse("pln", text));
    }

    @Override
    public String prefix() {
        return "pln";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
