package coop.minga.platform.invoices;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;

import java.util.List;
import java.util.UUID;

/**
 * A document that only lacks its number.
 *
 * @param team whose it is
 * @param account who is told
 * @param document with an empty reference
 * @param sources what its lines stand for
 */
record Draft(TeamId team, AccountId account, Document document, List<Source> sources) {

    /**
     * A part of a line.
     *
     * @param line its number
     * @param span the time that was charged
     * @param amountMinor how much of that charge
     */
    record Source(int line, UUID span, long amountMinor) {}
}
