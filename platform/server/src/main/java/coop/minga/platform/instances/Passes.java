package coop.minga.platform.instances;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.Authenticator;
import coop.minga.platform.http.Principal;

import org.jdbi.v3.core.Handle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Ways into private origins: a ticket, used once within half a minute, becomes a pass in a cookie
 * of that origin only. A pass dies with its account, its session and its instance. Only hashes are
 * stored.
 */
final class Passes {

    private static final Duration TICKET = Duration.ofSeconds(30);

    private final Db db;
    private final Authenticator authenticator;
    private final InstancesConfig config;
    private final SecureRandom random;
    private final Clock clock;
    private final InstanceStore store = new InstanceStore();
    private final Cache<String, Optional<InstanceStore.Pass>> cache =
            Caffeine.newBuilder()
                    .maximumSize(10_000)
                    .expireAfterWrite(Duration.ofSeconds(20))
                    .build();

    Passes(
            Db db,
            Authenticator authenticator,
            InstancesConfig config,
            SecureRandom random,
            Clock clock) {
        this.db = db;
        this.authenticator = authenticator;
        this.config = config;
        this.random = random;
        this.clock = clock;
    }

    /** A ticket for one origin. */
    String ticket(Handle handle, Instance instance, PortAddress port, Principal principal) {
        String secret = secret();
        store.addPass(
                handle,
                hash(secret),
                "ticket",
                new InstanceStore.Pass(
                        port.label(),
                        instance.id(),
                        principal.account(),
                        principal.team(),
                        principal.credential(),
                        principal.scopes().stream().sorted().toList(),
                        clock.instant().plus(TICKET)));
        return secret;
    }

    /** Uses a ticket up and gives the pass it was worth; empty when it was worth nothing. */
    Optional<String> exchange(String ticket, String label) {
        if (ticket.isEmpty() || ticket.length() > 100) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return db.inTransaction(handle ->
                store.takeTicket(handle, hash(ticket), label, now)
                        .filter(pass -> authenticator.stillValid(principal(pass)))
                        .map(pass -> {
                            String secret = secret();
                            store.addPass(
                                    handle,
                                    hash(secret),
                                    "pass",
                                    new InstanceStore.Pass(
                                            pass.label(),
                                            pass.instanceId(),
                                            pass.accountId(),
                                            pass.teamId(),
                                            pass.credential(),
                                            pass.scopes(),
                                            now.plus(config.passFor())));
                            return secret;
                        }));
    }

    /** Whether a cookie's value opens the origin now. */
    boolean opens(String cookie, Route route) {
        if (cookie.isEmpty() || cookie.length() > 100) {
            return false;
        }
        Optional<InstanceStore.Pass> pass =
                cache.get(cookie, secret -> db.read(handle -> store.pass(handle, hash(secret))));
        return pass != null
                && pass.isPresent()
                && pass.get().label().equals(route.port().label())
                && pass.get().teamId().equals(route.team())
                && pass.get().expiresAt().isAfter(clock.instant())
                && authenticator.stillValid(principal(pass.get()));
    }

    private static Principal principal(InstanceStore.Pass pass) {
        return new Principal(
                pass.accountId(),
                pass.teamId(),
                Set.of(),
                "en",
                pass.credential(),
                Set.copyOf(pass.scopes()));
    }

    private String secret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** Forgets what is known of an instance's passes. */
    void forget(String instance) {
        cache.asMap()
                .values()
                .removeIf(pass ->
                        pass.isEmpty() || pass.get().instanceId().toString().equals(instance));
    }

    /** What the gate knows of an origin. */
    record Route(
            PortAddress port,
            coop.minga.platform.TeamId team,
            InstanceState state,
            boolean isPublic) {

        boolean isLive() {
            return !List.of(
                            InstanceState.TERMINATING,
                            InstanceState.TERMINATED,
                            InstanceState.FAILED)
                    .contains(state);
        }
    }
}
