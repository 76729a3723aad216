package coop.minga.platform.providers;

import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.ProviderException;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Opens what is configured, each on a thread of its own, and knows when all of it is settled. */
final class Openings {

    private final Map<ProviderRef, Held> held;
    private final Map<ProviderRef, FactoryEntry> factories;
    private final ProviderOpener opener;
    private final States states;
    private final Probes probes;
    private final ExecutorService work;
    private final Clock clock;
    private final AtomicInteger busy = new AtomicInteger();

    /**
     * @param held takes in what is opened
     * @param factories of running plugins
     */
    Openings(
            Map<ProviderRef, Held> held,
            Map<ProviderRef, FactoryEntry> factories,
            ProviderOpener opener,
            States states,
            Probes probes,
            ExecutorService work,
            Clock clock) {
        this.held = held;
        this.factories = factories;
        this.opener = opener;
        this.states = states;
        this.probes = probes;
        this.work = work;
        this.clock = clock;
    }

    /** Under the service's lock: makes a row and opens it when its plugin is there. */
    void hold(Setup setup) {
        ProviderRef factoryRef = new ProviderRef(setup.ref().kind(), setup.factory());
        Optional<FactoryEntry> factory = Optional.ofNullable(factories.get(factoryRef));
        Held fresh =
                new Held(
                        setup,
                        factory,
                        factory.isPresent() ? null : pluginMissing(setup.factory()),
                        clock);
        held.put(setup.ref(), fresh);
        if (factory.isPresent()) {
            FactoryEntry entry = factory.get();
            busy.incrementAndGet();
            work.execute(() -> {
                try {
                    open(fresh, entry);
                } finally {
                    fresh.openingEnded();
                    busy.decrementAndGet();
                }
            });
        } else {
            fresh.openingEnded();
        }
    }

    /** A factory that needs no value is opened under its own id, unless that name is taken. */
    void openByItself(FactoryEntry entry) {
        ProviderRef ref = new ProviderRef(entry.kind(), entry.descriptor().id());
        if (!entry.descriptor().schema().needsValues() && !held.containsKey(ref)) {
            hold(new Setup(ref, entry.descriptor().id(), Map.of(), Source.PLUGIN, 0));
        }
    }

    static Reason pluginMissing(String factory) {
        return Reason.of(
                "plugin-missing",
                "No running plugin offers '" + factory + "'.",
                "Ningún plugin en marcha ofrece '" + factory + "'.");
    }

    private void open(Held fresh, FactoryEntry factory) {
        switch (opener.open(fresh.setup(), factory, refusal -> refused(fresh, refusal))) {
            case ProviderOpener.Opening.Opened(Open open) -> {
                if (!fresh.takeIn(open)) {
                    Held.close(open, fresh.setup().ref());
                    return;
                }
                fresh.openingEnded();
                states.changed(fresh, ProviderState.PROBING, null);
                fresh.guarded().flatMap(Look::facts).ifPresent(fresh::learned);
                probes.look(fresh);
            }
            case ProviderOpener.Opening.NotOpened(Reason why) ->
                    states.changed(fresh, ProviderState.FAILED, why);
        }
    }

    /** The vendor does not take the configuration. */
    void refused(Held provider, ProviderException refusal) {
        String code = refusal.code().name().toLowerCase(java.util.Locale.ROOT);
        states.changed(provider, ProviderState.FAILED, new Reason(code, refusal.reason()));
    }

    /**
     * Waits until nothing is being opened or looked at for the first time.
     *
     * @return whether that came about in time
     */
    boolean awaitSettled(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (busy.get() > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }
}
