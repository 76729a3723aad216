package coop.minga.platform.providers;

import coop.minga.platform.plugins.BoundedCall;
import coop.minga.platform.plugins.FlightRecorder;
import coop.minga.platform.plugins.Reason;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.config.ConfigSchema;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One configured provider and what became of it. Thread-safe. */
final class Held {

    private static final Logger LOG = LoggerFactory.getLogger(Held.class);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
    private static final Duration OPENED_WITHIN = Duration.ofSeconds(6);

    /** What an offering or a listener said once it was open. */
    record Facts(ConfigSchema parameters, ConfigSchema product, Set<String> types) {}

    private final Setup setup;
    private String pluginId;
    private Set<String> capabilities;
    private final Clock clock;
    private final CountDownLatch opened = new CountDownLatch(1);
    private ProviderState state = ProviderState.CONFIGURED;
    private @Nullable Reason reason;
    private Instant since;
    private @Nullable Open open;
    private @Nullable Facts facts;
    private Instant probedAt = Instant.MIN;
    private boolean closing;

    Held(Setup setup, Optional<FactoryEntry> factory, @Nullable Reason reason, Clock clock) {
        this.setup = setup;
        this.pluginId = factory.map(FactoryEntry::pluginId).orElse("");
        this.capabilities = factory.map(f -> f.descriptor().capabilities()).orElse(Set.of());
        this.clock = clock;
        this.since = clock.instant();
        this.reason = reason;
    }

    Setup setup() {
        return setup;
    }

    /**
     * Whether somebody misses it when what it drives is not there: whoever configured it does, and
     * in production whoever left its plugin in place.
     */
    boolean isWanted(boolean trial) {
        return !trial || setup.source() != Source.PLUGIN;
    }

    synchronized String pluginId() {
        return pluginId;
    }

    synchronized ProviderView view() {
        return new ProviderView(
                setup.ref(),
                setup.factory(),
                pluginId,
                state,
                reason,
                since,
                setup.source(),
                capabilities);
    }

    /** Gives it its new state; false when it is as it was. */
    synchronized boolean become(ProviderState newState, @Nullable Reason newReason) {
        boolean final_ = state == ProviderState.DRAINING || state == ProviderState.CLOSED;
        if (final_ && newState != ProviderState.CLOSED) {
            return false;
        }
        boolean changed =
                newState != state || !java.util.Objects.equals(code(newReason), code(reason));
        if (newState != state) {
            since = clock.instant();
        }
        state = newState;
        reason = newReason;
        return changed;
    }

    private static String code(@Nullable Reason reason) {
        return reason == null ? "" : reason.code();
    }

    /** Takes in what was opened; false when it is to be closed at once. */
    synchronized boolean takeIn(Open opened) {
        if (closing) {
            return false;
        }
        open = opened;
        return true;
    }

    /**
     * Lets another version take over: work that comes from now on goes there.
     *
     * @return what was open before, to be drained
     */
    synchronized Optional<Open> handOver(Open next, Optional<Facts> newFacts) {
        Open before = open;
        open = next;
        pluginId = next.factory().pluginId();
        capabilities = next.factory().descriptor().capabilities();
        facts = newFacts.orElse(null);
        probedAt = clock.instant();
        return Optional.ofNullable(before);
    }

    /** Whatever opening came to, it is over; may be said twice. */
    void openingEnded() {
        opened.countDown();
    }

    synchronized boolean isOpen() {
        return open != null;
    }

    synchronized void learned(Facts newFacts) {
        facts = newFacts;
    }

    synchronized Optional<Facts> facts() {
        return Optional.ofNullable(facts);
    }

    synchronized boolean isDue(Duration interval) {
        return open != null
                && !closing
                && !clock.instant()
                        .isBefore(
                                probedAt.equals(Instant.MIN)
                                        ? Instant.MIN
                                        : probedAt.plus(interval));
    }

    synchronized void probed() {
        probedAt = clock.instant();
    }

    /** What is open now. */
    synchronized Optional<Open> open() {
        return Optional.ofNullable(open);
    }

    /** The provider when it is open, whatever its state. */
    Optional<Guarded<Provider>> guarded() {
        return open().map(each -> new Guarded<>(setup.ref(), Provider.class, each, this::open));
    }

    /** The provider when it takes work. */
    synchronized <P extends Provider> Optional<Guarded<P>> working(Class<P> type) {
        Open current = open;
        if (current == null || !state.takesWork()) {
            return Optional.empty();
        }
        return Optional.of(new Guarded<>(setup.ref(), type, current, this::open));
    }

    /** Lets what runs end, then closes the provider; keeps nothing of the plugin. */
    void close(Duration patience) {
        synchronized (this) {
            closing = true;
        }
        become(ProviderState.DRAINING, null);
        Open current;
        try {
            if (!opened.await(OPENED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Provider {} was still being opened", setup.ref());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            current = open;
            open = null;
            facts = null;
        }
        if (current != null) {
            drain(current, patience);
        }
        become(ProviderState.CLOSED, null);
    }

    /** Lets what runs end, then closes it. */
    void drain(Open leaving, Duration patience) {
        if (!leaving.guard().drain(patience)) {
            LOG.warn("Provider {} did not end all its work in time", setup.ref());
        }
        close(leaving, setup.ref());
    }

    static void close(Open leaving, ProviderRef ref) {
        FlightRecorder.Flight flight = leaving.factory().flight();
        BoundedCall.Result<Boolean> result =
                BoundedCall.run(
                        "provider-close-" + ref,
                        leaving.factory().loader(),
                        CLOSE_WITHIN,
                        () -> {
                            flight.enter(FlightRecorder.Phase.CALL);
                            try {
                                leaving.provider().close();
                            } finally {
                                flight.leave(FlightRecorder.Phase.CALL);
                            }
                            return true;
                        },
                        late -> {});
        switch (result) {
            case BoundedCall.Returned<Boolean> _ -> {}
            case BoundedCall.Threw<Boolean>(Throwable thrown) ->
                    LOG.warn("Provider {} did not close well: {}", ref, thrown.toString());
            case BoundedCall.TimedOut<Boolean> _ ->
                    LOG.warn("Provider {} did not close in time and is abandoned", ref);
        }
        leaving.guard().close();
    }
}
