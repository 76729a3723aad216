package coop.minga.platform.instances;

import com.fasterxml.jackson.annotation.JsonProperty;

import coop.minga.platform.InstanceId;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.ListQuery;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;
import coop.minga.plugin.api.compute.Logs;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The instances' part of the front door. */
public final class InstanceRoutes implements Routes {

    private static final String BASE = "/api/v1/instances";
    private static final Access OWNER = Access.signedIn("instances");

    private final InstanceService service;

    public InstanceRoutes(InstanceService service) {
        this.service = service;
    }

    /**
     * @param name 1 to 40 characters of {@code a-z0-9-}
     * @param isPublic whether anybody may open its endpoints
     */
    public record Edit(@Nullable String name, @JsonProperty("public") @Nullable Boolean isPublic) {}

    /** A machine nobody here knows. */
    public record StrayView(
            String provider, String handle, String key, Instant firstSeen, Instant lastSeen) {}

    /** Those of all backends. */
    public record Strays(List<StrayView> items) {}

    @Override
    public void register(RouteTable table) {
        table.get(BASE, OWNER)
                .summary("The team's machines, newest first; removed ones are left out")
                .query("cursor", "limit")
                .answers(200, InstanceService.Listed.class)
                .handle(exchange ->
                        Reply.ok(
                                service.list(
                                        exchange.principal(),
                                        ListQuery.of(exchange),
                                        exchange.language())));
        table.get(BASE + "/{id}", OWNER)
                .summary("One machine, also after it was removed")
                .answers(200, InstanceView.class)
                .handle(exchange ->
                        Reply.ok(
                                service.get(
                                        exchange.principal(), id(exchange), exchange.language())));
        table.patch(BASE + "/{id}", OWNER)
                .summary("Renames a machine, or opens its endpoints to everybody")
                .body(Edit.class)
                .answers(200, InstanceView.class)
                .handle(exchange -> {
                    Edit edit = exchange.body(Edit.class);
                    return Reply.ok(
                            service.edit(
                                    exchange.principal(),
                                    id(exchange),
                                    edit.name(),
                                    edit.isPublic(),
                                    exchange.language()));
                });
        table.delete(BASE + "/{id}", OWNER)
                .summary("Removes a machine and its data")
                .answers(202, Void.class)
                .handle(exchange -> {
                    service.delete(
                            exchange.principal(),
                            id(exchange),
                            exchange.address(),
                            exchange.traceId());
                    return Reply.noContent().withStatus(202);
                });
        table.post(BASE + "/{id}/actions/{action}", OWNER)
                .summary("Begins to start, stop, restart or renew a machine")
                .idempotent()
                .answers(202, InstanceService.Begun.class)
                .handle(exchange ->
                        Reply.accepted(
                                service.act(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.path("action"))));
        table.post(BASE + "/{id}/endpoints/{name}/ticket", OWNER)
                .summary("A link, good once and for half a minute, into a private endpoint")
                .answers(200, InstanceService.Ticket.class)
                .handle(exchange ->
                        Reply.ok(
                                service.ticket(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.path("name"))));
        table.post(BASE + "/{id}/credentials/reveal", OWNER)
                .summary("Shows the secrets made for a machine, once")
                .limit(RateLimit.CREDENTIALS)
                .answers(200, InstanceService.Revealed.class)
                .handle(exchange ->
                        Reply.ok(
                                service.reveal(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.language(),
                                        exchange.address(),
                                        exchange.traceId())));
        table.get(BASE + "/{id}/events", OWNER)
                .summary("What happens to a machine, from the beginning: step, state, log")
                .limit(RateLimit.STREAM)
                .answers(200, Void.class)
                .handle(exchange ->
                        Reply.events(
                                service.events(
                                        exchange.principal(),
                                        id(exchange),
                                        exchange.header("last-event-id").orElse(""))));
        table.get(BASE + "/{id}/logs", OWNER)
                .summary("What a machine printed; follow=true streams what comes")
                .query("tail", "follow")
                .answers(200, String.class)
                .handle(this::logs);
        table.socket(BASE + "/{id}/console", OWNER, service.consoles())
                .summary(
                        "A terminal: binary messages are its bytes, text is JSON (resize, exit,"
                                + " error)")
                .answers(101, Void.class);
        table.get("/api/v1/admin/instances", Access.staff())
                .summary("Everybody's machines, newest first")
                .query("cursor", "limit", "state", "account")
                .answers(200, InstanceService.Listed.class)
                .handle(exchange ->
                        Reply.ok(
                                service.all(
                                        ListQuery.filtered(exchange, InstanceState.ids()),
                                        exchange.language())));
        table.get("/api/v1/admin/strays", Access.staff())
                .summary("Machines that backends list under our name and nobody here knows")
                .answers(200, Strays.class)
                .handle(exchange ->
                        Reply.ok(
                                new Strays(
                                        service.strays().stream()
                                                .map(s ->
                                                        new StrayView(
                                                                s.provider(),
                                                                s.handle(),
                                                                s.key(),
                                                                s.firstSeen(),
                                                                s.lastSeen()))
                                                .toList())));
    }

    private Reply logs(Exchange exchange) {
        int tail = exchange.query("tail", 200, 0, 1_000);
        String follow = exchange.query("follow").orElse("false").toLowerCase(Locale.ROOT);
        if (!follow.equals("true") && !follow.equals("false")) {
            throw MingaException.invalid(
                    "query:follow",
                    "wrong-form",
                    "follow must be true or false.",
                    "follow debe ser true o false.");
        }
        if (follow.equals("true")) {
            return Reply.events(service.follow(exchange.principal(), id(exchange), tail));
        }
        StringBuilder text = new StringBuilder();
        for (Logs.Line line : service.logs(exchange.principal(), id(exchange), Math.max(1, tail))) {
            text.append(line.at()).append(line.error() ? " E " : " O ");
            text.append(line.text()).append('\n');
        }
        return Reply.text("text/plain; charset=utf-8", text.toString());
    }

    private static InstanceId id(Exchange exchange) {
        return InstanceId.parse(exchange.path("id"));
    }
}
