package coop.minga.platform.identity;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.Route;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One's own sessions and API tokens. */
final class AccessRoutes implements Routes {

    private final AccessService service;

    record Sessions(List<AccessService.SessionView> items) {}

    record Tokens(List<AccessService.TokenView> items) {}

    AccessRoutes(AccessService service) {
        this.service = service;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/sessions", Access.signedIn(Identity.SCOPE))
                .summary("Where one is signed in")
                .answers(200, Sessions.class)
                .handle(exchange -> Reply.ok(new Sessions(service.sessions(exchange.principal()))));
        table.delete("/api/v1/sessions", Access.signedIn(Identity.SCOPE))
                .summary("Sign out everywhere else")
                .answers(204, Void.class)
                .handle(exchange -> {
                    service.endOtherSessions(exchange.principal(), Caller.of(exchange));
                    return Reply.noContent();
                });
        table.delete("/api/v1/sessions/{id}", Access.signedIn(Identity.SCOPE))
                .summary("Sign out somewhere")
                .answers(204, Void.class)
                .handle(exchange -> {
                    service.endSession(
                            exchange.principal(),
                            SessionId.parse(exchange.path("id")),
                            Caller.of(exchange));
                    return Reply.noContent();
                });
        table.get("/api/v1/tokens", Access.signedIn(Identity.SCOPE))
                .summary("One's API tokens, without their secrets")
                .answers(200, Tokens.class)
                .handle(exchange -> Reply.ok(new Tokens(service.tokens(exchange.principal()))));
        table.post("/api/v1/tokens", Access.signedIn(Identity.SCOPE))
                .summary("Make an API token; its secret is told once")
                .body(AccessService.TokenForm.class)
                .answers(201, AccessService.NewToken.class)
                .limit(RateLimit.CREDENTIALS)
                .handle(exchange ->
                        Reply.created(
                                service.createToken(
                                        exchange.principal(),
                                        exchange.body(AccessService.TokenForm.class),
                                        grantable(table),
                                        Caller.of(exchange))));
        table.delete("/api/v1/tokens/{id}", Access.signedIn(Identity.SCOPE))
                .summary("Revoke an API token")
                .answers(204, Void.class)
                .handle(exchange -> {
                    service.deleteToken(
                            exchange.principal(),
                            TokenId.parse(exchange.path("id")),
                            Caller.of(exchange));
                    return Reply.noContent();
                });
    }

    /** Every scope some route asks for, but never the one that guards credentials. */
    private static Set<String> grantable(RouteTable table) {
        Set<String> scopes = new TreeSet<>(Set.of("read", "write", "admin"));
        for (Route route : table.routes()) {
            switch (route.access()) {
                case Access.SignedIn signedIn -> scopes.add(signedIn.scope());
                case Access.Everyone everyone -> {}
                case Access.AnyOf anyOf -> {}
            }
        }
        scopes.remove(Identity.SCOPE);
        return scopes;
    }
}
