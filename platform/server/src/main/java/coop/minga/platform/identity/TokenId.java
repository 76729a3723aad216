package coop.minga.platform.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A token for programs. */
public record TokenId(UUID value) implements Id {

    @JsonCreator
    public static TokenId parse(String text) {
        return new TokenId(Ids.parse("tok", text));
    }

    @Override
    public String prefix() {
        return "tok";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
