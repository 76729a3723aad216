package coop.minga.platform.admin;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.Json;
import coop.minga.platform.ledger.Books;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Reads for the operators' pages. Thread-safe. */
final class AdminService {

    private final Db db;
    private final Books books;
    private final Clock clock;
    private final AdminStore store = new AdminStore();

    AdminService(Db db, Books books, Clock clock) {
        this.db = db;
        this.books = books;
        this.clock = clock;
    }

    /** An amount on the wire. */
    record Amount(long amountMinor, String asset) {}

    /**
     * The dashboard.
     *
     * @param ordersToday since midnight UTC
     * @param failedOrders of those
     * @param revenue of all time, by asset
     */
    record Overview(
            long accounts,
            long runningInstances,
            long ordersToday,
            long failedOrders,
            long jobsDead,
            boolean booksBalanced,
            List<Amount> revenue) {}

    Overview overview() {
        Instant day = clock.instant().truncatedTo(ChronoUnit.DAYS);
        boolean balanced = books.latest().balanced();
        return db.read(handle -> {
            AdminStore.Counts counts = store.counts(handle, day);
            return new Overview(
                    counts.accounts(),
                    counts.runningInstances(),
                    counts.ordersToday(),
                    counts.failedOrders(),
                    counts.jobsDead(),
                    balanced,
                    store.revenue(handle).stream()
                            .map(revenue -> new Amount(revenue.amountMinor(), revenue.asset()))
                            .toList());
        });
    }

    /** A mail in the trial's mail box; nothing was sent to anybody. */
    record Mail(String id, String at, String to, String subject, String text) {}

    record MailPage(List<Mail> items, Optional<String> nextCursor) {}

    MailPage mails(String cursor, int limit) {
        List<AdminStore.Stored> stored = db.read(handle -> store.mails(handle, cursor, limit));
        Optional<String> next =
                stored.size() == limit ? Optional.of(stored.getLast().key()) : Optional.empty();
        return new MailPage(stored.stream().map(AdminService::mail).toList(), next);
    }

    private static Mail mail(AdminStore.Stored stored) {
        JsonNode json = Json.read(stored.value(), JsonNode.class);
        return new Mail(
                json.path("id").asText(),
                json.path("at").asText(),
                json.path("to").asText(),
                json.path("subject").asText(),
                json.path("text").asText());
    }
}
