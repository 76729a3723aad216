package coop.minga.plugin.api.compute;

import coop.minga.plugin.api.Call;

import java.time.Instant;

/** Optional ability of a backend: what an instance uses. Capability {@link Need#USAGE_METER}. */
public interface UsageMeter {

    /** A reading now. */
    Usage usage(Call call, InstanceHandle handle);

    /**
     * Counters begin at zero when the instance starts; the host keeps the differences.
     *
     * @param at when it was read
     * @param cpuMillis CPU time used since the start, in milliseconds
     * @param memoryBytes in use now
     * @param diskBytes in use now
     * @param receivedBytes over the network since the start
     * @param sentBytes over the network since the start
     */
    record Usage(
            Instant at,
            long cpuMillis,
            long memoryBytes,
            long diskBytes,
            long receivedBytes,
            long sentBytes) {}
}
