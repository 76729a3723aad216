package coop.minga.platform.ledger;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A transfer about to be written.
 *
 * @param inputHash over everything the caller said, to tell a repetition from a mix-up
 * @param wants what moves
 * @param frees what an open hold set aside and sets free now
 */
record Draft(
        UUID id,
        String kind,
        Phase phase,
        @Nullable UUID target,
        Explains explains,
        @Nullable Instant expiresAt,
        byte[] inputHash,
        List<Want> wants,
        List<Recorded.Line> frees) {

    /**
     * What moves between rows.
     *
     * @param from the rows taken from, in order, by address; all but one only as far as they have
     * @param to the row given to, by address
     */
    record Want(List<String> from, String to, long amount, String rule) {}

    void addRows(Set<String> addresses) {
        for (Want want : wants) {
            addresses.addAll(want.from());
            addresses.add(want.to());
        }
        for (Recorded.Line line : frees) {
            addresses.add(line.from());
            addresses.add(line.to());
        }
    }
}
