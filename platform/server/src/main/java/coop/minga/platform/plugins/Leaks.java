package coop.minga.platform.plugins;

import coop.minga.plugin.loader.LoadedPlugin;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Looks whether the classes of plugins that were let go of are gone. Collections are asked for a
 * few times only, whatever number of plugins is waited for: each one stops the whole host for a
 * moment. Thread-safe.
 */
final class Leaks {

    private static final Logger LOG = LoggerFactory.getLogger(Leaks.class);

    /** Pauses before each collection that is asked for. */
    private static final List<Duration> PAUSES =
            List.of(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(8));

    /**
     * A collection stops the host for a moment; while plugins go one after another, that would be
     * in the way of those that come in their place.
     */
    private static final Duration CALM = Duration.ofSeconds(5);

    /** However many plugins come and go, memory is not left to them for longer than this. */
    private static final Duration AT_LATEST = Duration.ofMinutes(2);

    /** A plugin that was let go of. */
    private static final class Gone {
        private final String id;
        private final LoadedPlugin.Trace trace;
        private int looks;

        Gone(String id, LoadedPlugin.Trace trace) {
            this.id = id;
            this.trace = trace;
        }
    }

    private final Runnable changed;
    private final List<Gone> waiting = new ArrayList<>();
    private final List<Gone> stuck = new ArrayList<>();
    private long lastGone;
    private boolean looking;
    private boolean closed;

    /**
     * @param changed called on a thread of its own when there is a leak more
     */
    Leaks(Runnable changed) {
        this.changed = changed;
    }

    synchronized void watch(String id, LoadedPlugin.Trace trace) {
        if (closed) {
            return;
        }
        waiting.add(new Gone(id, trace));
        lastGone = System.nanoTime();
        if (!looking) {
            looking = true;
            Thread.ofVirtual().name("plugin-leak-check").start(this::look);
        }
    }

    /** What stays in memory, by plugin. */
    synchronized Map<String, Reason> found() {
        stuck.removeIf(gone -> gone.trace.isCollected());
        Map<String, Reason> reasons = new TreeMap<>();
        for (Gone gone : stuck) {
            reasons.put(gone.id, reason(gone.trace.threads()));
        }
        return reasons;
    }

    synchronized void close() {
        closed = true;
        waiting.clear();
    }

    private void look() {
        try {
            while (true) {
                Duration pause = pause();
                if (pause.isZero()) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                awaitCalm();
                System.gc();
                if (sort()) {
                    changed.run();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitCalm() throws InterruptedException {
        long end = System.nanoTime() + AT_LATEST.toNanos();
        Duration rest = untilCalm();
        while (rest.isPositive() && System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.sleep(rest.toNanos());
            rest = untilCalm();
        }
    }

    private synchronized Duration untilCalm() {
        return CALM.minusNanos(System.nanoTime() - lastGone);
    }

    /** The shortest pause any of them wants; zero when nothing is waited for. */
    private synchronized Duration pause() {
        looking = !waiting.isEmpty();
        return waiting.stream()
                .map(gone -> PAUSES.get(gone.looks))
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private synchronized boolean sort() {
        boolean leak = false;
        for (Gone gone : List.copyOf(waiting)) {
            if (gone.trace.isCollected()) {
                waiting.remove(gone);
            } else if (++gone.looks >= PAUSES.size()) {
                waiting.remove(gone);
                stuck.add(gone);
                leak = true;
                LOG.warn(
                        "Plugin {} left something behind in memory; threads: {}",
                        gone.id,
                        gone.trace.threads());
            }
        }
        return leak;
    }

    private static Reason reason(List<String> threads) {
        String names = String.join(", ", threads);
        return Reason.of(
                "restart-needed",
                "A version that was removed stays in memory"
                        + (threads.isEmpty() ? "" : " (threads: " + names + ")")
                        + ". Restart the host to be rid of it.",
                "Una versión que se quitó sigue en memoria"
                        + (threads.isEmpty() ? "" : " (hilos: " + names + ")")
                        + ". Reinicia el anfitrión para liberarla.");
    }
}
