package coop.minga.platform.wallet;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A gift code's id; the code itself is what is handed out. */
public record GiftCodeId(UUID value) implements Id {

    @JsonCreator
    public static GiftCodeId parse(String text) {
        return new GiftCodeId(Ids.parse("gft", text));
    }

    @Override
    public String prefix() {
        return "gft";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
