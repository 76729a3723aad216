package coop.minga.platform.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A signed-in browser. */
public record SessionId(UUID value) implements Id {

    @JsonCreator
    public static SessionId parse(String text) {
        return new SessionId(Ids.parse("ses", text));
    }

    @Override
    public String prefix() {
        return "ses";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
