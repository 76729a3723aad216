package coop.minga.plugin.api;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;

/**
 * A failure whose meaning the host acts on. Expected results (declined, no capacity) are values,
 * not exceptions.
 *
 * <p>The reason is for operators, on their pages and in the log (there in English), and must hold
 * no secret. Anything else a plugin throws counts as {@link Code#INTERNAL}.
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
    private final transient Text reason;
    private final @Nullable Duration retryAfter;

    public ProviderException(Code code, Text reason) {
        this(code, reason, null);
    }

    public ProviderException(Code code, Text reason, @Nullable Throwable cause) {
        this(code, reason, cause, null);
    }

    /** For words that are the same in every language: the vendor's own. */
    public ProviderException(Code code, String message) {
        this(code, Text.of(message));
    }

    /** For words that are the same in every language: the vendor's own. */
    public ProviderException(Code code, String message, @Nullable Throwable cause) {
        this(code, Text.of(message), cause);
    }

    private ProviderException(
            Code code, Text reason, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        super(reason.in("en"), cause);
        this.code = code;
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** The vendor asks for patience. */
    public static ProviderException limit(Text reason, Duration retryAfter) {
        return new ProviderException(Code.LIMIT, reason, null, retryAfter);
    }

    /** The vendor asks for patience in its own words. */
    public static ProviderException limit(String message, Duration retryAfter) {
        return limit(Text.of(message), retryAfter);
    }

    public Code code() {
        return code;
    }

    /** What went wrong, for people; its English is the message. */
    public Text reason() {
        return reason;
    }

    /** How long the vendor asks to wait; present only with {@link Code#LIMIT}. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
