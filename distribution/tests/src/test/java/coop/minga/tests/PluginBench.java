package coop.minga.tests;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.testkit.SourceJar;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * What plugins cost, on the unpacked tree: {@code distribution/bench/plugins.sh}. Prints; judges
 * nothing.
 */
final class PluginBench {

    private static final int DROPS = 200;
    private static final int PLUGINS = 30;
    private static final int REQUESTS = 1_000;
    private static final Duration BREATH = Duration.ofMillis(3);
    private static final Duration BOUND = Duration.ofSeconds(20);

    private PluginBench() {}

    public static void main(String[] arguments) throws IOException {
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            minga.start();
            minga.setUp();
            Caller customer = minga.caller().signUp("rosa");
            drops(minga, customer);
            print("GET /products", requests(customer));
            minga.stop();
            startUp(minga);
        }
        try (RunningMinga minga = RunningMinga.prepared().withOwnPlugins()) {
            WildPlugins.all().forEach((name, jar) -> jar.write(minga.plugins().resolve(name)));
            minga.start();
            minga.setUp();
            Caller customer = minga.caller().signUp("rosa");
            print("GET /products, wild plugins", requests(customer));
            long begun = System.nanoTime();
            minga.stop();
            print("SIGTERM to end, wild plugins", new long[] {System.nanoTime() - begun});
        }
    }

    /** From the jar in its place to its offer in the catalogue. */
    private static void drops(RunningMinga minga, Caller customer) throws IOException {
        long[] shown = new long[DROPS];
        for (int i = -5; i < DROPS; i++) {
            String id = "bench-" + (i + 5);
            Path draft = Files.createTempFile(minga.plugins().getParent(), "bench", ".part");
            SourceJar.offering(id).write(draft);
            Path jar = minga.plugins().resolve(id + ".jar");
            long begun = System.nanoTime();
            Files.move(draft, jar);
            while (!isOffered(customer, id)) {
                // Asking without a breath would be most of what is measured on a small machine.
                LockSupport.parkNanos(BREATH.toNanos());
                if (System.nanoTime() - begun > BOUND.toNanos()) {
                    throw new AssertionError(id + " was not offered:\n" + minga.output());
                }
            }
            shown[Math.max(i, 0)] = System.nanoTime() - begun;
            Files.delete(jar);
            Await.until(BOUND, id + " is off the shelf", () -> !isOffered(customer, id));
        }
        print("jar dropped in -> offered", shown);
    }

    private static boolean isOffered(Caller customer, String slug) {
        for (JsonNode product : customer.get("/products").must(200).json().path("items")) {
            if (product.path("slug").asText().equals(slug)) {
                for (JsonNode plan : product.path("plans")) {
                    if (plan.path("available").asBoolean()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static long[] requests(Caller customer) {
        long[] nanos = new long[REQUESTS];
        for (int i = -REQUESTS / 2; i < REQUESTS; i++) {
            long begun = System.nanoTime();
            customer.get("/products").must(200);
            nanos[Math.max(i, 0)] = System.nanoTime() - begun;
        }
        return nanos;
    }

    private static void startUp(RunningMinga minga) {
        long[] without = starts(minga);
        for (int i = 0; i < PLUGINS; i++) {
            SourceJar.offering("many-" + i).write(minga.plugins().resolve("many-" + i + ".jar"));
        }
        long[] with = starts(minga);
        print("start to ready", without);
        print("start to ready, " + PLUGINS + " plugins more", with);
        System.out.printf(
                Locale.ROOT,
                "%-32s %8.2f ms%n",
                "start-up cost per plugin",
                (with[with.length / 2] - without[without.length / 2]) / 1e6 / PLUGINS);
    }

    private static long[] starts(RunningMinga minga) {
        long[] nanos = new long[5];
        for (int i = -1; i < nanos.length; i++) {
            nanos[Math.max(i, 0)] = minga.start().toNanos();
            minga.stop();
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void print(String what, long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%-32s p50 %8.2f ms   p99 %8.2f ms   max %8.2f ms   (%d)%n",
                what,
                sorted[sorted.length / 2] / 1e6,
                sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / 1e6,
                sorted[sorted.length - 1] / 1e6,
                sorted.length);
    }
}
