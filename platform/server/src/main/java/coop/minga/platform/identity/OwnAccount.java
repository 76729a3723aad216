package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Principal;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;

/** What people see and change of their own account. */
final class OwnAccount {

    private final Db db;
    private final AccountStore accounts = new AccountStore();
    private final SessionStore sessions = new SessionStore();
    private final PasswordHasher hasher;
    private final SignIns signIns;
    private final Throttle throttle;
    private final Trail trail;

    OwnAccount(Db db, PasswordHasher hasher, SignIns signIns, Throttle throttle, Trail trail) {
        this.db = db;
        this.hasher = hasher;
        this.signIns = signIns;
        this.throttle = throttle;
        this.trail = trail;
    }

    AccountView me(Principal principal) {
        return db.read(
                handle -> AccountView.of(account(handle, principal.account()), principal.roles()));
    }

    AccountView changeProfile(
            Principal principal, IdentityService.ProfileForm form, Caller caller) {
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
            return AccountView.of(account(handle, before.id()), principal.roles());
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
            signIns.refused(Optional.of(account), caller, "auth.password-refused");
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

    private AccountRow account(Handle handle, AccountId id) {
        return accounts.find(handle, id).orElseThrow(Ids::noSuchThing);
    }
}
