package coop.minga.platform.events;

import coop.minga.platform.AccountId;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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
    private final Map<AccountId, List<Counted>> open = new ConcurrentHashMap<>();

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
        Counted stream =
                new Counted(
                        principal.account(),
                        events.open(topics, exchange.header("last-event-id").orElse("")));
        enter(stream);
        return Reply.events(stream);
    }

    /**
     * The newest stream wins: a page that was left is only noticed at the next heartbeat, and
     * whoever turns pages quickly must not be refused for the pages they left.
     */
    private void enter(Counted stream) {
        open.compute(
                stream.account,
                (id, before) -> {
                    List<Counted> now = new ArrayList<>(before == null ? List.of() : before);
                    now.add(stream);
                    while (now.size() > MAX_PER_ACCOUNT) {
                        now.removeFirst().evicted = true;
                    }
                    return List.copyOf(now);
                });
    }

    private void leave(Counted stream) {
        open.computeIfPresent(
                stream.account,
                (id, before) -> {
                    List<Counted> now = before.stream().filter(each -> each != stream).toList();
                    return now.isEmpty() ? null : now;
                });
    }

    /** A stream that counts while it is open. */
    private final class Counted implements EventSource {

        private final AccountId account;
        private final EventSource source;
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile boolean evicted;

        Counted(AccountId account, EventSource source) {
            this.account = account;
            this.source = source;
        }

        @Override
        public Optional<Message> next(Duration patience) throws InterruptedException, EndOfStream {
            if (evicted) {
                throw new EndOfStream();
            }
            return source.next(patience);
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                source.close();
                leave(this);
            }
        }
    }
}
