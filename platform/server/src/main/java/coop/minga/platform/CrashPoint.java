package coop.minga.platform;

/**
 * Named places in long-running work at which a test may end the process, to see that what was begun
 * is finished or undone by the next one.
 */
@FunctionalInterface
public interface CrashPoint {

    /** Passes, or does not return. */
    void at(String point);

    /** Always passes. */
    static CrashPoint none() {
        return point -> {};
    }

    /** Halts the process at the point named by the system property {@code minga.crash}. */
    static CrashPoint ofProperty() {
        String wanted = System.getProperty("minga.crash", "");
        return wanted.isEmpty()
                ? none()
                : point -> {
                    if (point.equals(wanted)) {
                        Runtime.getRuntime().halt(137);
                    }
                };
    }
}
