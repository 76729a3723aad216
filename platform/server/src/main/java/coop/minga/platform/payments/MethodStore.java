package coop.minga.platform.payments;

import static coop.minga.platform.payments.PaymentStore.utc;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.payment.Mode;

import org.jdbi.v3.core.Handle;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** The rows of saved methods. */
final class MethodStore {

    private static final String SELECT = "SELECT m.* FROM payment_methods m ";

    void insert(Handle handle, StoredMethod method, Instant checkAt) {
        handle.createUpdate(
                        """
                        INSERT INTO payment_methods
                               (id, team_id, account_id, provider, mode, provider_key, state,
                                next_check_at, created_at, updated_at)
                        VALUES (:id, :team, :account, :provider, :mode, :key, :state,
                                :checkAt, :at, :at)
                        """)
                .bind("id", method.id())
                .bind("team", method.team())
                .bind("account", method.account())
                .bind("provider", method.provider())
                .bind("mode", method.mode().name().toLowerCase(Locale.ROOT))
                .bind("key", method.key().value())
                .bind("state", method.state().id())
                .bind("checkAt", utc(checkAt))
                .bind("at", utc(method.createdAt()))
                .execute();
    }

    Optional<StoredMethod> find(Handle handle, MethodId id) {
        return one(handle, id, "");
    }

    /** The method, which nobody else changes until the transaction ends. */
    Optional<StoredMethod> lock(Handle handle, MethodId id) {
        return one(handle, id, " FOR UPDATE");
    }

    private static Optional<StoredMethod> one(Handle handle, MethodId id, String lock) {
        return handle.createQuery(SELECT + "WHERE m.id = :id" + lock)
                .bind("id", id)
                .map((row, context) -> method(row))
                .findOne();
    }

    /** What is being saved under a key, or by what the provider calls the saving. */
    Optional<MethodId> by(Handle handle, String provider, String keyOrSetup) {
        return handle.createQuery(
                        """
                        SELECT id FROM payment_methods
                         WHERE provider = :provider
                           AND (provider_key = :name OR setup_handle = :name)
                        """)
                .bind("provider", provider)
                .bind("name", keyOrSetup)
                .mapTo(MethodId.class)
                .findOne();
    }

    /** Those of a team that are or may become of use, the default first. */
    List<StoredMethod> ofTeam(Handle handle, TeamId team, Instant declinedSince) {
        return handle.createQuery(
                        SELECT
                                + """
                                WHERE m.team_id = :team AND m.state NOT IN ('removing', 'removed')
                                  AND (m.state <> 'declined' OR m.updated_at > :since)
                                ORDER BY m.is_default DESC, m.created_at, m.id LIMIT 100
                                """)
                .bind("team", team)
                .bind("since", utc(declinedSince))
                .map((row, context) -> method(row))
                .list();
    }

    /** Locks all rows of a team, so that there is one default at a time. */
    void lockTeam(Handle handle, TeamId team) {
        handle.createQuery(
                        """
                        SELECT id FROM payment_methods WHERE team_id = :team ORDER BY id FOR UPDATE
                        """)
                .bind("team", team)
                .mapTo(UUID.class)
                .list();
    }

    boolean move(Handle handle, MethodId id, MethodState from, MethodState to, Instant at) {
        return handle.createUpdate(
                                """
                                UPDATE payment_methods SET state = :to, updated_at = :at
                                 WHERE id = :id AND state = :from
                                """)
                        .bind("id", id)
                        .bind("from", from.id())
                        .bind("to", to.id())
                        .bind("at", utc(at))
                        .execute()
                == 1;
    }

    void update(
            Handle handle,
            MethodId id,
            StoredMethod.Standing now,
            boolean isDefault,
            Instant soon,
            Instant at) {
        handle.createUpdate(
                        """
                        UPDATE payment_methods
                           SET state = :state, reason = :reason, setup_handle = :setup,
                               handle = :handle, label = :label, expires = :expires,
                               fingerprint = :fingerprint, action_kind = :actionKind,
                               action_url = :actionUrl, is_default = :isDefault,
                               next_check_at = CASE WHEN :open
                                                    THEN coalesce(next_check_at, :soon) END,
                               updated_at = :at
                         WHERE id = :id
                        """)
                .bind("id", id)
                .bind("state", now.state().id())
                .bind("reason", now.reason())
                .bind("setup", now.setup())
                .bind("handle", now.handle())
                .bind("label", now.label())
                .bind("expires", now.expires())
                .bind("fingerprint", now.fingerprint())
                .bind("actionKind", now.actionKind())
                .bind("actionUrl", now.actionUrl())
                .bind("isDefault", isDefault)
                .bind("open", now.state().isOpen())
                .bind("soon", utc(soon))
                .bind("at", utc(at))
                .execute();
    }

    void setDefault(Handle handle, TeamId team, MethodId id) {
        handle.createUpdate(
                        """
                        UPDATE payment_methods SET is_default = false
                         WHERE team_id = :team AND is_default AND id <> :id
                        """)
                .bind("team", team)
                .bind("id", id)
                .execute();
        handle.createUpdate("UPDATE payment_methods SET is_default = true WHERE id = :id")
                .bind("id", id)
                .execute();
    }

    List<MethodId> due(Handle handle, Instant now, int limit) {
        return handle.createQuery(
                        """
                        SELECT id FROM payment_methods WHERE next_check_at <= :now
                         ORDER BY next_check_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        """)
                .bind("now", utc(now))
                .bind("limit", limit)
                .mapTo(MethodId.class)
                .list();
    }

    void checked(Handle handle, MethodId id, int checks, Instant nextAt) {
        handle.createUpdate(
                        """
                        UPDATE payment_methods SET checks = :checks, next_check_at = :next
                         WHERE id = :id
                        """)
                .bind("id", id)
                .bind("checks", checks)
                .bind("next", utc(nextAt))
                .execute();
    }

    private static StoredMethod method(ResultSet row) throws SQLException {
        return new StoredMethod(
                new MethodId(row.getObject("id", UUID.class)),
                new TeamId(row.getObject("team_id", UUID.class)),
                new AccountId(row.getObject("account_id", UUID.class)),
                row.getString("provider"),
                Mode.valueOf(row.getString("mode").toUpperCase(Locale.ROOT)),
                new IdempotencyKey(row.getString("provider_key")),
                new StoredMethod.Standing(
                        MethodState.of(row.getString("state")),
                        row.getString("reason"),
                        row.getString("setup_handle"),
                        row.getString("handle"),
                        row.getString("label"),
                        row.getString("expires"),
                        row.getString("fingerprint"),
                        row.getString("action_kind"),
                        row.getString("action_url")),
                row.getBoolean("is_default"),
                row.getInt("checks"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
