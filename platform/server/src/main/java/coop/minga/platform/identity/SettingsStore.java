package coop.minga.platform.identity;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.Optional;

final class SettingsStore {

    /** A JSON value with its version. */
    record Stored(String value, long version) {}

    Optional<Stored> find(Handle handle, String key) {
        return handle.createQuery(
                        "SELECT CAST(value AS text) AS value, version FROM settings WHERE key ="
                                + " :key")
                .bind("key", key)
                .mapTo(Stored.class)
                .findOne();
    }

    /** Writes the first version. */
    boolean insert(Handle handle, String key, String value, Instant now) {
        return handle.createUpdate(
                                """
                                INSERT INTO settings (key, value, updated_at)
                                VALUES (:key, CAST(:value AS jsonb), :now) ON CONFLICT (key) DO NOTHING
                                """)
                        .bind("key", key)
                        .bind("value", value)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    /**
     * @return false when the version is another one by now
     */
    boolean update(Handle handle, String key, String value, long version, Instant now) {
        return handle.createUpdate(
                                """
                                UPDATE settings
                                SET value = CAST(:value AS jsonb), version = version + 1,
                                    updated_at = :now
                                WHERE key = :key AND version = :version
                                """)
                        .bind("key", key)
                        .bind("value", value)
                        .bind("version", version)
                        .bind("now", now)
                        .execute()
                == 1;
    }
}
