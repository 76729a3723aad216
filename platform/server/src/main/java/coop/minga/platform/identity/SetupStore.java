package coop.minga.platform.identity;

import org.jdbi.v3.core.Handle;

import java.time.Instant;

/** Whether the installation was set up, and by which tokens it may be. */
final class SetupStore {

    private static final int TOKENS_KEPT = 5;

    boolean isDone(Handle handle) {
        return handle.createQuery("SELECT EXISTS (SELECT FROM settings WHERE key = 'setup')")
                .mapTo(Boolean.class)
                .one();
    }

    /** Of all that race only one gets true; the others wait for it to commit. */
    boolean markDone(Handle handle, Instant now) {
        return handle.createUpdate(
                                """
                                INSERT INTO settings (key, value)
                                VALUES ('setup', jsonb_build_object('completed_at', CAST(:now AS text)))
                                ON CONFLICT (key) DO NOTHING
                                """)
                        .bind("now", now.toString())
                        .execute()
                == 1;
    }

    /** Adds a token; the newest few stay good, so that hosts started together do not disagree. */
    void addToken(Handle handle, byte[] hash, Instant now) {
        handle.createUpdate(
                        """
                        INSERT INTO setup_tokens (token_hash, created_at) VALUES (:hash, :now)
                        ON CONFLICT (token_hash) DO UPDATE SET created_at = :now
                        """)
                .bind("hash", hash)
                .bind("now", now)
                .execute();
        handle.createUpdate(
                        """
                        DELETE FROM setup_tokens WHERE token_hash NOT IN (
                            SELECT token_hash FROM setup_tokens ORDER BY created_at DESC LIMIT :kept)
                        """)
                .bind("kept", TOKENS_KEPT)
                .execute();
    }

    boolean isToken(Handle handle, byte[] hash) {
        return handle.createQuery(
                        "SELECT EXISTS (SELECT FROM setup_tokens WHERE token_hash = :hash)")
                .bind("hash", hash)
                .mapTo(Boolean.class)
                .one();
    }

    void clearTokens(Handle handle) {
        handle.execute("DELETE FROM setup_tokens");
    }
}
