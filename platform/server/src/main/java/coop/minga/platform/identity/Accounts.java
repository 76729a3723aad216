package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.Role;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Accounts as operators see and govern them. Thread-safe. */
public final class Accounts {

    private static final int MAX_QUERY = 100;

    private final Db db;
    private final AccountStore store = new AccountStore();
    private final SessionStore sessions = new SessionStore();
    private final PasswordHasher hasher;
    private final Trail trail;
    private final Clock clock;
    private final SecureRandom random;

    /**
     * An account as operators see it.
     *
     * @param roles all it holds, also those withheld
     * @param state {@code active} or {@code disabled}
     * @param lastLoginIp where the last sign-in came from
     */
    public record Summary(
            AccountId id,
            TeamId teamId,
            String email,
            String name,
            List<Role> roles,
            String locale,
            String state,
            boolean totpEnabled,
            Instant createdAt,
            @Nullable Instant lastLoginAt,
            @Nullable String lastLoginIp) {}

    /**
     * Some accounts, newest first.
     *
     * @param nextCursor continues the list; null at its end
     */
    public record Slice(List<Summary> items, @Nullable String nextCursor) {}

    Accounts(Db db, PasswordHasher hasher, Trail trail, Clock clock, SecureRandom random) {
        this.db = db;
        this.hasher = hasher;
        this.trail = trail;
        this.clock = clock;
        this.random = random;
    }

    public Optional<Summary> find(Handle handle, AccountId id) {
        return store.find(handle, id).map(Accounts::summary);
    }

    /** The accounts of some ids, those that are known. */
    public List<Summary> findAll(Handle handle, Collection<AccountId> ids) {
        return store.findAll(handle, ids).stream().map(Accounts::summary).toList();
    }

    /** The personal team of an account. */
    public Optional<TeamId> teamOf(Handle handle, AccountId account) {
        return store.personalTeam(handle, account);
    }

    /** The account whose personal team this is. */
    public Optional<AccountId> ownerOf(Handle handle, TeamId team) {
        return store.ownerOf(handle, team);
    }

    /**
     * Accounts whose name or address holds the text, or the one whose id it is.
     *
     * @param cursor from an earlier slice; empty from the start
     */
    public Slice search(String query, Optional<String> cursor, int limit) {
        String text = query.strip();
        Checks checks = new Checks();
        if (text.length() > MAX_QUERY) {
            checks.problem(
                    "query:q",
                    "too-long",
                    "Search for at most " + MAX_QUERY + " characters.",
                    "Busca como máximo " + MAX_QUERY + " caracteres.");
        }
        checks.printable("query:q", text);
        checks.done();
        AccountId before = cursor.map(Accounts::cursor).orElse(null);
        List<AccountRow> rows =
                db.read(handle ->
                        text.startsWith("acc_")
                                ? store.find(handle, AccountId.parse(text)).stream().toList()
                                : store.search(handle, text, before, limit + 1));
        boolean more = rows.size() > limit;
        List<Summary> items = rows.stream().limit(limit).map(Accounts::summary).toList();
        return new Slice(items, more ? items.getLast().id().toString() : null);
    }

    private static AccountId cursor(String text) {
        try {
            return AccountId.parse(text);
        } catch (MingaException e) {
            throw MingaException.invalid(
                    "query:cursor",
                    "invalid-cursor",
                    "This cursor is not one of ours.",
                    "Este cursor no es nuestro.");
        }
    }

    Summary get(AccountId id) {
        return db.read(handle -> find(handle, id)).orElseThrow(Ids::noSuchThing);
    }

    /** Shuts an account out: its sessions end, its tokens and streams stop. */
    Summary disable(Principal actor, AccountId id, Caller caller) {
        return db.inTransaction(handle -> {
            AccountRow row = governed(handle, actor, id);
            if (row.id().equals(actor.account())) {
                throw MingaException.of(
                        ErrorCode.conflict("account.own"),
                        "You cannot disable your own account.",
                        "No puedes desactivar tu propia cuenta.");
            }
            keepOneSuperAdmin(handle, row, EnumSet.noneOf(Role.class));
            store.updateState(handle, id, "disabled");
            sessions.endAll(handle, id);
            return changed(handle, actor, row, caller, "account.disabled");
        });
    }

    Summary enable(Principal actor, AccountId id, Caller caller) {
        return db.inTransaction(handle -> {
            AccountRow row = governed(handle, actor, id);
            store.updateState(handle, id, "active");
            return changed(handle, actor, row, caller, "account.enabled");
        });
    }

    /** Signs an account out everywhere. */
    Summary endSessions(Principal actor, AccountId id, Caller caller) {
        return db.inTransaction(handle -> {
            AccountRow row = governed(handle, actor, id);
            sessions.endAll(handle, id);
            return changed(handle, actor, row, caller, "account.sessions-ended");
        });
    }

    /**
     * Replaces an account's roles; everybody is a customer.
     *
     * @param names the roles' ids
     */
    Summary changeRoles(
            Principal actor, AccountId id, @Nullable List<String> names, Caller caller) {
        Set<Role> roles = roles(names);
        return db.inTransaction(handle -> {
            AccountRow row = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
            keepOneSuperAdmin(handle, row, roles);
            store.updateRoles(handle, id, roles);
            trail.audit(
                    handle,
                    actor.account().toString(),
                    caller,
                    "account.roles-changed",
                    id.toString(),
                    Map.of("roles", RoleSets.ids(row.roleSet())),
                    Map.of("roles", RoleSets.ids(roles)));
            trail.fact(handle, id, "account.roles-changed", Map.of("roles", RoleSets.ids(roles)));
            trail.forget(handle, id);
            return find(handle, id).orElseThrow(Ids::noSuchThing);
        });
    }

    private static Set<Role> roles(@Nullable List<String> names) {
        Checks checks = new Checks();
        Set<Role> roles = EnumSet.of(Role.CUSTOMER);
        if (names == null) {
            checks.problem("/roles", "required", "Please fill this in.", "Completa este campo.");
        } else {
            for (int i = 0; i < names.size(); i++) {
                @Nullable String name = names.get(i);
                boolean known = false;
                for (Role role : Role.values()) {
                    if (role.id().equals(name)) {
                        roles.add(role);
                        known = true;
                    }
                }
                if (!known) {
                    checks.problem(
                            "/roles/" + i,
                            "unknown-role",
                            "There is no such role.",
                            "No existe ese rol.");
                }
            }
        }
        checks.done();
        return roles;
    }

    /** For somebody locked out, on the host's own machine: a new password, all sessions ended. */
    public String resetPassword(String email) {
        String password = newPassword(random);
        String hash = hasher.hash(password);
        db.useTransaction(handle -> {
            AccountRow row = byEmail(handle, email);
            store.updatePassword(handle, row.id(), hash);
            sessions.endAll(handle, row.id());
            bySystem(handle, row, "account.password-reset");
        });
        return password;
    }

    /** Twenty letters and digits that are not mistaken for each other. */
    static String newPassword(SecureRandom random) {
        StringBuilder password = new StringBuilder();
        String alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
        for (int i = 0; i < 20; i++) {
            password.append(i > 0 && i % 5 == 0 ? "-" : "");
            password.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return password.toString();
    }

    /** For somebody who lost authenticator and recovery codes, on the host's own machine. */
    public void resetTotp(String email) {
        db.useTransaction(handle -> {
            AccountRow row = byEmail(handle, email);
            store.removeTotp(handle, row.id());
            sessions.endAll(handle, row.id());
            bySystem(handle, row, "account.totp-reset");
        });
    }

    private void bySystem(Handle handle, AccountRow row, String action) {
        trail.audit(handle, Trail.SYSTEM, Caller.system(), action, row.id().toString());
        trail.fact(handle, row.id(), action, Map.of("at", clock.instant().toString()));
        trail.forget(handle, row.id());
    }

    private AccountRow byEmail(Handle handle, String email) {
        return store.byEmail(handle, email.strip().toLowerCase(Locale.ROOT))
                .flatMap(row -> store.lock(handle, row.id()))
                .orElseThrow(() ->
                        MingaException.of(
                                ErrorCode.notFound("account.not-found"),
                                "There is no account with the address " + email + ".",
                                "No hay ninguna cuenta con la dirección " + email + "."));
    }

    /** The account, held, when the actor may govern it: operators answer to super admins only. */
    private AccountRow governed(Handle handle, Principal actor, AccountId id) {
        AccountRow row = store.lock(handle, id).orElseThrow(Ids::noSuchThing);
        boolean own = row.id().equals(actor.account());
        if (row.isOperator() && !own && !actor.roles().contains(Role.SUPER_ADMIN)) {
            throw MingaException.of(
                    ErrorCode.of(ErrorCode.Type.FORBIDDEN, "auth.role-required"),
                    "Only a super admin may do this to an operator's account.",
                    "Solo un superadministrador puede hacer esto con la cuenta de un operador.");
        }
        return row;
    }

    private void keepOneSuperAdmin(Handle handle, AccountRow row, Set<Role> roles) {
        if (row.roleSet().contains(Role.SUPER_ADMIN)
                && !roles.contains(Role.SUPER_ADMIN)
                && store.lockOtherSuperAdmins(handle, row.id()) == 0) {
            throw MingaException.of(
                    ErrorCode.conflict("account.last-super-admin"),
                    "This is the last super admin. Make somebody else one first.",
                    "Este es el último superadministrador. Nombra primero a otro.");
        }
    }

    private Summary changed(
            Handle handle, Principal actor, AccountRow before, Caller caller, String action) {
        Summary after = find(handle, before.id()).orElseThrow(Ids::noSuchThing);
        trail.audit(
                handle,
                actor.account().toString(),
                caller,
                action,
                before.id().toString(),
                Map.of("state", before.state()),
                Map.of("state", after.state()));
        trail.fact(handle, before.id(), action, Map.of("state", after.state()));
        trail.forget(handle, before.id());
        return after;
    }

    private static Summary summary(AccountRow row) {
        return new Summary(
                row.id(),
                row.teamId(),
                row.email(),
                row.name(),
                row.roleSet().stream().sorted().toList(),
                row.locale(),
                row.state(),
                row.hasTotp(),
                row.createdAt(),
                row.lastLoginAt(),
                row.lastLoginAddress());
    }
}
