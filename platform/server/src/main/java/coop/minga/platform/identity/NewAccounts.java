package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Role;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes accounts, however somebody came to want one. */
final class NewAccounts {

    private final AccountStore accounts = new AccountStore();
    private final Trail trail;
    private final Ids ids;
    private final Clock clock;
    private final List<NewAccountHook> hooks;

    NewAccounts(Trail trail, Ids ids, Clock clock, List<NewAccountHook> hooks) {
        this.trail = trail;
        this.ids = ids;
        this.clock = clock;
        this.hooks = List.copyOf(hooks);
    }

    /**
     * Inside the transaction: the account, its team, and what other rooms do for it.
     *
     * @throws MingaException 409 for a known address
     */
    AccountId create(
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

    static MingaException taken() {
        return MingaException.of(
                ErrorCode.conflict("account.email-taken"),
                "There is an account with this e-mail address already. Sign in instead.",
                "Ya existe una cuenta con esta dirección de correo. Inicia sesión.");
    }
}
