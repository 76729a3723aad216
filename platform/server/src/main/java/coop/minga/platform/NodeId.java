package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A machine that can carry instances. */
public record NodeId(UUID value) implements Id {

    @JsonCreator
    public static NodeId parse(String text) {
        return new NodeId(Ids.parse("nod", text));
    }

    @Override
    public String prefix() {
        return "nod";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
