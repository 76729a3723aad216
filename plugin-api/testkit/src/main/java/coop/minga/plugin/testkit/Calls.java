package coop.minga.plugin.testkit;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Makes calls as the host would. */
public final class Calls {

    private Calls() {}

    /** A call with a fresh key and half a minute. */
    public static Call fresh() {
        return with(key());
    }

    /** A call with the given key and half a minute. */
    public static Call with(IdempotencyKey key) {
        return within(Duration.ofSeconds(30), key);
    }

    public static Call within(Duration time, IdempotencyKey key) {
        return new Call(
                Instant.now().plus(time),
                UUID.randomUUID().toString().replace("-", ""),
                "system",
                key);
    }

    /** A key nobody used. */
    public static IdempotencyKey key() {
        return new IdempotencyKey("t-" + UUID.randomUUID().toString().replace("-", ""));
    }
}
