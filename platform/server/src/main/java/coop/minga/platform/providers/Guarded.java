package coop.minga.platform.providers;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderDescriptor;

import java.util.function.BiFunction;

/**
 * An open provider behind its guard. Good for a use case, not for keeping: ask the service anew
 * each time.
 *
 * @param <P> the kind of provider
 */
public final class Guarded<P extends Provider> {

    private final ProviderRef ref;
    private final ProviderDescriptor descriptor;
    private final P provider;
    private final ProviderGuard guard;

    Guarded(ProviderRef ref, ProviderDescriptor descriptor, P provider, ProviderGuard guard) {
        this.ref = ref;
        this.descriptor = descriptor;
        this.provider = provider;
        this.guard = guard;
    }

    public ProviderRef ref() {
        return ref;
    }

    public ProviderDescriptor descriptor() {
        return descriptor;
    }

    /** Whether it has an optional ability, for example {@code Logs.class}. */
    public boolean can(Class<?> ability) {
        return ability.isInstance(provider);
    }

    /**
     * Calls it on one of its own threads and waits, at most until the deadline. Never throws what
     * the plugin threw.
     */
    public <T> Outcome<T> call(Ask ask, BiFunction<P, Call, T> work) {
        return guard.call(ask, call -> work.apply(provider, call));
    }

    /**
     * Calls an optional ability.
     *
     * @param ability for example {@code Logs.class}; must be one that it {@linkplain #can can}
     */
    public <A, T> Outcome<T> call(Ask ask, Class<A> ability, BiFunction<A, Call, T> work) {
        A able = ability.cast(provider);
        return guard.call(ask, call -> work.apply(able, call));
    }

    /**
     * Runs something that lasts (following a log) on a thread of its own until it ends or the
     * calling thread is interrupted. Exempt from the deadline, counted among the provider's
     * streams.
     */
    public <A> Outcome<Boolean> stream(Ask ask, Class<A> ability, Streaming<A> work) {
        A able = ability.cast(provider);
        return guard.stream(ask, call -> work.run(able, call));
    }

    /**
     * Opens something that lasts (a terminal). It counts among the provider's streams until the
     * lease is closed.
     */
    public <A, T extends AutoCloseable> Outcome<Lease<T>> open(
            Ask ask, Class<A> ability, BiFunction<A, Call, T> work) {
        A able = ability.cast(provider);
        return guard.open(ask, call -> work.apply(able, call));
    }

    /** Work that lasts. */
    @FunctionalInterface
    public interface Streaming<A> {
        void run(A able, Call call);
    }

    /**
     * Something of a plugin's that is open.
     *
     * @param <T> for example a terminal session
     */
    public interface Lease<T> extends AutoCloseable {

        T value();

        /** Closes it on one of the provider's threads, within bounds; idempotent. */
        @Override
        void close();
    }
}
