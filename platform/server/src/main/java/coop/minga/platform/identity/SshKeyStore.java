package coop.minga.platform.identity;

import coop.minga.platform.TeamId;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.List;

final class SshKeyStore {

    /** A key as it is stored. */
    record Row(
            SshKeyId id,
            String name,
            String algorithm,
            String publicKey,
            String fingerprint,
            Instant createdAt) {}

    List<Row> ofTeam(Handle handle, TeamId team) {
        return handle.createQuery(
                        """
                        SELECT id, name, algorithm, public_key, fingerprint, created_at
                        FROM ssh_keys WHERE team_id = :team ORDER BY id DESC
                        """)
                .bind("team", team)
                .mapTo(Row.class)
                .list();
    }

    /** Makes changes to the team's keys wait for each other until the transaction ends. */
    void lockTeam(Handle handle, TeamId team) {
        handle.createQuery("SELECT id FROM teams WHERE id = :team FOR NO KEY UPDATE")
                .bind("team", team)
                .mapTo(TeamId.class)
                .one();
    }

    void insert(Handle handle, TeamId team, Row key) {
        handle.createUpdate(
                        """
                        INSERT INTO ssh_keys
                            (id, team_id, name, algorithm, public_key, fingerprint, created_at)
                        VALUES (:id, :team, :name, :algorithm, :key, :fingerprint, :now)
                        """)
                .bind("id", key.id())
                .bind("team", team)
                .bind("name", key.name())
                .bind("algorithm", key.algorithm())
                .bind("key", key.publicKey())
                .bind("fingerprint", key.fingerprint())
                .bind("now", key.createdAt())
                .execute();
    }

    boolean delete(Handle handle, TeamId team, SshKeyId id) {
        return handle.createUpdate("DELETE FROM ssh_keys WHERE id = :id AND team_id = :team")
                        .bind("id", id)
                        .bind("team", team)
                        .execute()
                == 1;
    }
}
