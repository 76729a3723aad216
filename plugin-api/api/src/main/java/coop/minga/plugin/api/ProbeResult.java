package coop.minga.plugin.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether a provider can work, with the checks behind the verdict in the order they were made.
 *
 * @param status the verdict
 * @param checks what was looked at
 */
public record ProbeResult(Status status, List<Check> checks) {

    public ProbeResult {
        checks = List.copyOf(checks);
    }

    /**
     * READY: all works. DEGRADED: works with a limitation. ABSENT: what it drives is not there at
     * all, neither broken nor refused; where nobody configured the provider, nobody misses it
     * either. FAILED: cannot work until somebody acts.
     */
    public enum Status {
        READY,
        DEGRADED,
        ABSENT,
        FAILED
    }

    /**
     * One thing looked at.
     *
     * @param name what was looked at
     * @param ok whether it is as it should be
     * @param detail what was seen; holds no secret
     * @param fix what the operator can do about it; empty where nothing is wrong
     */
    public record Check(Text name, boolean ok, Text detail, Text fix) {

        public static Check passed(Text name, Text detail) {
            return new Check(name, true, detail, Text.of(""));
        }

        /** For what reads the same in every language: a version, a path. */
        public static Check passed(Text name, String detail) {
            return passed(name, Text.of(detail));
        }

        public static Check failed(Text name, Text detail, Text fix) {
            return new Check(name, false, detail, fix);
        }

        /** For what reads the same in every language: the vendor's own words. */
        public static Check failed(Text name, String detail, Text fix) {
            return failed(name, Text.of(detail), fix);
        }
    }

    /** READY when every check passed, else FAILED. */
    public static ProbeResult of(List<Check> checks) {
        return new ProbeResult(
                checks.stream().allMatch(Check::ok) ? Status.READY : Status.FAILED, checks);
    }

    /** Works, but the failed ones among the checks limit it. */
    public static ProbeResult degraded(List<Check> checks) {
        return new ProbeResult(Status.DEGRADED, checks);
    }

    /** What it drives is not there; the checks say how to put it there. */
    public static ProbeResult absent(List<Check> checks) {
        return new ProbeResult(Status.ABSENT, checks);
    }

    /** The failed checks' details in one line, for lists and logs; empty when all passed. */
    public Text reason() {
        List<Text> seen = checks.stream().filter(check -> !check.ok()).map(Check::detail).toList();
        Set<String> languages = new TreeSet<>(Set.of("en"));
        seen.forEach(detail -> languages.addAll(detail.byLanguage().keySet()));
        Map<String, String> lines = new HashMap<>();
        for (String language : languages) {
            lines.put(
                    language,
                    seen.stream()
                            .map(detail -> detail.in(language))
                            .collect(Collectors.joining("; ")));
        }
        return new Text(lines);
    }
}
