package coop.minga.platform.http;

import coop.minga.platform.AccountId;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The event streams that are open, per account. The newest wins: a page that was left is only
 * noticed at the next heartbeat, and whoever turns pages quickly must not be refused for those.
 */
final class OpenStreams {

    private static final int MAX_PER_ACCOUNT = 16;

    private final Map<AccountId, List<Ticket>> open = new ConcurrentHashMap<>();

    /** Counts while it is not closed. */
    final class Ticket implements AutoCloseable {

        private final AccountId account;
        private volatile boolean evicted;

        private Ticket(AccountId account) {
            this.account = account;
        }

        /** Whether newer streams took this one's place, so that it has to end. */
        boolean isEvicted() {
            return evicted;
        }

        @Override
        public void close() {
            open.computeIfPresent(
                    account,
                    (id, before) -> {
                        List<Ticket> now = before.stream().filter(each -> each != this).toList();
                        return now.isEmpty() ? null : now;
                    });
        }
    }

    Ticket enter(AccountId account) {
        Ticket ticket = new Ticket(account);
        open.compute(
                account,
                (id, before) -> {
                    List<Ticket> now = new ArrayList<>(before == null ? List.of() : before);
                    now.add(ticket);
                    while (now.size() > MAX_PER_ACCOUNT) {
                        now.removeFirst().evicted = true;
                    }
                    return List.copyOf(now);
                });
        return ticket;
    }
}
