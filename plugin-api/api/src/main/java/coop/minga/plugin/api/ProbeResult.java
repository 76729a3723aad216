package coop.minga.plugin.api;

import java.util.List;

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
     * READY: all works. DEGRADED: works with a limitation. FAILED: cannot work until somebody acts.
     */
    public enum Status {
        READY,
        DEGRADED,
        FAILED
    }

    /**
     * One thing looked at.
     *
     * @param name what was looked at
     * @param ok whether it is as it should be
     * @param detail what was seen
     * @param fix what the operator can do about it; empty where nothing is wrong
     */
    public record Check(Text name, boolean ok, String detail, Text fix) {

        public static Check passed(Text name, String detail) {
            return new Check(name, true, detail, Text.of(""));
        }

        public static Check failed(Text name, String detail, Text fix) {
            return new Check(name, false, detail, fix);
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

    /** The failed checks' details in one line, for lists and logs; empty when all passed. */
    public String reason() {
        return String.join(
                "; ", checks.stream().filter(check -> !check.ok()).map(Check::detail).toList());
    }
}
