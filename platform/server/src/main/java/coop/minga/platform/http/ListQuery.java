package coop.minga.platform.http;

import coop.minga.platform.AccountId;
import coop.minga.platform.MingaException;

import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * Which page of a list a request asks for, and of which rows.
 *
 * @param state only rows in this state; null for all
 * @param account only rows of this account; null for all
 * @param after where the page before ended
 * @param limit how many rows at most
 */
public record ListQuery(
        @Nullable String state, @Nullable AccountId account, Cursor after, int limit) {

    /** One of {@code cursor} and {@code limit}: whose rows they are is settled elsewhere. */
    public static ListQuery of(Exchange exchange) {
        return new ListQuery(null, null, Cursor.of(exchange), limit(exchange));
    }

    /**
     * One that may also name a {@code state} and an {@code account}.
     *
     * @param states those there are
     */
    public static ListQuery filtered(Exchange exchange, Collection<String> states) {
        String state = exchange.query("state").orElse(null);
        if (state != null && !states.contains(state)) {
            throw MingaException.invalid(
                    "query:state",
                    "unknown-value",
                    "There is no such state.",
                    "No existe ese estado.");
        }
        return new ListQuery(
                state,
                exchange.query("account").map(AccountId::parse).orElse(null),
                Cursor.of(exchange),
                limit(exchange));
    }

    private static int limit(Exchange exchange) {
        return exchange.query("limit", 50, 1, 100);
    }

    /** How many rows are looked for, so that it is known whether there are more. */
    private int oneMore() {
        return limit + 1;
    }

    /**
     * Gives a statement {@code :state}, {@code :account}, {@code :before} and {@code :beforeId},
     * behind which the page begins, and {@code :limit}.
     */
    public <Q extends SqlStatement<Q>> Q bindTo(Q statement) {
        return statement
                .bindByType("state", state, String.class)
                .bindByType("account", account == null ? null : account.value(), UUID.class)
                .bind("before", after.at().atOffset(ZoneOffset.UTC))
                .bind("beforeId", after.id())
                .bind("limit", oneMore());
    }

    /** Cuts what was found down to the page. */
    public <T> Slice<T> cut(List<T> found, Function<T, Cursor> position) {
        List<T> rows = found.subList(0, Math.min(limit, found.size()));
        return new Slice<>(
                rows, found.size() > limit ? position.apply(rows.getLast()).text() : null);
    }

    /**
     * A page of rows.
     *
     * @param nextCursor where the next page begins; null after the last
     */
    public record Slice<T>(List<T> rows, @Nullable String nextCursor) {}
}
