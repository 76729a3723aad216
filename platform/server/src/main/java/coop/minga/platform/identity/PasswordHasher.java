package coop.minga.platform.identity;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Hashes and checks passwords with Argon2id. Thread-safe.
 *
 * <p>The work is done by a few threads of its own with a bounded queue: whoever sends a thousand
 * sign-ins at once makes sign-ins slow, not the host.
 */
final class PasswordHasher implements AutoCloseable {

    /** OWASP's second choice for Argon2id: 19 MiB, two passes, one lane. */
    private static final int MEMORY_KIB = 19_456;

    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final SecureRandom random;
    private final ThreadPoolExecutor threads;
    private final String nobodysHash;

    /**
     * @param parallel passwords worked on at the same time
     * @param queue how many more may wait
     */
    PasswordHasher(int parallel, int queue, SecureRandom random) {
        this.random = random;
        this.threads =
                new ThreadPoolExecutor(
                        parallel,
                        parallel,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(queue),
                        Thread.ofPlatform().name("passwords-", 0).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
        this.nobodysHash =
                "$argon2id$v=19$m="
                        + MEMORY_KIB
                        + ",t="
                        + PASSES
                        + ",p="
                        + LANES
                        + "$"
                        + base64(bytes(SALT_BYTES))
                        + "$"
                        + base64(bytes(HASH_BYTES));
    }

    /** The password's hash in PHC form, with its salt and cost. */
    String hash(String password) {
        return run(() -> {
            Argon2Function argon2 =
                    Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID);
            return argon2.hash(password.getBytes(StandardCharsets.UTF_8), bytes(SALT_BYTES))
                    .getResult();
        });
    }

    boolean matches(String password, String hash) {
        return run(() ->
                Argon2Function.getInstanceFromHash(hash)
                        .check(
                                password.getBytes(StandardCharsets.UTF_8),
                                hash.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Takes as long as {@link #matches} and says no: for addresses nobody has signed up with. */
    boolean matchesNobody(String password) {
        matches(password, nobodysHash);
        return false;
    }

    private <T> T run(Callable<T> work) {
        Future<T> result;
        try {
            result = threads.submit(work);
        } catch (RejectedExecutionException e) {
            throw busy();
        }
        try {
            return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            result.cancel(false);
            throw busy();
        } catch (InterruptedException e) {
            result.cancel(false);
            Thread.currentThread().interrupt();
            throw busy();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Hashing a password failed", e.getCause());
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }

    private static MingaException busy() {
        return MingaException.of(
                        ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "auth.busy"),
                        "Many people are signing in right now. Please try again in a moment.",
                        "Mucha gente está entrando en este momento. Inténtalo de nuevo enseguida.")
                .retryAfter(Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
