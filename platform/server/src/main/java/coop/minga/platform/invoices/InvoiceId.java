package coop.minga.platform.invoices;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A document's id; people know it by its reference. */
public record InvoiceId(UUID value) implements Id {

    @JsonCreator
    public static InvoiceId parse(String text) {
        return new InvoiceId(Ids.parse("inv", text));
    }

    @Override
    public String prefix() {
        return "inv";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
