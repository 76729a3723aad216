package coop.minga.plugin.api.compute;

import coop.minga.plugin.api.Call;

import java.time.Instant;
import java.util.List;

/** Optional ability of a backend: what the workload printed. Capability {@link Need#LOGS}. */
public interface Logs {

    /**
     * The newest lines, oldest first, at most {@code lines} (1 to 1,000); empty when nothing was
     * printed.
     */
    List<Line> tail(Call call, InstanceHandle handle, int lines);

    /**
     * Gives lines to the sink as they come, beginning with those after the newest {@code tail},
     * until the sink says stop, the thread is interrupted, or the instance is gone. Exempt from the
     * call's deadline.
     */
    void follow(Call call, InstanceHandle handle, int tail, Sink sink);

    /**
     * @param at when it was printed
     * @param error whether it went to standard error
     * @param text without its line break, at most 16 KiB
     */
    record Line(Instant at, boolean error, String text) {}

    /** Takes lines; may block, which is how the host holds a fast workload back. */
    @FunctionalInterface
    interface Sink {
        /**
         * @return false when nobody listens any more
         */
        boolean accept(Line line);
    }
}
