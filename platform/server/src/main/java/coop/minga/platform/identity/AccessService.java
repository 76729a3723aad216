package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Principal;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What an account is let in by: its sessions and its API tokens. Thread-safe. */
public final class AccessService {

    private static final Duration LONGEST_TOKEN = Duration.ofDays(3_660);

    private final Db db;
    private final IdentityConfig config;
    private final SessionStore store = new SessionStore();
    private final AccountStore accounts = new AccountStore();
    private final Trail trail;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random;

    /**
     * A session as its owner sees it.
     *
     * @param device a short name made from what the browser calls itself
     * @param ip where it began
     * @param current whether the request came by it
     */
    public record SessionView(
            SessionId id,
            String device,
            String userAgent,
            String ip,
            Instant createdAt,
            Instant lastSeenAt,
            Instant expiresAt,
            boolean current) {}

    /**
     * A token as its owner sees it.
     *
     * @param hint its first characters
     */
    public record TokenView(
            TokenId id,
            String name,
            String hint,
            List<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt) {}

    /**
     * A token just made.
     *
     * @param token the secret, told this once
     */
    public record NewToken(
            TokenId id,
            String name,
            String token,
            List<String> scopes,
            Instant createdAt,
            @Nullable Instant expiresAt) {}

    /**
     * @param expiresAt or expiresInDays; without either it does not expire
     */
    record TokenForm(
            @Nullable String name,
            @Nullable List<String> scopes,
            @Nullable Instant expiresAt,
            @Nullable Integer expiresInDays) {}

    AccessService(
            Db db, IdentityConfig config, Trail trail, Ids ids, Clock clock, SecureRandom random) {
        this.db = db;
        this.config = config;
        this.trail = trail;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    List<SessionView> sessions(Principal principal) {
        Instant now = clock.instant();
        return db
                .read(handle ->
                        store.sessions(
                                handle, principal.account(), now, now.minus(config.sessionIdle())))
                .stream()
                .map(row ->
                        new SessionView(
                                row.id(),
                                Caller.device(row.userAgent()),
                                row.userAgent(),
                                row.address(),
                                row.createdAt(),
                                row.lastSeenAt(),
                                row.expiresAt(),
                                row.id().toString().equals(principal.credential())))
                .toList();
    }

    void endSession(Principal principal, SessionId id, Caller caller) {
        db.useTransaction(handle -> {
            if (!store.end(handle, principal.account(), id)) {
                throw Ids.noSuchThing();
            }
            trail.audit(
                    handle,
                    principal.account().toString(),
                    caller,
                    "auth.session-ended",
                    id.toString());
            trail.forgetCredential(handle, id.toString());
        });
    }

    /** Ends every session but the one that asks. */
    void endOtherSessions(Principal principal, Caller caller) {
        db.useTransaction(handle -> {
            AccountId account = principal.account();
            int ended = store.endOthers(handle, account, SessionId.parse(principal.credential()));
            trail.audit(
                    handle,
                    account.toString(),
                    caller,
                    "auth.sessions-ended",
                    account.toString(),
                    Map.of(),
                    Map.of("count", ended));
            trail.forget(handle, account);
        });
    }

    List<TokenView> tokens(Principal principal) {
        return db.read(handle -> store.tokens(handle, principal.account())).stream()
                .map(row ->
                        new TokenView(
                                row.id(),
                                row.name(),
                                row.hint(),
                                row.scopes(),
                                row.createdAt(),
                                row.expiresAt(),
                                row.lastUsedAt()))
                .toList();
    }

    /**
     * Makes a token.
     *
     * @param grantable the scopes that routes ask for
     */
    NewToken createToken(
            Principal principal, TokenForm form, Set<String> grantable, Caller caller) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Checks checks = new Checks();
        String name = checks.name("/name", form.name());
        List<String> scopes = scopes(checks, form.scopes(), grantable);
        Integer days = form.expiresInDays();
        Instant expires = days == null ? form.expiresAt() : now.plus(Duration.ofDays(days));
        if (expires != null
                && (!expires.isAfter(now) || expires.isAfter(now.plus(LONGEST_TOKEN)))) {
            checks.problem(
                    days == null ? "/expires_at" : "/expires_in_days",
                    "out-of-range",
                    "A token expires in the future, in ten years at most.",
                    "Un token caduca en el futuro, como máximo en diez años.");
        }
        checks.done();
        String token = PersonalToken.create(random);
        TokenId id = new TokenId(ids.next());
        db.useTransaction(handle -> {
            if (accounts.lock(handle, principal.account()).isEmpty()) {
                throw Ids.noSuchThing();
            }
            if (store.tokens(handle, principal.account()).size() >= config.maxTokens()) {
                throw MingaException.of(
                        ErrorCode.conflict("token.too-many"),
                        "You have "
                                + config.maxTokens()
                                + " tokens, which is as many as there may be. Delete one first.",
                        "Tienes "
                                + config.maxTokens()
                                + " tokens, que es el máximo. Borra uno primero.");
            }
            store.insertToken(
                    handle,
                    id,
                    principal.account(),
                    name,
                    Digests.sha256(token),
                    PersonalToken.hint(token),
                    scopes,
                    now,
                    expires);
            trail.audit(
                    handle,
                    principal.account().toString(),
                    caller,
                    "token.created",
                    id.toString(),
                    Map.of(),
                    Map.of("name", name, "scopes", scopes));
        });
        return new NewToken(id, name, token, scopes, now, expires);
    }

    private static List<String> scopes(
            Checks checks, @Nullable List<String> wanted, Set<String> grantable) {
        if (wanted == null || wanted.isEmpty()) {
            checks.problem(
                    "/scopes",
                    "required",
                    "Choose at least one of: " + String.join(", ", new TreeSet<>(grantable)) + ".",
                    "Elige al menos uno de: " + String.join(", ", new TreeSet<>(grantable)) + ".");
            return List.of();
        }
        Set<String> scopes = new TreeSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            @Nullable String scope = wanted.get(i);
            if (scope == null || !grantable.contains(scope) || !scopes.add(scope)) {
                checks.problem(
                        "/scopes/" + i,
                        "unknown-scope",
                        "There is no such scope, or it is named twice.",
                        "No existe ese permiso, o está repetido.");
            }
        }
        return List.copyOf(scopes);
    }

    void deleteToken(Principal principal, TokenId id, Caller caller) {
        db.useTransaction(handle -> {
            if (!store.deleteToken(handle, principal.account(), id)) {
                throw Ids.noSuchThing();
            }
            trail.audit(
                    handle, principal.account().toString(), caller, "token.deleted", id.toString());
            trail.forgetCredential(handle, id.toString());
        });
    }
}
