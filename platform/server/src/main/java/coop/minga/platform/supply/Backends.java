package coop.minga.platform.supply;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.ComputeBackend;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The compute backends of this host, each behind its guard: deadline, bulkhead, breaker.
 * Thread-safe.
 */
public interface Backends {

    /** Whether work can be given to a backend. */
    enum Presence {
        /** It takes calls. */
        READY,
        /** Nobody has heard of it since the start: what was known of it before still stands. */
        COMING,
        /** It takes none until something changes. */
        AWAY
    }

    /**
     * A configured backend.
     *
     * @param name the configured provider's name
     * @param reason why it is not ready, for operators
     * @param capabilities what it can do and run
     */
    record Backend(String name, Presence presence, String reason, Set<String> capabilities) {
        public Backend {
            capabilities = Set.copyOf(capabilities);
        }

        public boolean ready() {
            return presence == Presence.READY;
        }
    }

    /** Work with a backend. */
    @FunctionalInterface
    interface Work<T> {
        T with(ComputeBackend backend, Call call) throws Exception;
    }

    /** All configured ones, whatever their state. */
    List<Backend> all();

    default Optional<Backend> find(String name) {
        return all().stream().filter(backend -> backend.name().equals(name)).findFirst();
    }

    /**
     * Calls one and waits at most so long.
     *
     * @param operation names the call in metrics and logs
     */
    <T> Outcome<T> call(
            String name, String operation, IdempotencyKey key, Duration within, Work<T> work);

    /**
     * Calls one for something that lasts (a terminal, a log that is followed): no deadline, but the
     * caller's interrupt ends it.
     */
    <T> Outcome<T> stream(String name, String operation, Work<T> work);

    /** Hears the names of backends that came, went or changed state. */
    void onChange(Consumer<String> listener);

    /** Hears that something changed on a backend's side: its name and the key of the effect. */
    void onHint(BiConsumer<String, IdempotencyKey> listener);
}
