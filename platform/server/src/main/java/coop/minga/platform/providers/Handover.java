package coop.minga.platform.providers;

import coop.minga.platform.providers.Outcome.Done;
import coop.minga.platform.providers.Outcome.Failed;
import coop.minga.platform.providers.Outcome.Unknown;
import coop.minga.plugin.api.Text;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Hands something that lasts from the plugin to whoever opened it. It keeps a place among the
 * streams until it is closed; what is opened after nobody waited for it any more is closed at once.
 */
final class Handover<T extends AutoCloseable> {

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final Duration CLOSE_LEASE = Duration.ofSeconds(5);

    private final ProviderRef ref;
    private final Semaphore places;
    private final ProviderThreads threads;
    private final AtomicBoolean returned = new AtomicBoolean();
    private @Nullable T value;
    private boolean abandoned;

    /**
     * @param places one of which is taken already
     */
    Handover(ProviderRef ref, Semaphore places, ProviderThreads threads) {
        this.ref = ref;
        this.places = places;
        this.threads = threads;
    }

    /** On the plugin's thread: it is open. */
    synchronized T made(T made) {
        if (abandoned) {
            try {
                made.close();
            } catch (Exception e) {
                LOG.debug("What was opened too late did not close", e);
            }
        }
        value = made;
        return made;
    }

    /** On the caller's thread: how the call that opens it ended. */
    Outcome<Guarded.Lease<T>> settled(Outcome<T> opened) {
        return switch (opened) {
            case Done<T>(T open) -> new Done<>(lease(open));
            case Failed<T> failed -> {
                release();
                yield new Failed<>(
                        failed.code(), failed.reason(), failed.retryAfter(), failed.called());
            }
            case Unknown<T>(Text reason) -> {
                release();
                abandon().ifPresent(this::closeQuietly);
                yield new Unknown<>(reason);
            }
        };
    }

    private synchronized Optional<T> abandon() {
        abandoned = true;
        return Optional.ofNullable(value);
    }

    private Guarded.Lease<T> lease(T open) {
        return new Guarded.Lease<>() {
            @Override
            public T value() {
                return open;
            }

            @Override
            public void close() {
                if (returned.get()) {
                    return;
                }
                release();
                closeQuietly(open);
            }
        };
    }

    private void closeQuietly(AutoCloseable value) {
        Optional<ProviderThreads.Task<Boolean>> submitted =
                threads.submit(
                        new Semaphore(0),
                        () -> {
                            value.close();
                            return true;
                        });
        if (submitted.isEmpty()) {
            LOG.warn("Provider {} has no thread left to close what it opened", ref);
            return;
        }
        ProviderThreads.Task<Boolean> task = submitted.get();
        try {
            task.get(CLOSE_LEASE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            task.abandon();
            LOG.warn("Provider {} did not close what it opened: {}", ref, e.toString());
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        if (returned.compareAndSet(false, true)) {
            places.release();
        }
    }
}
