package coop.minga.plugin.api.config;

import coop.minga.plugin.api.Text;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/** What values a {@link Field} takes. */
public sealed interface FieldType {

    /**
     * A line, or several.
     *
     * @param maxLength in characters, 1 to 65,536
     * @param pattern a regular expression the whole value must match; empty for any
     * @param multiline shown as a text area, line breaks allowed
     */
    record Line(int maxLength, String pattern, boolean multiline) implements FieldType {}

    /** Written once, stored encrypted, never shown again. */
    record Secret(int maxLength) implements FieldType {}

    /** A whole number, both bounds included. */
    record Int(long min, long max, String unit) implements FieldType {}

    /** An exact decimal number, both bounds included. */
    record Decimal(BigDecimal min, BigDecimal max, int scale) implements FieldType {}

    /** Yes or no. */
    record Bool() implements FieldType {}

    /** One of a fixed list. */
    record Choice(List<Option> options) implements FieldType {

        public Choice {
            options = List.copyOf(options);
        }
    }

    /** A length of time, written {@code 30s}, {@code 5m}, {@code 12h}, {@code 7d}. */
    record Span(Duration min, Duration max) implements FieldType {}

    /**
     * An absolute address. The host refuses addresses of its own and of private networks unless the
     * operator lists them.
     *
     * @param schemes allowed ones, for example {@code https}
     */
    record Url(List<String> schemes) implements FieldType {

        public Url {
            schemes = List.copyOf(schemes);
        }
    }

    /** Several short lines, each matching the pattern. */
    record Lines(int maxItems, String pattern) implements FieldType {}

    /**
     * One value that can be chosen.
     *
     * @param value what is stored
     * @param label its name for people
     */
    record Option(String value, Text label) {}

    static FieldType line() {
        return new Line(200, "", false);
    }

    static FieldType line(String pattern) {
        return new Line(200, pattern, false);
    }

    static FieldType area(int maxLength) {
        return new Line(maxLength, "", true);
    }

    static FieldType secret() {
        return new Secret(4096);
    }

    static FieldType integer(long min, long max) {
        return new Int(min, max, "");
    }

    static FieldType bool() {
        return new Bool();
    }

    static FieldType choice(Option... options) {
        return new Choice(List.of(options));
    }

    static FieldType span(Duration min, Duration max) {
        return new Span(min, max);
    }

    static FieldType url(String... schemes) {
        return new Url(List.of(schemes));
    }

    static FieldType lines(int maxItems, String pattern) {
        return new Lines(maxItems, pattern);
    }
}
