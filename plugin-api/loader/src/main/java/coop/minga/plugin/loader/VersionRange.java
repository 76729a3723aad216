package coop.minga.plugin.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of versions written as comparisons joined by {@code &}, for example {@code >=1.2 & <2}.
 * Missing parts of a version count as zero.
 *
 * @param bounds all of which must hold
 */
public record VersionRange(List<Bound> bounds) {

    private static final Pattern BOUND =
            Pattern.compile("(>=|>|<=|<|=)\\s*(\\d{1,6})(?:\\.(\\d{1,6}))?(?:\\.(\\d{1,6}))?");

    public VersionRange {
        bounds = List.copyOf(bounds);
    }

    private enum Comparison {
        AT_LEAST(">="),
        ABOVE(">"),
        AT_MOST("<="),
        BELOW("<"),
        EXACTLY("=");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }
    }

    /** One comparison. */
    public static final class Bound {
        private final Comparison comparison;
        private final SemVer version;

        private Bound(Comparison comparison, SemVer version) {
            this.comparison = comparison;
            this.version = version;
        }

        private boolean admits(SemVer candidate) {
            int order = candidate.compareTo(version);
            return switch (comparison) {
                case AT_LEAST -> order >= 0;
                case ABOVE -> order > 0;
                case AT_MOST -> order <= 0;
                case BELOW -> order < 0;
                case EXACTLY -> order == 0;
            };
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bound that
                    && comparison == that.comparison
                    && version.equals(that.version);
        }

        @Override
        public int hashCode() {
            return 31 * comparison.hashCode() + version.hashCode();
        }

        @Override
        public String toString() {
            return comparison.sign + version;
        }
    }

    /** Reads a range; empty when it cannot be read. */
    public static Optional<VersionRange> of(String text) {
        List<Bound> bounds = new ArrayList<>();
        if (text.length() > 200) {
            return Optional.empty();
        }
        for (String part : text.split("&", -1)) {
            Matcher matcher = BOUND.matcher(part.strip());
            if (!matcher.matches()) {
                return Optional.empty();
            }
            Comparison comparison = null;
            for (Comparison candidate : Comparison.values()) {
                if (candidate.sign.equals(matcher.group(1))) {
                    comparison = candidate;
                }
            }
            if (comparison == null) {
                return Optional.empty();
            }
            bounds.add(
                    new Bound(
                            comparison,
                            new SemVer(
                                    number(matcher, 2),
                                    number(matcher, 3),
                                    number(matcher, 4),
                                    List.of())));
        }
        return Optional.of(new VersionRange(bounds));
    }

    private static int number(Matcher matcher, int group) {
        String digits = matcher.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    public boolean admits(SemVer version) {
        return bounds.stream().allMatch(bound -> bound.admits(version));
    }

    /** Whether a version is outside because it is too low. */
    public boolean isAbove(SemVer version) {
        return bounds.stream()
                .anyMatch(bound ->
                        bound.comparison != Comparison.AT_MOST
                                && bound.comparison != Comparison.BELOW
                                && !bound.admits(version)
                                && version.compareTo(bound.version) <= 0);
    }

    /** Whether some later version is certainly outside. */
    public boolean hasUpperBound() {
        return bounds.stream()
                .anyMatch(bound ->
                        bound.comparison == Comparison.AT_MOST
                                || bound.comparison == Comparison.BELOW
                                || bound.comparison == Comparison.EXACTLY);
    }

    @Override
    public String toString() {
        return String.join(" & ", bounds.stream().map(Bound::toString).toList());
    }
}
