package coop.minga.platform.providers;

import coop.minga.platform.providers.Outcome.Done;
import coop.minga.platform.providers.Outcome.Failed;
import coop.minga.platform.providers.Outcome.Unknown;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Measures one provider's calls, apart by operation and by how they ended. */
final class CallTimes {

    private final ProviderRef ref;
    private final MeterRegistry meters;
    private final Map<Measured, Timer> timers = new ConcurrentHashMap<>();

    /** What is measured apart. */
    private record Measured(String operation, String outcome) {}

    CallTimes(ProviderRef ref, MeterRegistry meters) {
        this.ref = ref;
        this.meters = meters;
    }

    void measure(Ask ask, Outcome<?> outcome, long nanos) {
        String result =
                switch (outcome) {
                    case Done<?> _ -> "done";
                    case Failed<?> failed ->
                            failed.code().name().toLowerCase(java.util.Locale.ROOT);
                    case Unknown<?> _ -> "unknown";
                };
        timers.computeIfAbsent(new Measured(ask.operation(), result), this::timer)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Measured measured) {
        return Timer.builder("minga.provider.calls")
                .tags(
                        "kind",
                        ref.kind().id(),
                        "provider",
                        ref.name(),
                        "operation",
                        measured.operation(),
                        "outcome",
                        measured.outcome())
                .register(meters);
    }
}
