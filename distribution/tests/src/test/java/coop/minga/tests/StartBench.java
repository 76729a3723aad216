package coop.minga.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long the unpacked tree takes until it is ready, on empty data and on existing data, and how
 * much memory the host's process (without the database's) holds ten calm seconds later, all in all,
 * of its own and of files mapped in: with the cache that {@code minga warm-up} makes and without.
 */
public final class StartBench {

    private static final int STARTS = 5;
    private static final Duration CALM = Duration.ofSeconds(10);

    private StartBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        System.out.printf(
                "%-34s %10s %12s %10s %10s %10s%n",
                "", "empty", "existing", "resident", "its own", "of files");
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
                    "%-34s %7d ms %9d ms %7d MB %7d MB %7d MB%n",
                    what,
                    empty.toMillis(),
                    starts[STARTS / 2],
                    memory(minga.process().pid(), "VmRSS"),
                    memory(minga.process().pid(), "RssAnon"),
                    memory(minga.process().pid(), "RssFile"));
        }
    }

    /** Of the host's process alone, MB: a line of its status. */
    private static long memory(long pid, String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElseThrow();
    }
}
