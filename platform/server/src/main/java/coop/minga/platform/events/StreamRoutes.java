package coop.minga.platform.events;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.http.Access;
import coop.minga.platform.http.EventSource;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Principal;
import coop.minga.platform.http.RateLimit;
import coop.minga.platform.http.Reply;
import coop.minga.platform.http.Role;
import coop.minga.platform.http.RouteTable;
import coop.minga.platform.http.Routes;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** One stream per browser with everything its account may hear. */
public final class StreamRoutes implements Routes {

    private static final int MAX_PER_ACCOUNT = 10;
    private static final Set<Role> STAFF =
            Set.of(Role.VIEWER, Role.SUPPORT, Role.ADMIN, Role.SUPER_ADMIN);

    private final Events events;
    private final Map<AccountId, Integer> open = new ConcurrentHashMap<>();

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
        int mine = open.merge(principal.account(), 1, Integer::sum);
        if (mine > MAX_PER_ACCOUNT) {
            leave(principal.account());
            throw MingaException.of(
                            ErrorCode.of(ErrorCode.Type.LIMIT, "events.too-many-streams"),
                            "This account has too many event streams open. Close one first.",
                            "Esta cuenta tiene demasiados flujos de eventos abiertos. Cierra uno"
                                    + " primero.")
                    .retryAfter(Duration.ofSeconds(5));
        }
        try {
            return Reply.events(
                    new Counted(
                            events.open(topics, exchange.header("last-event-id").orElse("")),
                            () -> leave(principal.account())));
        } catch (RuntimeException e) {
            leave(principal.account());
            throw e;
        }
    }

    private void leave(AccountId account) {
        open.computeIfPresent(account, (id, count) -> count == 1 ? null : count - 1);
    }

    /** A stream that counts while it is open. */
    private static final class Counted implements EventSource {

        private final EventSource source;
        private final Runnable left;
        private final AtomicBoolean closed = new AtomicBoolean();

        Counted(EventSource source, Runnable left) {
            this.source = source;
            this.left = left;
        }

        @Override
        public Optional<Message> next(Duration patience) throws InterruptedException, EndOfStream {
            return source.next(patience);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                source.close();
                left.run();
            }
        }
    }
}
