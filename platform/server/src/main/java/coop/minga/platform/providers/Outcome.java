package coop.minga.platform.providers;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** How a call into a provider ended. */
public sealed interface Outcome<T> {

    /** It answered. */
    record Done<T>(T value) implements Outcome<T> {}

    /**
     * It said that it failed, or it was not called at all.
     *
     * @param code what the host should do about it
     * @param reason for operators; holds no secret
     * @param retryAfter how long to wait before the next try, where somebody said so
     * @param called whether the plugin's code was entered; when not, nothing can have happened
     */
    record Failed<T>(
            ProviderException.Code code, Text reason, Optional<Duration> retryAfter, boolean called)
            implements Outcome<T> {}

    /**
     * Nobody knows: it did not answer in time, or broke in the middle. What was asked for may have
     * happened; ask for it by its key.
     */
    record Unknown<T>(Text reason) implements Outcome<T> {}

    /**
     * Whether an effect asked for may have happened although there is no answer: then it must be
     * looked for by its key before anything else is decided.
     */
    default boolean mayHaveHappened() {
        return switch (this) {
            case Done<T> _ -> true;
            case Unknown<T> _ -> true;
            case Failed<T> failed ->
                    failed.called()
                            && (failed.code() == ProviderException.Code.UNAVAILABLE
                                    || failed.code() == ProviderException.Code.INTERNAL);
        };
    }

    /** The answer, or empty. */
    default Optional<T> answer() {
        return switch (this) {
            case Done<T>(T value) -> Optional.of(value);
            case Failed<T> _ -> Optional.empty();
            case Unknown<T> _ -> Optional.empty();
        };
    }

    /** The answer turned into something else; a failure stays one. */
    default <R> Outcome<R> map(Function<T, R> change) {
        return switch (this) {
            case Done<T>(T value) -> new Done<>(change.apply(value));
            case Failed<T> f -> new Failed<>(f.code(), f.reason(), f.retryAfter(), f.called());
            case Unknown<T>(Text reason) -> new Unknown<>(reason);
        };
    }

    /** What went wrong in one line for logs, empty when nothing did. */
    default String problem() {
        return switch (this) {
            case Done<T> _ -> "";
            case Failed<T> failed -> failed.code() + ": " + failed.reason();
            case Unknown<T>(Text reason) -> "UNKNOWN: " + reason;
        };
    }
}
