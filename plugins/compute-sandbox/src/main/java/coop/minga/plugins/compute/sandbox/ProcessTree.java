package coop.minga.plugins.compute.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The processes below one, read from {@code /proc}: what is counted where there are no control
 * groups. Time of processes that nobody waited for is lost, so this is a lower bound.
 */
record ProcessTree(List<String[]> stats) {

    /** The kernel's unit of process times, the same on every Linux. */
    private static final long TICK_MS = 10;

    private static final long PAGE_BYTES = 4096;
    private static final int MOST = 5000;

    static ProcessTree below(long pid) {
        List<String[]> stats = new ArrayList<>();
        Deque<Long> open = new ArrayDeque<>(List.of(pid));
        while (!open.isEmpty() && stats.size() < MOST) {
            long next = open.remove();
            Path process = Path.of("/proc", Long.toString(next));
            String stat = Machine.firstLine(process.resolve("stat"));
            int end = stat.lastIndexOf(')');
            if (end < 0) {
                continue;
            }
            String[] fields = stat.substring(end + 2).split(" ");
            if (fields.length > 21) {
                stats.add(fields);
            }
            String children =
                    Machine.firstLine(process.resolve("task/" + next + "/children")).strip();
            for (String child : children.split(" ")) {
                if (!child.isEmpty()) {
                    open.add(Long.parseLong(child));
                }
            }
        }
        return new ProcessTree(stats);
    }

    long cpuMillis() {
        long ticks = 0;
        for (String[] stat : stats) {
            for (int field = 11; field <= 14; field++) {
                ticks += Long.parseLong(stat[field]);
            }
        }
        return ticks * TICK_MS;
    }

    long memoryBytes() {
        long pages = 0;
        for (String[] stat : stats) {
            pages += Long.parseLong(stat[21]);
        }
        return pages * PAGE_BYTES;
    }

    /**
     * Bytes received and sent in the process's network namespace. A sandbox has its loopback only,
     * over which the bridge's connections go too.
     */
    static long[] network(long pid) {
        long[] sum = new long[2];
        try {
            for (String line :
                    Files.readAllLines(Path.of("/proc", Long.toString(pid), "net/dev"))) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    String[] fields = line.substring(colon + 1).strip().split("\\s+");
                    if (fields.length > 8) {
                        sum[0] += Long.parseLong(fields[0]);
                        sum[1] += Long.parseLong(fields[8]);
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            return new long[2];
        }
        return sum;
    }
}
