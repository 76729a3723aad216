package coop.minga.platform.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;

import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns cookies and tokens into principals, from a bounded cache.
 *
 * <p>What is cached is believed for {@link #BELIEVED} at most, whether or not word of a change
 * arrives: so a disabled account is dead within five seconds even when a notification is lost.
 */
final class Credentials {

    static final Duration BELIEVED = Duration.ofSeconds(4);

    private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

    private static final Duration TOUCH = Duration.ofMinutes(1);
    private static final int CACHED = 50_000;

    /** A 256-bit value in base64 without padding. */
    private static final int COOKIE_LENGTH = 43;

    private final Db db;
    private final IdentityConfig config;
    private final Clock clock;
    private final SessionStore store = new SessionStore();
    private final Cache<String, Optional<Admitted>> bySecret;
    private final Cache<String, Optional<Admitted>> byId;

    /**
     * @param until when it runs out by itself
     */
    private record Admitted(Principal principal, Instant until) {
        boolean is(String id) {
            return principal.credential().equals(id) || principal.account().toString().equals(id);
        }
    }

    Credentials(Db db, IdentityConfig config, Clock clock, MeterRegistry meters) {
        this.db = db;
        this.config = config;
        this.clock = clock;
        this.bySecret = cache();
        this.byId = cache();
        CaffeineCacheMetrics.monitor(meters, bySecret, "identity_credentials");
        CaffeineCacheMetrics.monitor(meters, byId, "identity_streams");
    }

    private static Cache<String, Optional<Admitted>> cache() {
        return Caffeine.newBuilder()
                .maximumSize(CACHED)
                .expireAfterWrite(BELIEVED)
                .recordStats()
                .build();
    }

    Optional<Principal> session(String cookieValue) {
        if (cookieValue.length() != COOKIE_LENGTH) {
            return Optional.empty();
        }
        byte[] hash = Digests.sha256(cookieValue);
        Instant now = clock.instant();
        return admit(
                bySecret,
                HexFormat.of().formatHex(hash),
                handle ->
                        store.liveSession(handle, hash, now, now.minus(config.sessionIdle()))
                                .map(live -> admitted(handle, live, now)));
    }

    Optional<Principal> token(String token) {
        if (!PersonalToken.isWellFormed(token)) {
            return Optional.empty();
        }
        byte[] hash = Digests.sha256(token);
        Instant now = clock.instant();
        return admit(
                bySecret,
                HexFormat.of().formatHex(hash),
                handle ->
                        store.liveToken(handle, hash, now)
                                .map(live -> admitted(handle, live, now)));
    }

    /** Whether the credential still stands and still gives at least the roles it gave. */
    boolean stillValid(Principal principal) {
        String id = principal.credential();
        Instant now = clock.instant();
        Optional<Principal> current =
                admit(
                        byId,
                        id,
                        handle ->
                                principal.isBrowserSession()
                                        ? store.liveSession(
                                                        handle,
                                                        SessionId.parse(id),
                                                        now,
                                                        now.minus(config.sessionIdle()))
                                                .map(live -> admitted(handle, live, now))
                                        : store.liveToken(handle, TokenId.parse(id), now)
                                                .map(live -> admitted(handle, live, now)));
        return current.isPresent() && current.get().roles().containsAll(principal.roles());
    }

    /**
     * @param key the public id of an account, a session or a token
     */
    void drop(String key) {
        for (Cache<String, Optional<Admitted>> cache : List.of(bySecret, byId)) {
            cache.asMap()
                    .values()
                    .removeIf(admitted -> admitted.filter(one -> one.is(key)).isPresent());
        }
    }

    /** The roles somebody may use, given how they signed in. */
    Set<Role> effective(Set<Role> roles, boolean secondFactor) {
        return config.production() && !secondFactor ? RoleSets.withoutOperators(roles) : roles;
    }

    String newSecret(SecureRandom random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }

    private Optional<Principal> admit(
            Cache<String, Optional<Admitted>> cache,
            String key,
            Function<Handle, Optional<Admitted>> load) {
        Optional<Admitted> admitted = cache.get(key, ignored -> db.read(load));
        if (admitted.isEmpty()) {
            // Strangers must not push those who are let in out of the cache.
            cache.invalidate(key);
        }
        return admitted.filter(one -> one.until.isAfter(clock.instant())).map(Admitted::principal);
    }

    private Admitted admitted(Handle handle, SessionStore.LiveSession live, Instant now) {
        Instant lastSeen = live.lastSeenAt();
        if (Duration.between(lastSeen, now).compareTo(TOUCH) >= 0) {
            touch(() -> store.touchSession(handle, live.id(), now));
            lastSeen = now;
        }
        Instant idleUntil = lastSeen.plus(config.sessionIdle());
        return new Admitted(
                new Principal(
                        live.accountId(),
                        live.teamId(),
                        effective(RoleSets.parse(live.roles()), live.totp() && live.secondFactor()),
                        live.locale(),
                        live.id().toString(),
                        Set.of("*")),
                idleUntil.isBefore(live.expiresAt()) ? idleUntil : live.expiresAt());
    }

    private Admitted admitted(Handle handle, SessionStore.LiveToken live, Instant now) {
        Instant lastUsed = live.lastUsedAt();
        if (lastUsed == null || Duration.between(lastUsed, now).compareTo(TOUCH) >= 0) {
            touch(() -> store.touchToken(handle, live.id(), now));
        }
        return new Admitted(
                new Principal(
                        live.accountId(),
                        live.teamId(),
                        effective(RoleSets.parse(live.roles()), live.totp()),
                        live.locale(),
                        live.id().toString(),
                        live.scopes()),
                live.expiresAt() == null ? Instant.MAX : live.expiresAt());
    }

    /** When somebody was last seen is worth a statement, but not a failed request. */
    private static void touch(Runnable update) {
        try {
            update.run();
        } catch (RuntimeException e) {
            LOG.warn("Could not write down when a credential was used: {}", e.toString());
        }
    }
}
