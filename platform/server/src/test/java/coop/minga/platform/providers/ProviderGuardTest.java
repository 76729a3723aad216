package coop.minga.platform.providers;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Eventually;
import coop.minga.platform.plugins.FlightRecorder;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Limits;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.testkit.MovableClock;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

final class ProviderGuardTest {

    private static final ProviderRef REF = new ProviderRef(Kind.COMPUTE, "test");

    private final MovableClock clock = MovableClock.at("2026-11-20T12:00:00Z");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<ProviderException> refusals = new ArrayList<>();
    private final ClassLoader loader =
            new URLClassLoader(new URL[0], ProviderGuardTest.class.getClassLoader());
    private final ProviderGuard guard =
            new ProviderGuard(
                    REF,
                    loader,
                    FlightRecorder.Flight.unrecorded(),
                    new Limits(2, Duration.ofSeconds(20)),
                    clock,
                    meters,
                    refusals::add);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        guard.close();
    }

    private static Ask ask(long millis) {
        return Ask.reading("look").within(Duration.ofMillis(millis));
    }

    /** A plugin that does not listen to interrupts. */
    private String hang() {
        boolean ended = false;
        while (!ended) {
            try {
                ended = end.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                // That is the point.
                ended = false;
            }
        }
        return "late";
    }

    private static Code code(Outcome<?> outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        return ((Outcome.Failed<?>) outcome).code();
    }

    @Test
    void answerComesBackFromAThreadOfTheProvidersOwn() {
        Outcome<List<Object>> outcome =
                guard.call(
                        ask(5000),
                        call ->
                                List.of(
                                        Thread.currentThread().getName(),
                                        Thread.currentThread().getContextClassLoader(),
                                        Thread.currentThread().isVirtual(),
                                        call.deadline()));
        List<Object> seen = outcome.answer().orElseThrow();
        assertThat(seen.get(0).toString()).startsWith("provider-compute/test-");
        assertThat(seen.get(1)).isSameAs(loader);
        assertThat(seen.get(2)).isEqualTo(false);
        assertThat(seen.get(3)).isEqualTo(clock.instant().plusMillis(5000));
        assertThat(
                        meters.get("minga.provider.calls")
                                .tags("operation", "look", "outcome", "done")
                                .timer()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void callThatHangsIsUnknownAtTheDeadlineAndUsesUpOnlyItsOwnPlaces() {
        assertThat(guard.call(ask(50), call -> hang())).isInstanceOf(Outcome.Unknown.class);
        assertThat(guard.call(ask(5000), call -> "other").answer()).contains("other");
        assertThat(guard.call(ask(50), call -> hang())).isInstanceOf(Outcome.Unknown.class);
        Outcome<String> refused = guard.call(ask(50), call -> "no place");
        assertThat(code(refused)).isEqualTo(Code.LIMIT);
        assertThat(refused.mayHaveHappened()).isFalse();
        end.countDown();
        Eventually.until("places are free again", () -> guard.inFlight() == 0);
        assertThat(guard.call(ask(5000), call -> "again").answer()).contains("again");
    }

    @Test
    void deadlineInterruptsThePlugin() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Outcome<String> outcome =
                guard.call(
                        ask(50),
                        call -> {
                            try {
                                TimeUnit.MINUTES.sleep(1);
                                interrupted.complete(false);
                            } catch (InterruptedException e) {
                                interrupted.complete(true);
                            }
                            return "late";
                        });
        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
        assertThat(outcome.mayHaveHappened()).isTrue();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void lateInterruptDoesNotReachTheNextCall() {
        for (int i = 0; i < 200; i++) {
            guard.call(ask(1), call -> Thread.currentThread().isInterrupted());
            clock.move(Duration.ofMinutes(2));
        }
        Eventually.until("all came back", () -> guard.inFlight() == 0);
        clock.move(Duration.ofMinutes(2));
        assertThat(guard.call(ask(5000), call -> Thread.currentThread().isInterrupted()).answer())
                .contains(false);
    }

    @Test
    void failuresKeepTheirMeaning() {
        Outcome<String> capacity =
                guard.call(
                        ask(5000),
                        call -> {
                            throw new ProviderException(Code.CAPACITY, "full");
                        });
        assertThat(code(capacity)).isEqualTo(Code.CAPACITY);
        assertThat(capacity.mayHaveHappened()).isFalse();
        Outcome<String> unavailable =
                guard.call(
                        ask(5000),
                        call -> {
                            throw new ProviderException(Code.UNAVAILABLE, "no answer");
                        });
        assertThat(unavailable.mayHaveHappened()).isTrue();
        Outcome<String> limit =
                guard.call(
                        ask(5000),
                        call -> {
                            throw ProviderException.limit("slow down", Duration.ofSeconds(7));
                        });
        assertThat(((Outcome.Failed<String>) limit).retryAfter())
                .isEqualTo(Optional.of(Duration.ofSeconds(7)));
        for (Throwable thrown :
                List.of(
                        new IllegalStateException("bug"),
                        new StackOverflowError(),
                        new AssertionError("no"),
                        new NoClassDefFoundError("gone"))) {
            Outcome<String> broken =
                    guard.call(
                            ask(5000),
                            call -> {
                                throw sneaky(thrown);
                            });
            assertThat(code(broken)).isEqualTo(Code.INTERNAL);
        }
        assertThat(refusals).isEmpty();
        guard.call(
                ask(5000),
                call -> {
                    throw new ProviderException(Code.UNAUTHENTICATED, "wrong key");
                });
        assertThat(refusals).hasSize(1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void breakerOpensAfterFiveFailuresAndTriesAgain() {
        AtomicInteger asked = new AtomicInteger();
        AtomicBoolean well = new AtomicBoolean();
        java.util.function.Supplier<Outcome<String>> attempt =
                () ->
                        guard.call(
                                ask(5000),
                                call -> {
                                    asked.incrementAndGet();
                                    if (well.get()) {
                                        return "fine";
                                    }
                                    throw new ProviderException(Code.UNAVAILABLE, "down");
                                });
        for (int i = 0; i < 5; i++) {
            attempt.get();
        }
        Outcome<String> refused = attempt.get();
        assertThat(asked).hasValue(5);
        assertThat(refused.mayHaveHappened()).isFalse();
        clock.move(Duration.ofSeconds(2));
        attempt.get();
        attempt.get();
        assertThat(asked).hasValue(6);
        well.set(true);
        clock.move(Duration.ofMinutes(2));
        assertThat(attempt.get().answer()).contains("fine");
        assertThat(attempt.get().answer()).contains("fine");
    }

    @Test
    void streamsOutliveTheDeadlineAndEndWithTheirListener() throws Exception {
        CountDownLatch streaming = new CountDownLatch(1);
        CompletableFuture<Outcome<Boolean>> ended = new CompletableFuture<>();
        Thread listener =
                Thread.ofVirtual()
                        .start(() ->
                                ended.complete(
                                        guard.stream(
                                                ask(1),
                                                call -> {
                                                    streaming.countDown();
                                                    try {
                                                        TimeUnit.MINUTES.sleep(1);
                                                    } catch (InterruptedException e) {
                                                        Thread.currentThread().interrupt();
                                                    }
                                                })));
        assertThat(streaming.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(guard.call(ask(5000), call -> "work").answer()).contains("work");
        assertThat(ended).isNotDone();
        listener.interrupt();
        assertThat(ended.get(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.Unknown.class);
        Eventually.until("the stream's thread ended", () -> guard.inFlight() == 0);
    }

    @Test
    void leaseKeepsItsPlaceUntilItIsClosed() {
        List<Guarded.Lease<AutoCloseable>> leases = new ArrayList<>();
        AtomicInteger closed = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            leases.add(
                    guard.<AutoCloseable>open(ask(5000), call -> closed::incrementAndGet)
                            .answer()
                            .orElseThrow());
        }
        assertThat(code(guard.<AutoCloseable>open(ask(5000), call -> closed::incrementAndGet)))
                .isEqualTo(Code.LIMIT);
        leases.getFirst().close();
        leases.getFirst().close();
        assertThat(closed).hasValue(1);
        assertThat(guard.<AutoCloseable>open(ask(5000), call -> closed::incrementAndGet).answer())
                .isPresent();
    }

    @Test
    void whatIsOpenedTooLateIsClosed() {
        AtomicInteger closed = new AtomicInteger();
        Outcome<Guarded.Lease<AutoCloseable>> late =
                guard.open(
                        ask(50),
                        call -> {
                            hang();
                            return closed::incrementAndGet;
                        });
        assertThat(late).isInstanceOf(Outcome.Unknown.class);
        end.countDown();
        Eventually.until("it is closed", () -> closed.get() == 1);
    }

    @Test
    void drainingWaitsForWorkAndTakesNoMore() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CompletableFuture<Outcome<String>> work = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() ->
                        work.complete(
                                guard.call(
                                        ask(15_000),
                                        call -> {
                                            working.countDown();
                                            return hang();
                                        })));
        assertThat(working.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Boolean> drained =
                CompletableFuture.supplyAsync(() -> guard.drain(Duration.ofSeconds(10)));
        Eventually.until(
                "no new work", () -> !guard.call(ask(10), call -> "new").answer().isPresent());
        end.countDown();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(work.get(10, TimeUnit.SECONDS).answer()).contains("late");
    }

    @Test
    void nullIsADefect() {
        assertThat(code(guard.call(ask(5000), call -> nothing()))).isEqualTo(Code.INTERNAL);
    }

    @SuppressWarnings("NullAway")
    private static String nothing() {
        return null;
    }
}
