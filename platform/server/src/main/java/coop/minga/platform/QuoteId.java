package coop.minga.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.UUID;

/** A price promised for 15 minutes. */
public record QuoteId(UUID value) implements Id {

    @JsonCreator
    public static QuoteId parse(String text) {
        return new QuoteId(Ids.parse("quo", text));
    }

    @Override
    public String prefix() {
        return "quo";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
