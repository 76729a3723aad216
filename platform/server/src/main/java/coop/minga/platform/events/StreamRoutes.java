package coop.minga.platform.events;

import coop.minga.platform.http.Access;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import java.util.HashSet;
import java.util.Set;

/** One stream per browser with everything its account may hear. */
public final class StreamRoutes implements Routes {

    private static final Set<Role> STAFF =
            Set.of(Role.VIEWER, Role.SUPPORT, Role.ADMIN, Role.SUPER_ADMIN);

    private final Events events;

    public StreamRoutes(Events events) {
        this.events = events;
    }

    @Override
    public void register(RouteTable table) {
        table.get("/api/v1/events", Access.signedIn("events"))
                .summary("Everything that happens to this account and team")
                .limit(RateLimit.STREAM)
                .answers(200, Void.class)
                .handle(this::stream);
    }

    private Reply stream(Exchange exchange) {
        Principal principal = exchange.principal();
        Set<Topic> topics = new HashSet<>();
        topics.add(Topic.of(principal.account()));
        topics.add(Topic.of(principal.team()));
        if (principal.roles().stream().anyMatch(STAFF::contains)) {
            topics.add(Topic.ADMIN);
        }
        return Reply.events(events.open(topics, exchange.header("last-event-id").orElse("")));
    }
}
