package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Role;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

final class AccountStore {

    private static final String SELECT =
            """
            SELECT a.id, t.id AS team_id, a.email, a.email_key, a.name, a.locale, a.roles, a.state,
                   a.password_hash, a.totp_secret, a.totp_confirmed_at, a.totp_last_step,
                   a.created_at, a.last_login_at, a.last_login_address
            FROM accounts a JOIN teams t ON t.personal_of = a.id
            """;

    /**
     * @return false when the address is taken
     */
    boolean insert(
            Handle handle,
            AccountId id,
            Email email,
            String name,
            String locale,
            Set<Role> roles,
            String passwordHash,
            Instant now) {
        return handle.createUpdate(
                                """
                                INSERT INTO accounts
                                    (id, email, email_key, name, locale, roles, password_hash, created_at)
                                VALUES (:id, :email, :key, :name, :locale, :roles, :hash, :now)
                                ON CONFLICT (email_key) DO NOTHING
                                """)
                        .bind("id", id)
                        .bind("email", email.address())
                        .bind("key", email.key())
                        .bind("name", name)
                        .bind("locale", locale)
                        .bindArray("roles", String.class, RoleSets.ids(roles))
                        .bind("hash", passwordHash)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    void insertPersonalTeam(
            Handle handle, TeamId team, AccountId account, String name, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO teams (id, name, personal_of, created_at)
                        VALUES (:team, :name, :account, :now)
                        """)
                .bind("team", team)
                .bind("name", name)
                .bind("account", account)
                .bind("now", now)
                .execute();
    }

    Optional<AccountRow> byEmail(Handle handle, String emailKey) {
        return handle.createQuery(SELECT + "WHERE a.email_key = :key")
                .bind("key", emailKey)
                .mapTo(AccountRow.class)
                .findOne();
    }

    Optional<AccountRow> find(Handle handle, AccountId id) {
        return handle.createQuery(SELECT + "WHERE a.id = :id")
                .bind("id", id)
                .mapTo(AccountRow.class)
                .findOne();
    }

    List<AccountRow> findAll(Handle handle, Collection<AccountId> ids) {
        return handle.createQuery(SELECT + "WHERE a.id = ANY(:ids)")
                .bindArray("ids", UUID.class, ids.stream().map(AccountId::value).toList())
                .mapTo(AccountRow.class)
                .list();
    }

    /** The same, held until the transaction ends. */
    Optional<AccountRow> lock(Handle handle, AccountId id) {
        return handle.createQuery(SELECT + "WHERE a.id = :id FOR NO KEY UPDATE OF a")
                .bind("id", id)
                .mapTo(AccountRow.class)
                .findOne();
    }

    Optional<TeamId> personalTeam(Handle handle, AccountId account) {
        return handle.createQuery("SELECT id FROM teams WHERE personal_of = :account")
                .bind("account", account)
                .mapTo(TeamId.class)
                .findOne();
    }

    Optional<AccountId> ownerOf(Handle handle, TeamId team) {
        return handle.createQuery("SELECT personal_of FROM teams WHERE id = :team")
                .bind("team", team)
                .mapTo(AccountId.class)
                .findOne();
    }

    void touchLogin(Handle handle, AccountId id, String address, Instant now) {
        handle.createUpdate(
                        """
                        UPDATE accounts SET last_login_at = :now, last_login_address = :address
                        WHERE id = :id
                        """)
                .bind("id", id)
                .bind("now", now)
                .bind("address", address)
                .execute();
    }

    void updateProfile(Handle handle, AccountId id, String name, String locale) {
        handle.createUpdate("UPDATE accounts SET name = :name, locale = :locale WHERE id = :id")
                .bind("id", id)
                .bind("name", name)
                .bind("locale", locale)
                .execute();
    }

    void updatePassword(Handle handle, AccountId id, String hash) {
        handle.createUpdate("UPDATE accounts SET password_hash = :hash WHERE id = :id")
                .bind("id", id)
                .bind("hash", hash)
                .execute();
    }

    void updateState(Handle handle, AccountId id, String state) {
        handle.createUpdate("UPDATE accounts SET state = :state WHERE id = :id")
                .bind("id", id)
                .bind("state", state)
                .execute();
    }

    void updateRoles(Handle handle, AccountId id, Set<Role> roles) {
        handle.createUpdate("UPDATE accounts SET roles = :roles WHERE id = :id")
                .bind("id", id)
                .bindArray("roles", String.class, RoleSets.ids(roles))
                .execute();
    }

    /** Active super admins beside one account, held until the transaction ends. */
    int lockOtherSuperAdmins(Handle handle, AccountId id) {
        return handle.createQuery(
                        """
                        SELECT id FROM accounts
                        WHERE 'super_admin' = ANY (roles) AND state = 'active' AND id <> :id
                        ORDER BY id FOR NO KEY UPDATE
                        """)
                .bind("id", id)
                .mapTo(AccountId.class)
                .list()
                .size();
    }

    /** A secret to be confirmed; what was confirmed before is gone. */
    void beginTotp(Handle handle, AccountId id, byte[] sealedSecret) {
        handle.createUpdate(
                        """
                        UPDATE accounts
                        SET totp_secret = :secret, totp_confirmed_at = NULL, totp_last_step = 0
                        WHERE id = :id
                        """)
                .bind("id", id)
                .bind("secret", sealedSecret)
                .execute();
    }

    void confirmTotp(Handle handle, AccountId id, Instant now) {
        handle.createUpdate("UPDATE accounts SET totp_confirmed_at = :now WHERE id = :id")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    void removeTotp(Handle handle, AccountId id) {
        handle.createUpdate(
                        """
                        UPDATE accounts SET totp_secret = NULL, totp_confirmed_at = NULL
                        WHERE id = :id
                        """)
                .bind("id", id)
                .execute();
        handle.createUpdate("DELETE FROM recovery_codes WHERE account_id = :id")
                .bind("id", id)
                .execute();
    }

    /** Marks a step as used; false when it, or a later one, already was. */
    boolean useStep(Handle handle, AccountId id, long step) {
        return handle.createUpdate(
                                """
                                UPDATE accounts SET totp_last_step = :step
                                WHERE id = :id AND totp_last_step < :step
                                """)
                        .bind("id", id)
                        .bind("step", step)
                        .execute()
                == 1;
    }

    void replaceRecoveryCodes(Handle handle, AccountId id, List<byte[]> hashes) {
        handle.createUpdate("DELETE FROM recovery_codes WHERE account_id = :id")
                .bind("id", id)
                .execute();
        for (byte[] hash : hashes) {
            handle.createUpdate(
                            "INSERT INTO recovery_codes (account_id, code_hash) VALUES (:id,"
                                    + " :hash)")
                    .bind("id", id)
                    .bind("hash", hash)
                    .execute();
        }
    }

    /** Marks a recovery code as used; false when there is no such unused code. */
    boolean useRecoveryCode(Handle handle, AccountId id, byte[] hash, Instant now) {
        return handle.createUpdate(
                                """
                                UPDATE recovery_codes SET used_at = :now
                                WHERE account_id = :id AND code_hash = :hash AND used_at IS NULL
                                """)
                        .bind("id", id)
                        .bind("hash", hash)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    int recoveryCodesLeft(Handle handle, AccountId id) {
        return handle.createQuery(
                        """
                        SELECT count(*) FROM recovery_codes
                        WHERE account_id = :id AND used_at IS NULL
                        """)
                .bind("id", id)
                .mapTo(Integer.class)
                .one();
    }

    /**
     * Newest first.
     *
     * @param query part of a name or address; empty for all
     * @param before only older ones; null from the start
     */
    List<AccountRow> search(Handle handle, String query, @Nullable AccountId before, int limit) {
        String pattern =
                "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
        return handle.createQuery(
                        SELECT
                                + """
                                WHERE (:query = '' OR a.email ILIKE :pattern OR a.name ILIKE :pattern)
                                  AND (CAST(:before AS uuid) IS NULL OR a.id < :before)
                                ORDER BY a.id DESC LIMIT :limit
                                """)
                .bind("query", query)
                .bind("pattern", pattern)
                .bind("before", before == null ? null : before.value())
                .bind("limit", limit)
                .mapTo(AccountRow.class)
                .list();
    }
}
