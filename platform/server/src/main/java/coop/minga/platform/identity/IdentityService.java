package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.config.CannotStart;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Authenticator;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The first set-up, signing up, in and out, one's own account and password; and who a request comes
 * from. Thread-safe.
 */
public final class IdentityService implements Authenticator {

    /** What nobody guesses while the host waits to be set up. */
    private static final int MIN_PRESET = 16;

    private final Db db;
    private final IdentityConfig config;
    private final AccountStore accounts = new AccountStore();
    private final SessionStore sessions = new SessionStore();
    private final SetupStore setup = new SetupStore();
    private final PasswordHasher hasher;
    private final Credentials credentials;
    private final SecondFactorService secondFactors;
    private final SiteSettings settings;
    private final Throttle throttle;
    private final Trail trail;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random;
    private final List<NewAccountHook> hooks;

    /** Once set up, always set up: spares the question. */
    private volatile boolean setupDone;

    /**
     * Somebody who has just signed in.
     *
     * @param secret the session cookie's value, told this once
     */
    record SignedIn(AccountView account, String secret) {}

    /** What the front door hands in to set up the installation. */
    record SetupForm(
            @Nullable String token,
            @Nullable AdminForm admin,
            SiteSettings.@Nullable SiteForm site) {}

    record AdminForm(@Nullable String email, @Nullable String password, @Nullable String name) {}

    record SignUpForm(
            @Nullable String email,
            @Nullable String password,
            @Nullable String name,
            @Nullable String locale) {}

    record LoginForm(@Nullable String email, @Nullable String password, @Nullable String totp) {}

    record ProfileForm(@Nullable String name, @Nullable String locale) {}

    private sealed interface Judged {}

    private record LetIn(SignedIn signedIn) implements Judged {}

    private record NeedsCode() implements Judged {}

    private record WrongCode() implements Judged {}

    /** The account changed while its password was being checked. */
    private record Outdated() implements Judged {}

    IdentityService(
            Db db,
            IdentityConfig config,
            PasswordHasher hasher,
            Credentials credentials,
            SecondFactorService secondFactors,
            SiteSettings settings,
            Throttle throttle,
            Trail trail,
            Ids ids,
            Clock clock,
            SecureRandom random,
            List<NewAccountHook> hooks) {
        this.db = db;
        this.config = config;
        this.hasher = hasher;
        this.credentials = credentials;
        this.secondFactors = secondFactors;
        this.settings = settings;
        this.throttle = throttle;
        this.trail = trail;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
        this.hooks = List.copyOf(hooks);
    }

    @Override
    public Optional<Principal> session(String cookieValue) {
        return credentials.session(cookieValue);
    }

    @Override
    public Optional<Principal> token(String token) {
        return credentials.token(token);
    }

    @Override
    public boolean stillValid(Principal principal) {
        return credentials.stillValid(principal);
    }

    /** Whether nobody has set the installation up yet. */
    public boolean isSetupRequired() {
        if (!setupDone) {
            setupDone = db.read(setup::isDone);
        }
        return !setupDone;
    }

    /**
     * Makes the set-up possible, at every start.
     *
     * @param preset a token chosen by the operator; empty to make one up
     * @return the token to tell the operator; empty when the installation is set up already
     * @throws CannotStart when a production host's preset token could be guessed
     */
    public Optional<String> openSetup(Optional<String> preset) {
        if (!isSetupRequired()) {
            return Optional.empty();
        }
        if (config.production() && preset.map(String::length).orElse(MIN_PRESET) < MIN_PRESET) {
            throw new CannotStart(
                    "The preset set-up token is too short to be safe: give it at least "
                            + MIN_PRESET
                            + " random characters, or leave it out and one is made.");
        }
        String token = preset.orElseGet(() -> credentials.newSecret(random));
        db.useTransaction(handle -> setup.addToken(handle, Digests.sha256(token), clock.instant()));
        return Optional.of(token);
    }

    /**
     * Sets the installation up: the first operator and the site's settings. Works once.
     *
     * @throws MingaException 404 when it was done before, 401 for a wrong token
     */
    SignedIn completeSetup(SetupForm form, Caller caller) {
        if (!isSetupRequired()) {
            throw Ids.noSuchThing();
        }
        throttle.attemptFrom(caller.address());
        Checks checks = new Checks();
        String token = checks.present("/token", form.token());
        AdminForm admin = checks.presentObject("/admin", form.admin());
        SiteSettings.SiteForm siteForm = checks.presentObject("/site", form.site());
        checks.done();
        if (admin == null || siteForm == null) {
            throw new IllegalStateException("Checked above");
        }
        byte[] tokenHash = Digests.sha256(token);
        if (!db.read(handle -> setup.isToken(handle, tokenHash))) {
            if (!isSetupRequired()) {
                throw Ids.noSuchThing();
            }
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "setup.invalid-token"),
                    "This is not the set-up token. It was printed when the host started.",
                    "Este no es el código de instalación. Se mostró al arrancar el servidor.");
        }
        Email email = checks.email("/admin/email", admin.email());
        String name = checks.name("/admin/name", admin.name());
        String password = checks.newPassword("/admin/password", admin.password(), email);
        Site site = SiteSettings.check(checks, "/site", siteForm);
        checks.done();
        String hash = hasher.hash(password);
        SignedIn signedIn =
                db.inTransaction(handle -> {
                    Instant now = clock.instant();
                    if (!setup.markDone(handle, now)) {
                        throw Ids.noSuchThing();
                    }
                    setup.clearTokens(handle);
                    settings.begin(handle, site);
                    Set<Role> roles = EnumSet.of(Role.CUSTOMER, Role.ADMIN, Role.SUPER_ADMIN);
                    AccountId id = create(handle, email, name, site.locale(), roles, hash, caller);
                    trail.audit(handle, id.toString(), caller, "setup.completed", "site");
                    return begin(handle, account(handle, id), false, caller);
                });
        setupDone = true;
        return signedIn;
    }

    /**
     * Makes an operator's account, for a command on the host's own machine.
     *
     * @return the password to tell the operator
     * @throws MingaException 400 for a bad address or name, 409 for a known address
     */
    public String createOperator(String address, String displayName) {
        Checks checks = new Checks();
        Email email = checks.email("/email", address);
        String name = checks.name("/name", displayName);
        checks.done();
        String password = Accounts.newPassword(random);
        String hash = hasher.hash(password);
        Set<Role> roles = EnumSet.of(Role.CUSTOMER, Role.ADMIN, Role.SUPER_ADMIN);
        db.useTransaction(handle ->
                create(handle, email, name, settings.language(), roles, hash, Caller.system()));
        return password;
    }

    /**
     * Makes an account and signs it in.
     *
     * @throws MingaException 409 for a known address, as long as there is no mail to tell its owner
     */
    SignedIn signUp(SignUpForm form, Caller caller) {
        Checks checks = new Checks();
        Email email = checks.email("/email", form.email());
        String name = checks.name("/name", form.name());
        String locale = checks.locale("/locale", form.locale(), caller.language());
        String password = checks.newPassword("/password", form.password(), email);
        checks.done();
        throttle.attempt(email.key(), caller.address());
        if (db.read(handle -> accounts.byEmail(handle, email.key())).isPresent()) {
            throw taken();
        }
        throttle.signUp(caller.address());
        String hash = hasher.hash(password);
        SignedIn signedIn =
                db.inTransaction(handle -> {
                    AccountId id =
                            create(
                                    handle,
                                    email,
                                    name,
                                    locale,
                                    EnumSet.of(Role.CUSTOMER),
                                    hash,
                                    caller);
                    return begin(handle, account(handle, id), false, caller);
                });
        throttle.succeeded(email.key(), caller.address());
        return signedIn;
    }

    /**
     * Signs in.
     *
     * @param previous the cookie the browser came with; that session ends
     * @throws MingaException 401 alike for unknown addresses and wrong passwords; 401 {@code
     *     auth.totp-required} only after a right password
     */
    SignedIn login(LoginForm form, Optional<String> previous, Caller caller) {
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

    AccountView me(Principal principal) {
        return db.read(handle -> view(account(handle, principal.account()), principal.roles()));
    }

    AccountView changeProfile(Principal principal, ProfileForm form, Caller caller) {
        return db.inTransaction(handle -> {
            AccountRow before =
                    accounts.lock(handle, principal.account()).orElseThrow(Ids::noSuchThing);
            Checks checks = new Checks();
            String name = form.name() == null ? before.name() : checks.name("/name", form.name());
            String locale = checks.locale("/locale", form.locale(), before.locale());
            checks.done();
            accounts.updateProfile(handle, before.id(), name, locale);
            trail.audit(
                    handle,
                    before.id().toString(),
                    caller,
                    "account.changed",
                    before.id().toString(),
                    Map.of("name", before.name(), "locale", before.locale()),
                    Map.of("name", name, "locale", locale));
            trail.forget(handle, before.id());
            return view(account(handle, before.id()), principal.roles());
        });
    }

    /** Sets another password and ends all other sessions. */
    void changePassword(
            Principal principal,
            @Nullable String currentPassword,
            @Nullable String newPassword,
            Caller caller) {
        AccountRow account = db.read(handle -> account(handle, principal.account()));
        Checks checks = new Checks();
        String current = checks.password("/current", currentPassword);
        String chosen =
                checks.newPassword(
                        "/new", newPassword, new Email(account.email(), account.emailKey()));
        checks.done();
        throttle.attempt(account.emailKey(), caller.address());
        if (!hasher.matches(current, account.passwordHash())) {
            refused(Optional.of(account), caller, "auth.password-refused");
            throw MingaException.invalid(
                    "/current",
                    "wrong-password",
                    "This is not your current password.",
                    "Esta no es tu contraseña actual.");
        }
        if (chosen.equals(current)) {
            throw MingaException.invalid(
                    "/new",
                    "same-password",
                    "Please choose a password that differs from the current one.",
                    "Elige una contraseña distinta de la actual.");
        }
        String hash = hasher.hash(chosen);
        db.useTransaction(handle -> {
            AccountRow now = accounts.lock(handle, account.id()).orElseThrow(Ids::noSuchThing);
            if (!now.passwordHash().equals(account.passwordHash())) {
                throw MingaException.of(
                        ErrorCode.conflict("auth.password-changed-meanwhile"),
                        "Your password was changed elsewhere in the meantime.",
                        "Tu contraseña se cambió desde otro lugar entretanto.");
            }
            accounts.updatePassword(handle, account.id(), hash);
            sessions.endOthers(handle, account.id(), SessionId.parse(principal.credential()));
            trail.audit(
                    handle,
                    account.id().toString(),
                    caller,
                    "auth.password-changed",
                    account.id().toString());
            trail.fact(handle, account.id(), "account.password-changed", Map.of());
            trail.forget(handle, account.id());
        });
        throttle.succeeded(account.emailKey(), caller.address());
    }

    private AccountId create(
            Handle handle,
            Email email,
            String name,
            String locale,
            Set<Role> roles,
            String passwordHash,
            Caller caller) {
        Instant now = clock.instant();
        AccountId id = new AccountId(ids.next());
        TeamId team = new TeamId(ids.next());
        if (!accounts.insert(handle, id, email, name, locale, roles, passwordHash, now)) {
            throw taken();
        }
        accounts.insertPersonalTeam(handle, team, id, name, now);
        accounts.touchLogin(handle, id, caller.address(), now);
        trail.audit(
                handle,
                id.toString(),
                caller,
                "account.created",
                id.toString(),
                Map.of(),
                Map.of("roles", RoleSets.ids(roles), "locale", locale));
        trail.fact(handle, id, "account.created", Map.of("team_id", team.toString()));
        for (NewAccountHook hook : hooks) {
            hook.created(handle, id, team);
        }
        return id;
    }

    private SignedIn begin(Handle handle, AccountRow account, boolean secondFactor, Caller caller) {
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
        return new SignedIn(view(account, effective), secret);
    }

    private Optional<AccountId> end(Handle handle, String secret) {
        Optional<SessionStore.Ended> ended = sessions.endByToken(handle, Digests.sha256(secret));
        ended.ifPresent(session -> trail.forgetCredential(handle, session.id().toString()));
        return ended.map(SessionStore.Ended::accountId);
    }

    /** Writes down a refusal. An unknown address is not repeated: it may be a mistyped password. */
    private void refused(Optional<AccountRow> account, Caller caller, String action) {
        String subject = account.map(row -> row.id().toString()).orElse("unknown");
        db.useTransaction(handle -> trail.audit(handle, Trail.ANONYMOUS, caller, action, subject));
    }

    private AccountRow account(Handle handle, AccountId id) {
        return accounts.find(handle, id).orElseThrow(Ids::noSuchThing);
    }

    private static AccountView view(AccountRow row, Set<Role> effective) {
        return AccountView.of(row, effective);
    }

    /** How long a browser may keep the cookie. */
    Duration sessionLife() {
        return config.sessionLife();
    }

    private static MingaException taken() {
        return MingaException.of(
                ErrorCode.conflict("account.email-taken"),
                "There is an account with this e-mail address already. Sign in instead.",
                "Ya existe una cuenta con esta dirección de correo. Inicia sesión.");
    }

    private static MingaException invalidCredentials() {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.UNAUTHENTICATED, "auth.invalid-credentials"),
                "E-mail address or password are not right.",
                "El correo o la contraseña no son correctos.");
    }
}
