package coop.minga.platform.identity;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import java.util.List;

/** The team's SSH keys. */
final class SshKeyRoutes implements Routes {

    private static final String SCOPE = "ssh-keys";

    private final SshKeys service;

    record Keys(List<SshKeys.View> items) {}

    SshKeyRoutes(SshKeys service) {
        this.service = service;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/ssh-keys", Access.signedIn(SCOPE))
                .summary("The public keys put on machines at order")
                .answers(200, Keys.class)
                .handle(exchange -> Reply.ok(new Keys(service.list(exchange.principal()))));
        table.post("/api/v1/ssh-keys", Access.signedIn(SCOPE))
                .summary("Add a public key")
                .body(SshKeys.Form.class)
                .answers(201, SshKeys.View.class)
                .handle(exchange ->
                        Reply.created(
                                service.add(
                                        exchange.principal(),
                                        exchange.body(SshKeys.Form.class),
                                        Caller.of(exchange))));
        table.delete("/api/v1/ssh-keys/{id}", Access.signedIn(SCOPE))
                .summary("Remove a public key; machines that have it keep it")
                .answers(204, Void.class)
                .handle(exchange -> {
                    service.delete(
                            exchange.principal(),
                            SshKeyId.parse(exchange.path("id")),
                            Caller.of(exchange));
                    return Reply.noContent();
                });
    }
}
