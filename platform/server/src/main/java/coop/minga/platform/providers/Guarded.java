package coop.minga.platform.providers;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * An open provider behind its guard. Good for a use case, not for keeping: ask the service anew
 * each time.
 *
 * @param <P> the kind of provider
 */
public final class Guarded<P extends Provider> {

    private final ProviderRef ref;
    private final Class<P> type;
    private final Open open;
    private final Supplier<Optional<Open>> newest;

    /**
     * @param newest what is open now; another one once the plugin was replaced
     */
    Guarded(ProviderRef ref, Class<P> type, Open open, Supplier<Optional<Open>> newest) {
        this.ref = ref;
        this.type = type;
        this.open = open;
        this.newest = newest;
    }

    /** One that nothing will replace. */
    static Guarded<Provider> of(ProviderRef ref, Open open) {
        return new Guarded<>(ref, Provider.class, open, Optional::empty);
    }

    public ProviderRef ref() {
        return ref;
    }

    public ProviderDescriptor descriptor() {
        return open.factory().descriptor();
    }

    /** Whether it has an optional ability, for example {@code Logs.class}. */
    public boolean can(Class<?> ability) {
        return ability.isInstance(open.provider());
    }

    /**
     * Calls it on one of its own threads and waits, at most until the deadline. Never throws what
     * the plugin threw.
     */
    public <T> Outcome<T> call(Ask ask, BiFunction<P, Call, T> work) {
        return call(ask, type, work);
    }

    /**
     * Calls an optional ability.
     *
     * @param ability for example {@code Logs.class}; must be one that it {@linkplain #can can}
     */
    public <A, T> Outcome<T> call(Ask ask, Class<A> ability, BiFunction<A, Call, T> work) {
        return through(ability, (guard, able) -> guard.call(ask, call -> work.apply(able, call)));
    }

    /**
     * Runs something that lasts (following a log) on a thread of its own until it ends or the
     * calling thread is interrupted. Exempt from the deadline, counted among the provider's
     * streams.
     */
    public <A> Outcome<Boolean> stream(Ask ask, Class<A> ability, Streaming<A> work) {
        return through(ability, (guard, able) -> guard.stream(ask, call -> work.run(able, call)));
    }

    /**
     * Opens something that lasts (a terminal). It counts among the provider's streams until the
     * lease is closed.
     */
    public <A, T extends AutoCloseable> Outcome<Lease<T>> open(
            Ask ask, Class<A> ability, BiFunction<A, Call, T> work) {
        return through(ability, (guard, able) -> guard.open(ask, call -> work.apply(able, call)));
    }

    /** Asks what is open; what was closed before it was entered is asked of its successor. */
    private <A, T> Outcome<T> through(
            Class<A> ability, BiFunction<ProviderGuard, A, Outcome<T>> work) {
        Open used = open;
        while (true) {
            if (!ability.isInstance(used.provider())) {
                return new Outcome.Failed<>(
                        ProviderException.Code.UNSUPPORTED,
                        Text.of(
                                "This version of the plugin cannot do that",
                                "Esta versión del plugin no sabe hacer eso"),
                        Optional.empty(),
                        false);
            }
            Outcome<T> outcome = work.apply(used.guard(), ability.cast(used.provider()));
            Optional<Open> successor = newest.get();
            if (!turnedAway(used, outcome) || successor.isEmpty() || successor.get() == used) {
                return outcome;
            }
            used = successor.get();
        }
    }

    private static boolean turnedAway(Open used, Outcome<?> outcome) {
        return used.guard().isDraining()
                && outcome instanceof Outcome.Failed<?> failed
                && !failed.called();
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
