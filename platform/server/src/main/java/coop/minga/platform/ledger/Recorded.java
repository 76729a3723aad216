package coop.minga.platform.ledger;

import coop.minga.plugin.api.Money;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A transfer as it stands in the books; the answer to making it, the first time and every time.
 *
 * @param id as given
 * @param kind as given
 * @param phase what it does
 * @param target the transfer it posts, voids, reverses or relates to, or null
 * @param explains as given
 * @param at when, to the microsecond
 * @param lines what moves, in order; none for a void
 */
public record Recorded(
        UUID id,
        String kind,
        Phase phase,
        @Nullable UUID target,
        Explains explains,
        Instant at,
        List<Line> lines) {

    /**
     * One posting.
     *
     * @param from the row's address, with its stripe for hot accounts
     * @param to likewise
     * @param amount above zero
     * @param rule the split rule it came from, or empty
     */
    public record Line(String from, String to, Money amount, String rule) {

        /** The source as features name it. */
        public String fromAddress() {
            return plain(from);
        }

        /** The destination as features name it. */
        public String toAddress() {
            return plain(to);
        }

        private static String plain(String row) {
            int stripe = row.indexOf('#');
            return stripe < 0 ? row : row.substring(0, stripe);
        }
    }

    public Recorded {
        lines = List.copyOf(lines);
    }
}
