package coop.minga.platform.providers;

import coop.minga.platform.plugins.FlightRecorder.Flight;
import coop.minga.platform.plugins.FlightRecorder.Phase;
import coop.minga.platform.providers.Outcome.Done;
import coop.minga.platform.providers.Outcome.Failed;
import coop.minga.platform.providers.Outcome.Unknown;
import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Limits;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import io.micrometer.core.instrument.MeterRegistry;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What stands between the host and one provider: a bounded number of platform threads, a deadline,
 * a breaker, the plugin's context class loader, metrics. A plugin that hangs uses up its own
 * threads and nobody else's.
 */
final class ProviderGuard implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderGuard.class);
    private static final Duration LONGEST_QUEUE = Duration.ofSeconds(5);

    /** Watching must not keep work from being done: streams have places of their own. */
    private static final int STREAMS_PER_CALL = 4;

    private final ProviderRef ref;
    private final ClassLoader loader;
    private final Flight flight;
    private final Limits limits;
    private final Clock clock;
    private final Consumer<ProviderException> refused;
    private final Semaphore calls;
    private final Semaphore streams;
    private final Breaker breaker;
    private final ProviderThreads threads;
    private final CallTimes times;
    private volatile boolean draining;

    /**
     * @param flight is told while a call runs; not while a stream does, which is nearly always
     * @param refused told when the vendor refuses the configuration (UNAUTHENTICATED,
     *     MISCONFIGURED)
     */
    ProviderGuard(
            ProviderRef ref,
            ClassLoader loader,
            Flight flight,
            Limits limits,
            Clock clock,
            MeterRegistry meters,
            Consumer<ProviderException> refused) {
        this.ref = ref;
        this.loader = loader;
        this.flight = flight;
        this.limits = limits;
        this.clock = clock;
        this.times = new CallTimes(ref, meters);
        this.refused = refused;
        int places = limits.maxConcurrentCalls();
        this.calls = new Semaphore(places, true);
        this.streams = new Semaphore(places * STREAMS_PER_CALL);
        this.breaker = new Breaker(clock);
        this.threads = new ProviderThreads(ref, loader, places * (1 + STREAMS_PER_CALL));
    }

    /** Runs one call and waits for it, at most until its deadline. */
    <T> Outcome<T> call(Ask ask, Function<Call, T> work) {
        long began = System.nanoTime();
        Outcome<T> outcome = guardedCall(ask, work);
        times.measure(ask, outcome, System.nanoTime() - began);
        return outcome;
    }

    private <T> Outcome<T> guardedCall(Ask ask, Function<Call, T> work) {
        Optional<Outcome<T>> closed = closed();
        if (closed.isPresent()) {
            return closed.get();
        }
        Duration timeout =
                ask.timeout().compareTo(limits.callTimeout()) < 0
                        ? ask.timeout()
                        : limits.callTimeout();
        Instant deadline = clock.instant().plus(timeout);
        long end = System.nanoTime() + timeout.toNanos();
        if (!acquire(calls, timeout.compareTo(LONGEST_QUEUE) < 0 ? timeout : LONGEST_QUEUE)) {
            breaker.undecided();
            return busy(calls);
        }
        if (draining) {
            calls.release();
            breaker.undecided();
            return leaving();
        }
        Optional<ProviderThreads.Task<T>> task =
                threads.submit(calls, () -> recorded(work, call(ask, deadline)));
        if (task.isEmpty()) {
            breaker.undecided();
            return busy(calls);
        }
        return await(task.get(), end, timeout);
    }

    private <T> T recorded(Function<Call, T> work, Call call) {
        flight.enter(Phase.CALL);
        try {
            return work.apply(call);
        } finally {
            flight.leave(Phase.CALL);
        }
    }

    private <T> Outcome<T> await(ProviderThreads.Task<T> task, long end, Duration timeout) {
        try {
            T value = task.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            breaker.succeeded();
            if (value == null) {
                return new Failed<>(
                        Code.INTERNAL,
                        Text.of("The plugin answered null", "El plugin contestó null"),
                        Optional.empty(),
                        true);
            }
            return new Done<>(value);
        } catch (ExecutionException e) {
            return failure(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            task.abandon();
            breaker.failed();
            return unknown(
                    "no answer within " + timeout.toMillis() + " ms",
                    "sin respuesta en " + timeout.toMillis() + " ms");
        } catch (CancellationException e) {
            breaker.undecided();
            return unknown(
                    "the provider was closed in the middle", "el proveedor se cerró a la mitad");
        } catch (InterruptedException e) {
            task.cancel(true);
            breaker.undecided();
            Thread.currentThread().interrupt();
            return unknown("the host stopped waiting", "el anfitrión dejó de esperar");
        }
    }

    private <T> Outcome<T> failure(Throwable thrown) {
        if (thrown instanceof ProviderException known) {
            if (known.code() == Code.UNAVAILABLE || known.code() == Code.INTERNAL) {
                breaker.failed();
            } else {
                breaker.succeeded();
            }
            if (known.code() == Code.UNAUTHENTICATED || known.code() == Code.MISCONFIGURED) {
                refused.accept(known);
            }
            return new Failed<>(known.code(), known.reason(), known.retryAfter(), true);
        }
        breaker.failed();
        LOG.warn("Provider {} threw {}", ref, thrown.toString());
        LOG.debug("Provider {} threw", ref, thrown);
        return new Failed<>(
                Code.INTERNAL,
                Text.of(thrown.getClass().getSimpleName() + ": " + thrown.getMessage()),
                Optional.empty(),
                true);
    }

    /** Runs something that lasts; the caller waits for its end. */
    Outcome<Boolean> stream(Ask ask, Consumer<Call> work) {
        Optional<Outcome<Boolean>> closed = closed();
        if (closed.isPresent()) {
            return closed.get();
        }
        breaker.undecided();
        if (!streams.tryAcquire()) {
            return busy(streams);
        }
        Instant deadline = clock.instant().plus(ask.timeout());
        Optional<ProviderThreads.Task<Boolean>> submitted =
                threads.submit(
                        streams,
                        () -> {
                            work.accept(call(ask, deadline));
                            return true;
                        });
        if (submitted.isEmpty()) {
            return busy(streams);
        }
        ProviderThreads.Task<Boolean> task = submitted.get();
        try {
            return new Done<>(task.get());
        } catch (ExecutionException e) {
            return failure(e.getCause() == null ? e : e.getCause());
        } catch (CancellationException e) {
            return unknown("the provider was closed", "el proveedor se cerró");
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            return unknown("nobody listens any more", "ya nadie escucha");
        }
    }

    /** Opens something that lasts within the deadline; its place is kept until it is closed. */
    <T extends AutoCloseable> Outcome<Guarded.Lease<T>> open(Ask ask, Function<Call, T> work) {
        if (!streams.tryAcquire()) {
            return busy(streams);
        }
        Handover<T> handover = new Handover<>(ref, streams, threads);
        return handover.settled(call(ask, call -> handover.made(work.apply(call))));
    }

    private static Call call(Ask ask, Instant deadline) {
        return new Call(deadline, ask.traceId(), ask.actor(), ask.key());
    }

    private static boolean acquire(Semaphore places, Duration patience) {
        try {
            return places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private <T> Optional<Outcome<T>> closed() {
        if (draining) {
            return Optional.of(leaving());
        }
        return breaker.refusal()
                .map(wait ->
                        new Failed<>(
                                Code.UNAVAILABLE,
                                Text.of(
                                        "The provider does not answer; asked again later",
                                        "El proveedor no responde; se le preguntará más tarde"),
                                Optional.of(wait),
                                false));
    }

    private static <T> Outcome<T> leaving() {
        return new Failed<>(
                Code.UNAVAILABLE,
                Text.of("The provider is being closed", "El proveedor se está cerrando"),
                Optional.empty(),
                false);
    }

    private static <T> Outcome<T> unknown(String english, String spanish) {
        return new Unknown<>(Text.of(english, spanish));
    }

    private <T> Outcome<T> busy(Semaphore places) {
        return new Failed<>(
                Code.LIMIT,
                places == streams
                        ? Text.of(
                                "All places for streams are taken",
                                "Todos los puestos para flujos están ocupados")
                        : Text.of(
                                "All places for calls are taken",
                                "Todos los puestos para llamadas están ocupados"),
                Optional.of(Duration.ofSeconds(1)),
                false);
    }

    /** Whether it takes no new work any more. */
    boolean isDraining() {
        return draining;
    }

    /** Threads that run the plugin's code now. */
    int inFlight() {
        return threads.running();
    }

    /**
     * Takes no new work and waits for what runs; what is left then is interrupted.
     *
     * @return whether everything ended
     */
    boolean drain(Duration patience) {
        draining = true;
        long end = System.nanoTime() + patience.toNanos();
        try {
            int places = limits.maxConcurrentCalls();
            boolean quiet =
                    calls.tryAcquire(
                            places, Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            threads.abandon();
            return quiet;
        } catch (InterruptedException e) {
            threads.abandon();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Interrupts what still runs and lets go of the threads. */
    @Override
    public void close() {
        draining = true;
        threads.close();
    }

    /** The context class loader for the plugin's code. */
    ClassLoader loader() {
        return loader;
    }
}
