package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Role;
import coop.minga.platform.identity.IdentityService.SignedIn;

import org.jdbi.v3.core.Handle;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Lets people in and out: passwords, second factors and the sessions that come of them. */
final class SignIns {

    private final Db db;
    private final IdentityConfig config;
    private final AccountStore accounts = new AccountStore();
    private final SessionStore sessions = new SessionStore();
    private final PasswordHasher hasher;
    private final Credentials credentials;
    private final SecondFactorService secondFactors;
    private final Throttle throttle;
    private final Trail trail;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random;

    private sealed interface Judged {}

    private record LetIn(SignedIn signedIn) implements Judged {}

    private record NeedsCode() implements Judged {}

    private record WrongCode() implements Judged {}

    /** The account changed while its password was being checked. */
    private record Outdated() implements Judged {}

    SignIns(
            Db db,
            IdentityConfig config,
            PasswordHasher hasher,
            Credentials credentials,
            SecondFactorService secondFactors,
            Throttle throttle,
            Trail trail,
            Ids ids,
            Clock clock,
            SecureRandom random) {
        this.db = db;
        this.config = config;
        this.hasher = hasher;
        this.credentials = credentials;
        this.secondFactors = secondFactors;
        this.throttle = throttle;
        this.trail = trail;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Signs in.
     *
     * @param previous the cookie the browser came with; that session ends
     * @throws MingaException 401 alike for unknown addresses and wrong passwords; 401 {@code
     *     auth.totp-required} only after a right password
     */
    SignedIn login(IdentityService.LoginForm form, Optional<String> previous, Caller caller) {
        Checks checks = new Checks();
        Email email = checks.email("/email", form.email());
        String password = checks.password("/password", form.password());
        String code = form.totp() == null ? "" : checks.code("/totp", form.totp());
        checks.done();
        throttle.attempt(email.key(), caller.address());
        Optional<AccountRow> found = db.read(handle -> accounts.byEmail(handle, email.key()));
        boolean right =
                found.isPresent()
                        ? hasher.matches(password, found.get().passwordHash())
                        : hasher.matchesNobody(password);
        if (!right) {
            refused(found, caller, "auth.login-refused");
            throw invalidCredentials();
        }
        AccountRow known = found.orElseThrow();
        if (!known.isActive()) {
            refused(found, caller, "auth.login-disabled");
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "auth.account-disabled"),
                    "This account is disabled. Please contact the operator.",
                    "Esta cuenta está desactivada. Contacta con el operador.");
        }
        if (known.hasTotp() && !code.isEmpty()) {
            throttle.code(email.key());
        }
        Judged judged = db.inTransaction(handle -> judge(handle, known, code, previous, caller));
        return switch (judged) {
            case LetIn letIn -> {
                throttle.succeeded(email.key(), caller.address());
                if (known.hasTotp()) {
                    throttle.codeSucceeded(email.key());
                }
                yield letIn.signedIn();
            }
            case NeedsCode needsCode ->
                    throw MingaException.of(
                            ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.totp-required"),
                            "Enter the code from your authenticator app, or a recovery code.",
                            "Escribe el código de tu aplicación de autenticación o un código de"
                                    + " recuperación.");
            case WrongCode wrongCode -> {
                refused(found, caller, "auth.code-refused");
                throw MingaException.of(
                        ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.totp-invalid"),
                        "This code is not right, or it was used before. Wait for the next one and"
                                + " try again.",
                        "Este código no es correcto o ya se usó. Espera el siguiente e inténtalo"
                                + " de nuevo.");
            }
            case Outdated outdated -> throw invalidCredentials();
        };
    }

    private Judged judge(
            Handle handle,
            AccountRow checked,
            String code,
            Optional<String> previous,
            Caller caller) {
        AccountRow account = accounts.lock(handle, checked.id()).orElseThrow(Ids::noSuchThing);
        if (!account.isActive() || !account.passwordHash().equals(checked.passwordHash())) {
            return new Outdated();
        }
        if (account.hasTotp()) {
            if (code.isEmpty()) {
                return new NeedsCode();
            }
            if (!secondFactors.use(handle, account, code, caller)) {
                return new WrongCode();
            }
        }
        previous.ifPresent(secret -> end(handle, secret));
        accounts.touchLogin(handle, account.id(), caller.address(), clock.instant());
        trail.audit(handle, account.id().toString(), caller, "auth.login", account.id().toString());
        return new LetIn(begin(handle, account, account.hasTotp(), caller));
    }

    /** Ends the session of a cookie; an unknown one is ended already. */
    void logout(String secret, Caller caller) {
        db.useTransaction(handle ->
                end(handle, secret)
                        .ifPresent(account ->
                                trail.audit(
                                        handle,
                                        account.toString(),
                                        caller,
                                        "auth.logout",
                                        account.toString())));
    }

    /** Inside the transaction: begins a session. */
    SignedIn begin(Handle handle, AccountRow account, boolean secondFactor, Caller caller) {
        Instant now = clock.instant();
        String secret = credentials.newSecret(random);
        sessions.insertSession(
                handle,
                new SessionId(ids.next()),
                account.id(),
                Digests.sha256(secret),
                secondFactor,
                caller,
                now,
                now.plus(config.sessionLife()));
        sessions.endBeyond(handle, account.id(), config.maxSessions());
        Set<Role> effective = credentials.effective(account.roleSet(), secondFactor);
        return new SignedIn(AccountView.of(account, effective), secret);
    }

    private Optional<AccountId> end(Handle handle, String secret) {
        Optional<SessionStore.Ended> ended = sessions.endByToken(handle, Digests.sha256(secret));
        ended.ifPresent(session -> trail.forgetCredential(handle, session.id().toString()));
        return ended.map(SessionStore.Ended::accountId);
    }

    /** Writes down a refusal. An unknown address is not repeated: it may be a mistyped password. */
    void refused(Optional<AccountRow> account, Caller caller, String action) {
        String subject = account.map(row -> row.id().toString()).orElse("unknown");
        db.useTransaction(handle -> trail.audit(handle, Trail.ANONYMOUS, caller, action, subject));
    }

    private static MingaException invalidCredentials() {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.invalid-credentials"),
                "E-mail address or password are not right.",
                "El correo o la contraseña no son correctos.");
    }
}
