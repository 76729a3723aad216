package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.InstanceHandle;
import coop.minga.plugin.api.compute.Observation;
import coop.minga.plugin.testkit.Calls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures from the call of create to the host's being told that it runs, and to the first answer
 * over HTTP, beside a bare bubblewrap of the same run. Run it by hand on an idle machine; the first
 * rounds warm up and do not count.
 */
final class CreateToReady {

    private static final int WARM_UP = 10;

    private CreateToReady() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 50;
        long[] bare = new long[rounds];
        long[] call = new long[rounds];
        long[] told = new long[rounds];
        long[] answered = new long[rounds];
        long[] destroyed = new long[rounds];
        Path data = Files.createTempDirectory("minga-bench");
        try (Rig rig = new Rig(data.resolve("d"))) {
            for (int round = -WARM_UP; round < rounds; round++) {
                int at = Math.max(round, 0);
                long start = System.nanoTime();
                new ProcessBuilder("bwrap", "--unshare-all", "--ro-bind", "/", "/", "/usr/bin/true")
                        .start()
                        .waitFor();
                bare[at] = System.nanoTime() - start;
                IdempotencyKey key = Calls.key();
                start = System.nanoTime();
                InstanceHandle handle = rig.create(key, Sample.web("bench"));
                call[at] = System.nanoTime() - start;
                while (!rig.context.changes().contains(key)) {
                    LockSupport.parkNanos(100_000);
                }
                Observation running = rig.observe(handle);
                told[at] = System.nanoTime() - start;
                if (running.state() != Observation.State.RUNNING) {
                    throw new IllegalStateException(running.toString());
                }
                Rig.http(Rig.socket(running), "/echo", "x".getBytes(StandardCharsets.UTF_8));
                answered[at] = System.nanoTime() - start;
                start = System.nanoTime();
                rig.backend.destroy(Calls.fresh(), handle);
                destroyed[at] = System.nanoTime() - start;
            }
        } finally {
            Machine.run(List.of("rm", "-rf", "--", data.toString()));
        }
        print("bare bwrap true", bare);
        print("create() returns", call);
        print("told it runs", told);
        print("HTTP answered", answered);
        print("destroy()", destroyed);
    }

    private static void print(String name, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%-18s p50 %6.1f ms   p95 %6.1f ms   min %6.1f ms%n",
                name,
                ms(nanos[nanos.length / 2]),
                ms(nanos[nanos.length * 95 / 100]),
                ms(nanos[0]));
    }

    private static double ms(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
