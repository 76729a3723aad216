package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Sessions and API tokens: what requests are let in by. */
final class SessionStore {

    /** A session of an active account that has not run out. */
    record LiveSession(
            SessionId id,
            AccountId accountId,
            TeamId teamId,
            Set<String> roles,
            String locale,
            boolean totp,
            boolean secondFactor,
            Instant lastSeenAt,
            Instant expiresAt) {}

    /** A token of an active account that has not run out. */
    record LiveToken(
            TokenId id,
            AccountId accountId,
            TeamId teamId,
            Set<String> roles,
            String locale,
            boolean totp,
            Set<String> scopes,
            @Nullable Instant lastUsedAt,
            @Nullable Instant expiresAt) {}

    /** A session as its owner sees it. */
    record SessionRow(
            SessionId id,
            String address,
            String userAgent,
            Instant createdAt,
            Instant lastSeenAt,
            Instant expiresAt) {}

    /** A token as its owner sees it. */
    record TokenRow(
            TokenId id,
            String name,
            String hint,
            List<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    private static final String LIVE_SESSION =
            """
            SELECT s.id, s.account_id, t.id AS team_id, a.roles, a.locale,
                   a.totp_confirmed_at IS NOT NULL AS totp, s.second_factor, s.last_seen_at,
                   s.expires_at
            FROM sessions s
            JOIN accounts a ON a.id = s.account_id
            JOIN teams t ON t.personal_of = a.id
            WHERE a.state = 'active' AND s.expires_at > :now AND s.last_seen_at > :idle_since
            """;

    private static final String LIVE_TOKEN =
            """
            SELECT k.id, k.account_id, t.id AS team_id, a.roles, a.locale,
                   a.totp_confirmed_at IS NOT NULL AS totp, k.scopes, k.last_used_at, k.expires_at
            FROM api_tokens k
            JOIN accounts a ON a.id = k.account_id
            JOIN teams t ON t.personal_of = a.id
            WHERE a.state = 'active' AND (k.expires_at IS NULL OR k.expires_at > :now)
            """;

    void insertSession(
            Handle handle,
            SessionId id,
            AccountId account,
            byte[] tokenHash,
            boolean secondFactor,
            Caller caller,
            Instant now,
            Instant expires) {
        handle.createUpdate(
                        """
                        INSERT INTO sessions (id, account_id, token_hash, second_factor, address,
                                              user_agent, created_at, last_seen_at, expires_at)
                        VALUES (:id, :account, :hash, :second_factor, :address, :agent, :now, :now,
                                :expires)
                        """)
                .bind("id", id)
                .bind("account", account)
                .bind("hash", tokenHash)
                .bind("second_factor", secondFactor)
                .bind("address", caller.address())
                .bind("agent", caller.userAgent())
                .bind("now", now)
                .bind("expires", expires)
                .execute();
    }

    Optional<LiveSession> liveSession(
            Handle handle, byte[] tokenHash, Instant now, Instant idleSince) {
        return handle.createQuery(LIVE_SESSION + "AND s.token_hash = :hash")
                .bind("hash", tokenHash)
                .bind("now", now)
                .bind("idle_since", idleSince)
                .mapTo(LiveSession.class)
                .findOne();
    }

    Optional<LiveSession> liveSession(Handle handle, SessionId id, Instant now, Instant idleSince) {
        return handle.createQuery(LIVE_SESSION + "AND s.id = :id")
                .bind("id", id)
                .bind("now", now)
                .bind("idle_since", idleSince)
                .mapTo(LiveSession.class)
                .findOne();
    }

    Optional<LiveToken> liveToken(Handle handle, byte[] tokenHash, Instant now) {
        return handle.createQuery(LIVE_TOKEN + "AND k.token_hash = :hash")
                .bind("hash", tokenHash)
                .bind("now", now)
                .mapTo(LiveToken.class)
                .findOne();
    }

    Optional<LiveToken> liveToken(Handle handle, TokenId id, Instant now) {
        return handle.createQuery(LIVE_TOKEN + "AND k.id = :id")
                .bind("id", id)
                .bind("now", now)
                .mapTo(LiveToken.class)
                .findOne();
    }

    void touchSession(Handle handle, SessionId id, Instant now) {
        handle.createUpdate("UPDATE sessions SET last_seen_at = :now WHERE id = :id")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    void touchToken(Handle handle, TokenId id, Instant now) {
        handle.createUpdate("UPDATE api_tokens SET last_used_at = :now WHERE id = :id")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    /** The session ended by its cookie, with its account. */
    record Ended(SessionId id, AccountId accountId) {}

    Optional<Ended> endByToken(Handle handle, byte[] tokenHash) {
        return handle.createQuery(
                        "DELETE FROM sessions WHERE token_hash = :hash RETURNING id, account_id")
                .bind("hash", tokenHash)
                .mapTo(Ended.class)
                .findOne();
    }

    boolean end(Handle handle, AccountId owner, SessionId id) {
        return handle.createUpdate("DELETE FROM sessions WHERE id = :id AND account_id = :owner")
                        .bind("id", id)
                        .bind("owner", owner)
                        .execute()
                == 1;
    }

    int endAll(Handle handle, AccountId owner) {
        return handle.createUpdate("DELETE FROM sessions WHERE account_id = :owner")
                .bind("owner", owner)
                .execute();
    }

    int endOthers(Handle handle, AccountId owner, SessionId kept) {
        return handle.createUpdate("DELETE FROM sessions WHERE account_id = :owner AND id <> :kept")
                .bind("owner", owner)
                .bind("kept", kept)
                .execute();
    }

    /** Ends the sessions unused longest beyond the cap. */
    void endBeyond(Handle handle, AccountId owner, int cap) {
        handle.createUpdate(
                        """
                        DELETE FROM sessions WHERE id IN (
                            SELECT id FROM sessions WHERE account_id = :owner
                            ORDER BY last_seen_at DESC, id DESC OFFSET :cap)
                        """)
                .bind("owner", owner)
                .bind("cap", cap)
                .execute();
    }

    void markSecondFactor(Handle handle, AccountId owner, boolean used) {
        handle.createUpdate("UPDATE sessions SET second_factor = :used WHERE account_id = :owner")
                .bind("owner", owner)
                .bind("used", used)
                .execute();
    }

    List<SessionRow> sessions(Handle handle, AccountId owner, Instant now, Instant idleSince) {
        return handle.createQuery(
                        """
                        SELECT id, address, user_agent, created_at, last_seen_at, expires_at
                        FROM sessions
                        WHERE account_id = :owner AND expires_at > :now
                          AND last_seen_at > :idle_since
                        ORDER BY last_seen_at DESC, id DESC
                        """)
                .bind("owner", owner)
                .bind("now", now)
                .bind("idle_since", idleSince)
                .mapTo(SessionRow.class)
                .list();
    }

    void insertToken(
            Handle handle,
            TokenId id,
            AccountId owner,
            String name,
            byte[] tokenHash,
            String hint,
            List<String> scopes,
            Instant now,
            @Nullable Instant expires) {
        handle.createUpdate(
                        """
                        INSERT INTO api_tokens
                            (id, account_id, name, token_hash, hint, scopes, created_at, expires_at)
                        VALUES (:id, :owner, :name, :hash, :hint, :scopes, :now, :expires)
                        """)
                .bind("id", id)
                .bind("owner", owner)
                .bind("name", name)
                .bind("hash", tokenHash)
                .bind("hint", hint)
                .bindArray("scopes", String.class, scopes)
                .bind("now", now)
                .bind("expires", expires)
                .execute();
    }

    List<TokenRow> tokens(Handle handle, AccountId owner) {
        return handle.createQuery(
                        """
                        SELECT id, name, hint, scopes, created_at, expires_at, last_used_at
                        FROM api_tokens WHERE account_id = :owner ORDER BY id DESC
                        """)
                .bind("owner", owner)
                .mapTo(TokenRow.class)
                .list();
    }

    boolean deleteToken(Handle handle, AccountId owner, TokenId id) {
        return handle.createUpdate("DELETE FROM api_tokens WHERE id = :id AND account_id = :owner")
                        .bind("id", id)
                        .bind("owner", owner)
                        .execute()
                == 1;
    }

    /** Removes what has run out. */
    int purge(Handle handle, Instant now, Instant idleSince) {
        return handle.createUpdate(
                        "DELETE FROM sessions WHERE expires_at < :now OR last_seen_at <"
                                + " :idle_since")
                .bind("now", now)
                .bind("idle_since", idleSince)
                .execute();
    }
}
