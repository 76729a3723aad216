package coop.minga.platform.supply;

import coop.minga.plugin.api.ProviderException;

import java.util.Optional;

/** How a call to a backend ended. */
public sealed interface Outcome<T> {

    /** It answered. */
    record Answered<T>(T value) implements Outcome<T> {}

    /** It said why not. */
    record Refused<T>(ProviderException failure) implements Outcome<T> {}

    /** Nobody knows whether it was done: too late, cut off, or the answer makes no sense. */
    record Unknown<T>(String reason) implements Outcome<T> {}

    /** It was not called: there is no such backend now, or it takes no calls. */
    record Absent<T>(String reason) implements Outcome<T> {}

    /** The answer, when there is one. */
    default Optional<T> answer() {
        return this instanceof Answered<T>(T value) ? Optional.of(value) : Optional.empty();
    }

    /** What went wrong, for operators; empty when nothing did. */
    default String problem() {
        return switch (this) {
            case Answered<T> answered -> "";
            case Refused<T>(ProviderException failure) ->
                    failure.code() + ": " + String.valueOf(failure.getMessage());
            case Unknown<T>(String reason) -> "outcome unknown: " + reason;
            case Absent<T>(String reason) -> reason;
        };
    }
}
