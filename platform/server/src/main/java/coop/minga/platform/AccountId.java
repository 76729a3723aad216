package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A person who signs in. */
public record AccountId(UUID value) implements Id {

    @JsonCreator
    public static AccountId parse(String text) {
        return new AccountId(Ids.parse("acc", text));
    }

    @Override
    public String prefix() {
        return "acc";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
