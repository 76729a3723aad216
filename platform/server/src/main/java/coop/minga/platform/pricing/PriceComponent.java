package coop.minga.platform.pricing;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a plan is paid for, read from the component's code. */
public sealed interface PriceComponent {

    Pattern SLOT = Pattern.compile("slot([1-9][0-9]{0,3})h");

    /** The code in the catalogue and the API: {@code hour}, {@code slot24h}. */
    String code();

    /** What one price covers. */
    Duration period();

    /** Metered by the second while the machine runs; the price is per hour. */
    record Hour() implements PriceComponent {

        @Override
        public String code() {
            return "hour";
        }

        @Override
        public Duration period() {
            return Duration.ofHours(1);
        }
    }

    /** Paid whole for a fixed time. */
    record Slot(int hours) implements PriceComponent {

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
        public Duration period() {
            return Duration.ofHours(hours);
        }
    }

    /** The component of a code, or empty when there is no such component. */
    static Optional<PriceComponent> parse(String code) {
        if (code.equals("hour")) {
            return Optional.of(new Hour());
        }
        Matcher slot = SLOT.matcher(code);
        return slot.matches()
                ? Optional.of(new Slot(Integer.parseInt(slot.group(1))))
                : Optional.empty();
    }

    /** What the API calls the period: {@code hour}, {@code 24h}. */
    default String per() {
        return switch (this) {
            case Hour hour -> "hour";
            case Slot slot -> slot.hours() + "h";
        };
    }
}
