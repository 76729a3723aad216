package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
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
import java.util.Optional;
import java.util.Set;

/**
 * The room's front door: the first set-up, signing up, and who a request comes from; in and out,
 * and one's own account, are {@link SignIns} and {@link OwnAccount}. Thread-safe.
 */
public final class IdentityService implements Authenticator {

    /** What nobody guesses while the host waits to be set up. */
    private static final int MIN_PRESET = 16;

    private final Db db;
    private final IdentityConfig config;
    private final AccountStore accounts = new AccountStore();
    private final SetupStore setup = new SetupStore();
    private final PasswordHasher hasher;
    private final Credentials credentials;
    private final SiteSettings settings;
    private final Throttle throttle;
    private final Trail trail;
    private final Clock clock;
    private final SecureRandom random;
    private final NewAccounts newAccounts;
    private final SignIns signIns;
    private final OwnAccount own;

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
        this.settings = settings;
        this.throttle = throttle;
        this.trail = trail;
        this.clock = clock;
        this.random = random;
        this.newAccounts = new NewAccounts(trail, ids, clock, hooks);
        this.signIns =
                new SignIns(
                        db,
                        config,
                        hasher,
                        credentials,
                        secondFactors,
                        throttle,
                        trail,
                        ids,
                        clock,
                        random);
        this.own = new OwnAccount(db, hasher, signIns, throttle, trail);
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
                    AccountId id =
                            newAccounts.create(
                                    handle, email, name, site.locale(), roles, hash, caller);
                    trail.audit(handle, id.toString(), caller, "setup.completed", "site");
                    return signIns.begin(handle, account(handle, id), false, caller);
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
                newAccounts.create(
                        handle, email, name, settings.language(), roles, hash, Caller.system()));
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
            throw NewAccounts.taken();
        }
        throttle.signUp(caller.address());
        String hash = hasher.hash(password);
        SignedIn signedIn =
                db.inTransaction(handle -> {
                    AccountId id =
                            newAccounts.create(
                                    handle,
                                    email,
                                    name,
                                    locale,
                                    EnumSet.of(Role.CUSTOMER),
                                    hash,
                                    caller);
                    return signIns.begin(handle, account(handle, id), false, caller);
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
        return signIns.login(form, previous, caller);
    }

    /** Ends the session of a cookie; an unknown one is ended already. */
    void logout(String secret, Caller caller) {
        signIns.logout(secret, caller);
    }

    AccountView me(Principal principal) {
        return own.me(principal);
    }

    AccountView changeProfile(Principal principal, ProfileForm form, Caller caller) {
        return own.changeProfile(principal, form, caller);
    }

    /** Sets another password and ends all other sessions. */
    void changePassword(
            Principal principal,
            @Nullable String currentPassword,
            @Nullable String newPassword,
            Caller caller) {
        own.changePassword(principal, currentPassword, newPassword, caller);
    }

    private AccountRow account(Handle handle, AccountId id) {
        return accounts.find(handle, id).orElseThrow(Ids::noSuchThing);
    }

    /** How long a browser may keep the cookie. */
    Duration sessionLife() {
        return config.sessionLife();
    }
}
