package coop.minga.platform.payments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A card or wallet that a provider keeps for a customer. */
public record MethodId(UUID value) implements Id {

    @JsonCreator
    public static MethodId parse(String text) {
        return new MethodId(Ids.parse("pmt", text));
    }

    @Override
    public String prefix() {
        return "pmt";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
