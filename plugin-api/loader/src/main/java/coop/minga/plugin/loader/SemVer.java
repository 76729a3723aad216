package coop.minga.plugin.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A semantic version (semver.org 2.0.0); build metadata is read and ignored.
 *
 * @param preRelease identifiers such as {@code rc}, {@code 1}; empty for a release
 */
public record SemVer(int major, int minor, int patch, List<String> preRelease)
        implements Comparable<SemVer> {

    private static final Pattern SHAPE =
            Pattern.compile(
                    "(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})\\.(0|[1-9]\\d{0,5})"
                            + "(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?"
                            + "(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9]\\d{0,8}");

    public SemVer {
        preRelease = List.copyOf(preRelease);
    }

    /** Reads {@code 1.2.3}, {@code 1.2.3-rc.1}; empty when it is anything else. */
    public static Optional<SemVer> of(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (text.length() > 100 || !matcher.matches()) {
            return Optional.empty();
        }
        String pre = matcher.group(4);
        return Optional.of(
                new SemVer(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)),
                        pre == null ? List.of() : List.of(pre.split("\\."))));
    }

    @Override
    public int compareTo(SemVer other) {
        int order = Integer.compare(major, other.major);
        order = order != 0 ? order : Integer.compare(minor, other.minor);
        order = order != 0 ? order : Integer.compare(patch, other.patch);
        if (order != 0) {
            return order;
        }
        if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
            return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
        }
        for (int i = 0; i < Math.min(preRelease.size(), other.preRelease.size()); i++) {
            int step = compareIdentifier(preRelease.get(i), other.preRelease.get(i));
            if (step != 0) {
                return step;
            }
        }
        return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    private static int compareIdentifier(String left, String right) {
        boolean leftNumber = NUMBER.matcher(left).matches();
        boolean rightNumber = NUMBER.matcher(right).matches();
        if (leftNumber && rightNumber) {
            return Integer.compare(Integer.parseInt(left), Integer.parseInt(right));
        }
        if (leftNumber != rightNumber) {
            return leftNumber ? -1 : 1;
        }
        return left.compareTo(right);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        parts.add(major + "." + minor + "." + patch);
        if (!preRelease.isEmpty()) {
            parts.add(String.join(".", preRelease));
        }
        return String.join("-", parts);
    }
}
