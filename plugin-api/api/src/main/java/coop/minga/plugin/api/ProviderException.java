package coop.minga.plugin.api;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * A failure whose meaning the host acts on. Expected results (declined, no capacity) are values,
 * not exceptions.
 *
 * <p>The message is for operators' logs and must hold no secret. Anything else a plugin throws
 * counts as {@link Code#INTERNAL}.
 */
public final class ProviderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What went wrong, and so what the host does. */
    public enum Code {
        /** The request itself is wrong: the user is told, nothing is retried. */
        INVALID_REQUEST,
        /**
         * The vendor refuses our credentials: the provider is marked failed, the operator is
         * alerted.
         */
        UNAUTHENTICATED,
        /** The configuration cannot work: as UNAUTHENTICATED. */
        MISCONFIGURED,
        /** The thing named does not exist. Destroying what is gone is success, not this. */
        NOT_FOUND,
        /** The vendor's state does not allow it now: the host observes and decides anew. */
        CONFLICT,
        /** The same idempotency key came with other inputs. */
        IDEMPOTENCY_MISMATCH,
        /** Too many requests: retried after {@link ProviderException#retryAfter()}. */
        LIMIT,
        /**
         * The vendor cannot be reached or answers nonsense: backed off, circuit breaker counts it.
         */
        UNAVAILABLE,
        /** No room: the host tries elsewhere. */
        CAPACITY,
        /** This vendor cannot do it, ever: never retried. */
        UNSUPPORTED,
        /** A defect. */
        INTERNAL
    }

    private final Code code;
    private final @Nullable Duration retryAfter;

    public ProviderException(Code code, String message) {
        this(code, message, null);
    }

    public ProviderException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.retryAfter = null;
    }

    private ProviderException(String message, Duration retryAfter) {
        super(message);
        this.code = Code.LIMIT;
        this.retryAfter = retryAfter;
    }

    /** The vendor asks for patience. */
    public static ProviderException limit(String message, Duration retryAfter) {
        return new ProviderException(message, retryAfter);
    }

    public Code code() {
        return code;
    }

    /** How long the vendor asks to wait; present only with {@link Code#LIMIT}. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
