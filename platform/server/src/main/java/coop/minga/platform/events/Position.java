package coop.minga.platform.events;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far somebody has read the outbox: facts are ordered by the transaction that wrote them, then
 * by id.
 */
record Position(long xact, long id) implements Comparable<Position> {

    static final Position START = new Position(0, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})(\\.\\d+)?");

    @Override
    public int compareTo(Position other) {
        int byXact = Long.compare(xact, other.xact);
        return byXact != 0 ? byXact : Long.compare(id, other.id);
    }

    /**
     * The id of a fact on a browser stream: up to where everything was told, then the fact's own
     * number, by which a client can know it when it is told twice.
     */
    String eventId(long fact) {
        return xact + "-" + id + "." + fact;
    }

    /** The position in an event id. */
    static Optional<Position> parse(String eventId) {
        Matcher matcher = TEXT.matcher(eventId);
        return matcher.matches()
                ? Optional.of(
                        new Position(
                                Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }
}
