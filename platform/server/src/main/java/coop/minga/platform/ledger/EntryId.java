package coop.minga.platform.ledger;

import coop.minga.platform.Ids;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a statement line is named outside: the transfer, the posting and the side of it. It tells
 * nothing about how many postings there are in the books.
 *
 * @param transfer the transfer
 * @param posting its number within the transfer
 * @param side 0 where the amount went out, 1 where it came in
 */
record EntryId(UUID transfer, int posting, int side) {

    private static final Pattern FORM = Pattern.compile("(ent_[0-9a-z]{26})-([0-9]{1,4})([oi])");

    static String write(UUID transfer, int posting, int side) {
        return "ent_" + Ids.encode(transfer) + "-" + posting + (side == 0 ? "o" : "i");
    }

    /** Empty for what cannot be an entry's id. */
    static Optional<EntryId> parse(String text) {
        Matcher match = FORM.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new EntryId(
                        Ids.parse("ent", match.group(1)),
                        Integer.parseInt(match.group(2)),
                        match.group(3).equals("o") ? 0 : 1));
    }
}
