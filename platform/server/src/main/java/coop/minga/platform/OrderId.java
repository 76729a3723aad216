package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** An order. */
public record OrderId(UUID value) implements Id {

    @JsonCreator
    public static OrderId parse(String text) {
        return new OrderId(Ids.parse("ord", text));
    }

    @Override
    public String prefix() {
        return "ord";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
