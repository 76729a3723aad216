package coop.minga.platform.http;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;

import java.util.Set;

/**
 * Who is asking, built from credentials only, never from a path or a body.
 *
 * @param account the person
 * @param team whose things are acted on; the personal team unless another is chosen
 * @param roles what the person may do; empty roles are withheld from operators who still lack their
 *     second factor
 * @param language ISO 639-1, the account's choice
 * @param credential the public id of the session or token used
 * @param scopes what a token is limited to; {@code *} for sessions
 */
public record Principal(
        AccountId account,
        TeamId team,
        Set<Role> roles,
        String language,
        String credential,
        Set<String> scopes) {

    public Principal {
        roles = Set.copyOf(roles);
        scopes = Set.copyOf(scopes);
    }

    public boolean isBrowserSession() {
        return scopes.contains("*");
    }

    /**
     * Whether a route that asks for the scope may be used. A token's {@code write} stands for every
     * scope but those that guard credentials ({@code account}) and other people's things ({@code
     * admin}).
     */
    public boolean allows(String scope) {
        return scopes.contains("*")
                || scopes.contains(scope)
                || scopes.contains("write") && !scope.equals("account") && !scope.equals("admin");
    }
}
