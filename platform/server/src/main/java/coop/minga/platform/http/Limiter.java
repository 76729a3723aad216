package coop.minga.platform.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;

import java.time.Duration;
import java.util.Map;

/**
 * Rate limits per caller on this host. They protect the host; limits that must hold over all hosts
 * (credentials) are kept by identity in the database.
 */
final class Limiter {

    private final int factor;
    private final Cache<String, Bucket> buckets =
            Caffeine.newBuilder()
                    .maximumSize(100_000)
                    .expireAfterAccess(Duration.ofMinutes(5))
                    .build();

    Limiter(int factor) {
        this.factor = factor;
    }

    /**
     * Takes one from the caller's bucket.
     *
     * @return the {@code RateLimit-*} headers to answer with
     */
    Map<String, String> take(RateLimit limit, String caller) {
        if (factor == 0) {
            return Map.of();
        }
        long size = (long) limit.perMinute() * factor;
        Bucket bucket =
                buckets.get(
                        limit + " " + caller,
                        key ->
                                Bucket.builder()
                                        .addLimit(bandwidth ->
                                                bandwidth
                                                        .capacity(size)
                                                        .refillGreedy(size, Duration.ofMinutes(1)))
                                        .build());
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            Duration wait = Duration.ofNanos(probe.getNanosToWaitForRefill()).plusSeconds(1);
            throw MingaException.of(
                            ErrorCode.of(ErrorCode.Type.LIMIT, "request.rate-limited"),
                            "Too many requests. Please wait a moment and try again.",
                            "Demasiadas peticiones. Espera un momento e inténtalo de nuevo.")
                    .retryAfter(wait);
        }
        return Map.of(
                "RateLimit-Limit", Long.toString(size),
                "RateLimit-Remaining", Long.toString(probe.getRemainingTokens()),
                "RateLimit-Reset",
                        Long.toString(
                                Duration.ofNanos(probe.getNanosToWaitForReset()).toSeconds()));
    }
}
