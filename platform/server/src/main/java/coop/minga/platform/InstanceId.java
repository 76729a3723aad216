package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A machine sold to a team. */
public record InstanceId(UUID value) implements Id {

    @JsonCreator
    public static InstanceId parse(String text) {
        return new InstanceId(Ids.parse("ins", text));
    }

    @Override
    public String prefix() {
        return "ins";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
