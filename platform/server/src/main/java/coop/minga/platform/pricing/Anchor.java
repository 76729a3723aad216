package coop.minga.platform.pricing;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/**
 * Periods that follow one another from a first moment. Each is counted from that moment, not from
 * the one before, so that 31 January leads to 28 February and then to 31 March, and 29 February to
 * 29 February wherever there is one. Hours are sixty minutes; days and what is longer follow the
 * calendar of the place, so that a day there may have 23 or 25 hours.
 *
 * @param start of the first period
 * @param unit hours, days, months or years
 * @param count how many units a period has
 * @param zone whose calendar counts
 */
public record Anchor(Instant start, ChronoUnit unit, int count, ZoneId zone) {

    public Anchor {
        switch (unit) {
            case HOURS, DAYS, MONTHS, YEARS -> {}
            default -> throw new IllegalArgumentException("Nobody pays by " + unit);
        }
        if (count < 1) {
            throw new IllegalArgumentException("A period has at least one of its unit");
        }
    }

    /**
     * A time that is paid for together.
     *
     * @param from the first moment
     * @param to the first moment that is not part of it
     */
    public record Period(Instant from, Instant to) {

        public long seconds() {
            return Duration.between(from, to).toSeconds();
        }
    }

    /**
     * @param n 0 for the first period
     */
    public Period period(long n) {
        return new Period(boundary(n), boundary(Math.addExact(n, 1)));
    }

    /**
     * The period a moment lies in.
     *
     * @param at not before the start
     */
    public Period at(Instant at) {
        if (at.isBefore(start)) {
            throw new IllegalArgumentException(at + " is before " + start);
        }
        // At most one off: whole units are counted by the calendar, boundaries from the anchor.
        long n = unit.between(start.atZone(zone), at.atZone(zone)) / count;
        while (n > 0 && at.isBefore(boundary(n))) {
            n--;
        }
        while (!at.isBefore(boundary(n + 1))) {
            n++;
        }
        return period(n);
    }

    private Instant boundary(long n) {
        long units = Math.multiplyExact(n, (long) count);
        if (unit == ChronoUnit.HOURS) {
            return start.plus(units, unit);
        }
        ZonedDateTime first = start.atZone(zone);
        return first.plus(units, unit).toInstant();
    }
}
