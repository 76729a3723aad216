package coop.minga.platform;

import java.util.UUID;

/**
 * A typed id. Inside it is a UUIDv7; outside it is {@code <prefix>_<26 characters of base32>},
 * which {@link #toString()} gives. Each kind is a record with one component {@code UUID value} and
 * a static {@code parse(String)}.
 */
public interface Id {

    UUID value();

    /** Three or four lower-case letters, for example {@code ins}. */
    String prefix();

    default String text() {
        return prefix() + "_" + Ids.encode(value());
    }
}
