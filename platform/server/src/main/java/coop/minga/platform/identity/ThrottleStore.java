package coop.minga.platform.identity;

import org.jdbi.v3.core.Handle;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

final class ThrottleStore {

    /**
     * Takes one from a bucket, in one statement that racing hosts pass one after the other.
     *
     * @return empty when one was taken, else when the next one can be
     */
    Optional<Instant> take(
            Handle handle, String key, IdentityConfig.Allowance allowance, Instant now) {
        Duration refill = allowance.refill();
        Instant latest = now.plus(refill.multipliedBy(allowance.atOnce()));
        int taken =
                handle.createUpdate(
                                """
                                INSERT INTO throttles AS t (key, full_at)
                                VALUES (:key, CAST(:now AS timestamptz) + make_interval(secs => :refill))
                                ON CONFLICT (key) DO UPDATE
                                SET full_at = greatest(t.full_at, :now) + make_interval(secs => :refill)
                                WHERE greatest(t.full_at, :now) + make_interval(secs => :refill) <= :latest
                                """)
                        .bind("key", key)
                        .bind("now", now)
                        .bind("refill", refill.toMillis() / 1000.0)
                        .bind("latest", latest)
                        .execute();
        if (taken == 1) {
            return Optional.empty();
        }
        Instant fullAt =
                handle.createQuery("SELECT full_at FROM throttles WHERE key = :key")
                        .bind("key", key)
                        .mapTo(Instant.class)
                        .one();
        return Optional.of(fullAt.plus(refill).minus(refill.multipliedBy(allowance.atOnce())));
    }

    /** Gives one back. */
    void giveBack(Handle handle, String key, IdentityConfig.Allowance allowance) {
        handle.createUpdate(
                        """
                        UPDATE throttles SET full_at = full_at - make_interval(secs => :refill)
                        WHERE key = :key
                        """)
                .bind("key", key)
                .bind("refill", allowance.refill().toMillis() / 1000.0)
                .execute();
    }

    void forget(Handle handle, String key) {
        handle.createUpdate("DELETE FROM throttles WHERE key = :key").bind("key", key).execute();
    }

    /** Removes what has been full again for a while. */
    int purge(Handle handle, Instant now) {
        return handle.createUpdate("DELETE FROM throttles WHERE full_at < :now")
                .bind("now", now)
                .execute();
    }
}
