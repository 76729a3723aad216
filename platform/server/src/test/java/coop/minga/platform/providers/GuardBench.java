package coop.minga.platform.providers;

import coop.minga.platform.plugins.FlightRecorder;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Limits;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What the guard costs beside a bare hand-off: a virtual thread gives a task to a platform thread
 * and waits for the answer. Both are measured in turn in one run; prints, judges nothing.
 */
final class GuardBench {

    private static final int CALLS = 20_000;
    private static final int ROUNDS = 9;

    private GuardBench() {}

    public static void main(String[] arguments) throws Exception {
        Thread.ofVirtual().start(GuardBench::measure).join();
    }

    private static void measure() {
        Path file = temporary();
        FlightRecorder recorder = FlightRecorder.open(file);
        ProviderGuard guard =
                new ProviderGuard(
                        new ProviderRef(Kind.COMPUTE, "bench"),
                        GuardBench.class.getClassLoader(),
                        recorder.flight(new FlightRecorder.Version("bench", "0".repeat(64))),
                        new Limits(8, Duration.ofSeconds(20)),
                        Clock.systemUTC(),
                        new SimpleMeterRegistry(),
                        refusal -> {});
        ExecutorService bare =
                new ThreadPoolExecutor(
                        0,
                        40,
                        30,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        Thread.ofPlatform().daemon().factory());
        Ask ask = Ask.reading("bench");
        double[] bareNanos = new double[ROUNDS];
        double[] guardNanos = new double[ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                bareCall(bare, i);
            }
            long between = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                int number = i;
                if (guard.call(ask, call -> number).answer().isEmpty()) {
                    throw new AssertionError("The guard refused");
                }
            }
            long end = System.nanoTime();
            bareNanos[Math.max(round, 0)] = (double) (between - begun) / CALLS;
            guardNanos[Math.max(round, 0)] = (double) (end - between) / CALLS;
        }
        Arrays.sort(bareNanos);
        Arrays.sort(guardNanos);
        double ofBare = bareNanos[ROUNDS / 2];
        double ofGuard = guardNanos[ROUNDS / 2];
        System.out.printf(
                Locale.ROOT,
                "bare hand-off %.0f ns   guarded call %.0f ns   guard / bare hand-off %.2f%n",
                ofBare,
                ofGuard,
                ofGuard / ofBare);
        guard.close();
        bare.shutdownNow();
        recorder.close();
    }

    private static void bareCall(ExecutorService pool, int number) {
        try {
            if (pool.submit(() -> number).get() != number) {
                throw new AssertionError("Another answer");
            }
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Path temporary() {
        try {
            Path file = Files.createTempFile("guard", ".bench");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
