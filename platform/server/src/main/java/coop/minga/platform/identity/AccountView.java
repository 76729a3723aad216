package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.http.Role;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * An account as its owner sees it.
 *
 * @param roles those that may be used now, by rising power
 * @param teamId the personal team
 * @param totpEnabled whether signing in asks for a second factor
 * @param totpRequired whether roles are withheld until a second factor is set up
 */
public record AccountView(
        AccountId id,
        String email,
        String name,
        List<Role> roles,
        String locale,
        TeamId teamId,
        boolean totpEnabled,
        boolean totpRequired,
        Instant createdAt) {

    static AccountView of(AccountRow row, Set<Role> effective) {
        Set<Role> all = row.roleSet();
        return new AccountView(
                row.id(),
                row.email(),
                row.name(),
                effective.stream().sorted().toList(),
                row.locale(),
                row.teamId(),
                row.hasTotp(),
                !effective.containsAll(all),
                row.createdAt());
    }
}
