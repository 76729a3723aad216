package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A paid period that renews. */
public record SubscriptionId(UUID value) implements Id {

    @JsonCreator
    public static SubscriptionId parse(String text) {
        return new SubscriptionId(Ids.parse("sub", text));
    }

    @Override
    public String prefix() {
        return "sub";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
