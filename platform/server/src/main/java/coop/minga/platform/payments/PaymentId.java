package coop.minga.platform.payments;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A payment from outside. */
public record PaymentId(UUID value) implements Id {

    @JsonCreator
    public static PaymentId parse(String text) {
        return new PaymentId(Ids.parse("pay", text));
    }

    @Override
    public String prefix() {
        return "pay";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
