package coop.minga.platform.billing;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** The SQL of policies. */
final class PolicyStore {

    /** A policy as JSON, with its version. */
    record Row(String policy, long version) {}

    Optional<Row> find(Handle handle, String name) {
        return handle.createQuery(
                        """
                        SELECT policy::text AS policy, version FROM billing_policies
                         WHERE name = :name
                        """)
                .bind("name", name)
                .map((row, context) -> new Row(row.getString("policy"), row.getLong("version")))
                .findOne();
    }

    /**
     * Writes the next version.
     *
     * @param version the one that was seen; 0 for none
     * @return whether it is still that one
     */
    boolean save(Handle handle, String name, String policy, long version, Instant at) {
        return handle.createUpdate(
                                """
                                INSERT INTO billing_policies AS p (name, policy, updated_at)
                                SELECT :name, :policy::jsonb, :at
                                 WHERE :version = 0 OR EXISTS (
                                       SELECT 1 FROM billing_policies WHERE name = :name)
                                    ON CONFLICT (name) DO UPDATE
                                   SET policy = excluded.policy, version = p.version + 1,
                                       updated_at = excluded.updated_at
                                 WHERE p.version = :version
                                """)
                        .bind("name", name)
                        .bind("policy", policy)
                        .bind("version", version)
                        .bind("at", at.atOffset(ZoneOffset.UTC))
                        .execute()
                == 1;
    }
}
