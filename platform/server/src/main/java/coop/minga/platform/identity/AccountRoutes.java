package coop.minga.platform.identity;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** Accounts, for operators. */
final class AccountRoutes implements Routes {

    private static final int PAGE = 50;
    private static final int MAX_PAGE = 100;

    private final Accounts service;

    record RolesForm(@Nullable List<String> roles) {}

    AccountRoutes(Accounts service) {
        this.service = service;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/admin/accounts", Access.staff())
                .summary("Accounts, newest first")
                .query("q", "cursor", "limit")
                .answers(200, Accounts.Slice.class)
                .handle(exchange ->
                        Reply.ok(
                                service.search(
                                        exchange.query("q").orElse(""),
                                        exchange.query("cursor"),
                                        exchange.query("limit", PAGE, 1, MAX_PAGE))));
        table.get("/api/v1/admin/accounts/{id}", Access.staff())
                .summary("One account")
                .answers(200, Accounts.Summary.class)
                .handle(exchange -> Reply.ok(service.get(id(exchange))));
        table.post("/api/v1/admin/accounts/{id}/roles", Access.superAdmins())
                .summary("Replace an account's roles")
                .body(RolesForm.class)
                .answers(200, Accounts.Summary.class)
                .handle(exchange ->
                        Reply.ok(
                                service.changeRoles(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.body(RolesForm.class).roles(),
                                        Caller.of(exchange))));
        table.post("/api/v1/admin/accounts/{id}/actions/{action}", Access.admins())
                .summary("disable, enable or end-sessions")
                .answers(200, Accounts.Summary.class)
                .handle(this::act);
    }

    private Reply act(Exchange exchange) {
        AccountId id = id(exchange);
        Caller caller = Caller.of(exchange);
        return Reply.ok(
                switch (exchange.path("action")) {
                    case "disable" -> service.disable(exchange.principal(), id, caller);
                    case "enable" -> service.enable(exchange.principal(), id, caller);
                    case "end-sessions" -> service.endSessions(exchange.principal(), id, caller);
                    default -> throw Ids.noSuchThing();
                });
    }

    private static AccountId id(Exchange exchange) {
        return AccountId.parse(exchange.path("id"));
    }
}
