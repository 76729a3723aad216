package coop.minga.plugins.payment.stripe;

import coop.minga.plugin.api.Page;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A stretch of time that is read at once. Stripe lists the newest first and the host wants the
 * oldest first, so a list is read in stretches that fit one page, each put in order.
 *
 * @param from in seconds, included
 * @param until in seconds, not included
 * @param end where the whole list ends, in seconds
 */
record Span(long from, long until, long end) {

    /** The most that Stripe gives at once. */
    static final long PAGE = 100L;

    /** What a stretch holds. */
    sealed interface Read<T> {}

    record All<T>(List<T> items) implements Read<T> {}

    /** Stripe has more of it than it gives at once. */
    record TooMuch<T>(List<T> items) implements Read<T> {}

    /** The stretch a list goes on with; from its beginning to now where it begins. */
    static Span of(Page.Token token, Instant since, Instant now) {
        if (token.isFirst()) {
            long from = Math.max(0, since.plusNanos(999_999_999).getEpochSecond());
            long end = now.getEpochSecond() + 1;
            return new Span(from, Math.max(from, end), end);
        }
        String[] parts = token.value().split(":", 3);
        return new Span(
                Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    /** Reads stretches, each half as long, until one fits; then says where to go on. */
    <T> Page<T> page(Function<Span, Read<T>> read) {
        if (from >= end) {
            return Page.last(List.of());
        }
        Span span = this;
        while (true) {
            switch (read.apply(span)) {
                case All<T>(List<T> items) -> {
                    return new Page<>(items, span.next());
                }
                case TooMuch<T>(List<T> items) -> {
                    if (span.length() == 1) {
                        // A hundred in one second is beyond what Stripe lets one account do.
                        return new Page<>(items, span.next());
                    }
                    span = new Span(span.from, span.from + span.length() / 2, end);
                }
            }
        }
    }

    private long length() {
        return until - from;
    }

    /** What follows, twice as long. */
    private Optional<Page.Token> next() {
        if (until >= end) {
            return Optional.empty();
        }
        long then = Math.min(end, until + 2 * length());
        return Optional.of(new Page.Token(until + ":" + then + ":" + end));
    }
}
