package coop.minga.plugin.testkit;

import coop.minga.plugin.api.Metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Remembers what was counted and timed. Refuses names the host would refuse. Thread-safe. */
public final class RecordingMetrics implements Metrics {

    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, List<Duration>> times = new TreeMap<>();

    @Override
    public synchronized void count(String name, long amount) {
        counts.merge(checked(name), amount, Long::sum);
    }

    @Override
    public synchronized void time(String name, Duration duration) {
        times.computeIfAbsent(checked(name), n -> new ArrayList<>()).add(duration);
    }

    /** The counter's value, 0 where nothing was counted. */
    public synchronized long counted(String name) {
        return counts.getOrDefault(name, 0L);
    }

    public synchronized List<Duration> timed(String name) {
        return List.copyOf(times.getOrDefault(name, List.of()));
    }

    private static String checked(String name) {
        if (!name.matches("[a-z][a-z0-9_]{0,40}")) {
            throw new IllegalArgumentException("Metric name '" + name + "' is not allowed");
        }
        return name;
    }
}
