package coop.minga.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long the unpacked tree takes until it is ready, and how much memory it holds then: with the
 * cache that {@code minga warm-up} makes and without it.
 */
public final class StartBench {

    private static final int STARTS = 5;
    private static final Duration CALM = Duration.ofSeconds(10);

    private StartBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.out.printf("%-34s %10s %12s %10s%n", "", "empty", "existing", "resident");
        measure("with the start cache", RunningMinga.prepared());
        measure("without it", RunningMinga.prepared().with("MINGA_NO_CACHE", "1"));
    }

    private static void measure(String what, RunningMinga prepared)
            throws IOException, InterruptedException {
        try (RunningMinga minga = prepared) {
            Duration empty = minga.start();
            long[] starts = new long[STARTS];
            for (int i = 0; i < STARTS; i++) {
                minga.stop();
                starts[i] = minga.start().toMillis();
            }
            Arrays.sort(starts);
            Thread.sleep(CALM);
            System.out.printf(
                    Locale.ROOT,
                    "%-34s %7d ms %9d ms %7d MB%n",
                    what,
                    empty.toMillis(),
                    starts[STARTS / 2],
                    resident(minga.process().pid()) >> 10);
        }
    }

    /** Of the host's process alone, kB. */
    private static long resident(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
