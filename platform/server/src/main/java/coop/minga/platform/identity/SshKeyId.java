package coop.minga.platform.identity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import coop.minga.platform.Id;
import coop.minga.platform.Ids;

import java.util.UUID;

/** A public key put on machines. */
public record SshKeyId(UUID value) implements Id {

    @JsonCreator
    public static SshKeyId parse(String text) {
        return new SshKeyId(Ids.parse("key", text));
    }

    @Override
    public String prefix() {
        return "key";
    }

    @Override
    @JsonValue
    public String toString() {
        return text();
    }
}
