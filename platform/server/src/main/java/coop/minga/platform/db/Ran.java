package coop.minga.platform.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What came of a program that was run to its end.
 *
 * @param code its exit code; -1 when it could not be run
 * @param output both of its streams
 */
record Ran(int code, String output) {

    static Ran of(ProcessBuilder builder) {
        try {
            Process ran = builder.redirectErrorStream(true).start();
            ran.getOutputStream().close();
            String output = new String(ran.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ran(ran.waitFor(), output);
        } catch (IOException e) {
            return new Ran(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Ran(-1, "interrupted");
        }
    }

    /** What it said of its failure. */
    String lastLine() {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        return lines.stream()
                .filter(line -> line.contains("error:") || line.contains("FATAL"))
                .findFirst()
                .orElse(lines.isEmpty() ? "it says nothing" : lines.getLast());
    }
}
