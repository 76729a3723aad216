package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** The owner of instances, wallet and invoices; every account has a personal team. */
public record TeamId(UUID value) implements Id {

    @JsonCreator
    public static TeamId parse(String text) {
        return new TeamId(Ids.parse("tea", text));
    }

    @Override
    public String prefix() {
        return "tea";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
