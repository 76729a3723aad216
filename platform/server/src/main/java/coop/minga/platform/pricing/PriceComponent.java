package coop.minga.platform.pricing;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A part of what a plan costs, read from its code. */
public sealed interface PriceComponent {

    Pattern SLOT = Pattern.compile("slot([1-9][0-9]{0,3})h");

    Pattern USAGE = Pattern.compile("usage-([a-z][a-z0-9-]{0,31})");

    /** The code in the catalogue and the API: {@code hour}, {@code slot24h}, {@code setup}. */
    String code();

    /** What the API calls what one price covers: {@code hour}, {@code 24h}, {@code month}. */
    String per();

    /** How the thing itself is paid for. A plan may offer several; its customer chooses one. */
    sealed interface Base extends PriceComponent {}

    /** Paid whole before its time begins. */
    sealed interface Prepaid extends Base {

        /** The periods that follow one another from a first moment, by the calendar of a place. */
        Anchor anchor(Instant start, ZoneId zone);
    }

    /** Metered by the second while the machine runs; the price is per hour. */
    record Hour() implements Base {

        @Override
        public String code() {
            return "hour";
        }

        @Override
        public String per() {
            return "hour";
        }
    }

    /** Paid whole for a fixed time, and then over. */
    record Slot(int hours) implements Prepaid {

        public Slot {
            if (hours < 1 || hours > 9_999) {
                throw new IllegalArgumentException("A slot has 1 to 9999 hours, not " + hours);
            }
        }

        @Override
        public String code() {
            return "slot" + hours + "h";
        }

        @Override
        public String per() {
            return hours + "h";
        }

        @Override
        public Anchor anchor(Instant start, ZoneId zone) {
            return new Anchor(start, ChronoUnit.HOURS, hours, zone);
        }
    }

    /** Paid ahead period by period, until it is cancelled. */
    enum Recurring implements Prepaid {
        MONTH(ChronoUnit.MONTHS),
        YEAR(ChronoUnit.YEARS);

        private final ChronoUnit unit;

        Recurring(ChronoUnit unit) {
            this.unit = unit;
        }

        @Override
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String per() {
            return code();
        }

        @Override
        public Anchor anchor(Instant start, ZoneId zone) {
            return new Anchor(start, unit, 1, zone);
        }
    }

    /** Paid once, when it begins. */
    record Setup() implements PriceComponent {

        @Override
        public String code() {
            return "setup";
        }

        @Override
        public String per() {
            return "once";
        }
    }

    /** Paid for what is used, by {@link UsageTerms}. */
    record Usage(String metric) implements PriceComponent {

        @Override
        public String code() {
            return "usage-" + metric;
        }

        @Override
        public String per() {
            return "usage";
        }
    }

    /** The component of a code, or empty when there is no such component. */
    static Optional<PriceComponent> parse(String code) {
        switch (code) {
            case "hour":
                return Optional.of(new Hour());
            case "month":
                return Optional.of(Recurring.MONTH);
            case "year":
                return Optional.of(Recurring.YEAR);
            case "setup":
                return Optional.of(new Setup());
            default:
        }
        Matcher slot = SLOT.matcher(code);
        if (slot.matches()) {
            return Optional.of(new Slot(Integer.parseInt(slot.group(1))));
        }
        Matcher usage = USAGE.matcher(code);
        return usage.matches() ? Optional.of(new Usage(usage.group(1))) : Optional.empty();
    }

    /** The same of what a customer can choose. */
    static Optional<Base> base(String code) {
        return parse(code).filter(Base.class::isInstance).map(Base.class::cast);
    }
}
