package coop.minga.platform.providers;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Looks at every open provider again and again, sooner at those that do not work. */
final class Probes implements AutoCloseable {

    private static final Duration RECOVERY_INTERVAL = Duration.ofSeconds(10);

    private final Duration interval;
    private final Duration recoveryInterval;
    private final Collection<Held> providers;
    private final States states;
    private final Executor work;
    private final boolean trial;
    private volatile boolean closed;

    /**
     * @param providers what there is, as it changes
     * @param work where the looks are done
     */
    Probes(ProvidersConfig config, Collection<Held> providers, States states, Executor work) {
        this.interval = config.probeInterval();
        this.trial = config.trial();
        this.recoveryInterval =
                interval.compareTo(RECOVERY_INTERVAL) < 0 ? interval : RECOVERY_INTERVAL;
        this.providers = providers;
        this.states = states;
        this.work = work;
    }

    void start() {
        Thread.ofVirtual().name("providers-probe").start(this::lookForEver);
    }

    /** One look, now. */
    void look(Held provider) {
        Optional<Look.Finding> finding =
                provider.guarded()
                        .flatMap(open ->
                                Look.at(open, Ask.reading("probe"), provider.isWanted(trial)));
        provider.probed();
        finding.ifPresent(found -> states.changed(provider, found.state(), found.reason()));
    }

    private void lookForEver() {
        while (!closed) {
            try {
                TimeUnit.SECONDS.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            for (Held provider : providers) {
                boolean well = provider.view().state().takesWork();
                if (!closed && provider.isDue(well ? interval : recoveryInterval)) {
                    provider.probed();
                    work.execute(() -> look(provider));
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
