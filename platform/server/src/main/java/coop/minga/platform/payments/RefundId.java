package coop.minga.platform.payments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** Money of a payment given back. */
public record RefundId(UUID value) implements Id {

    @JsonCreator
    public static RefundId parse(String text) {
        return new RefundId(Ids.parse("rfd", text));
    }

    @Override
    public String prefix() {
        return "rfd";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
