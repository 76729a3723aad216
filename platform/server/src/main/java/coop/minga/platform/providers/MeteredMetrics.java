package coop.minga.platform.providers;

import coop.minga.plugin.api.Metrics;

import io.micrometer.core.instrument.MeterRegistry;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** A plugin's own counters and timers, so many and no more. */
final class MeteredMetrics implements Metrics {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,40}");
    private static final int MAX_NAMES = 100;

    private final MeterRegistry meters;
    private final ProviderRef ref;
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    MeteredMetrics(MeterRegistry meters, ProviderRef ref) {
        this.meters = meters;
        this.ref = ref;
    }

    @Override
    public void count(String name, long amount) {
        if (isKept(name)) {
            meters.counter("minga.plugin." + name, "provider", ref.toString()).increment(amount);
        }
    }

    @Override
    public void time(String name, Duration duration) {
        if (isKept(name)) {
            meters.timer("minga.plugin." + name, "provider", ref.toString()).record(duration);
        }
    }

    private boolean isKept(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Metric name '" + name + "' must match " + NAME);
        }
        return names.contains(name) || (names.size() < MAX_NAMES && names.add(name));
    }
}
