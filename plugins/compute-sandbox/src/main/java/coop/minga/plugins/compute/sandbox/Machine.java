package coop.minga.plugins.compute.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this machine is and has installed. Everything is looked up anew, so that installing what is
 * missing helps without a restart.
 *
 * @param root whether the host runs as root, and so each tenant can have a uid of its own
 * @param arch {@code amd64}, {@code aarch64} or {@code riscv64}
 */
record Machine(boolean root, String arch) {

    private static final List<String> ARCHES = List.of("amd64", "aarch64", "riscv64");

    static Machine here() {
        return new Machine(
                uid() == 0, System.getProperty("os.arch", "").replace("x86_64", "amd64"));
    }

    boolean supported() {
        return ARCHES.contains(arch) && Files.isDirectory(Path.of("/proc/self"));
    }

    static int uid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return -1;
        }
    }

    Optional<Path> program(String name) {
        for (String directory : List.of("/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin")) {
            Path program = Path.of(directory, name);
            if (Files.isExecutable(program)) {
                return Optional.of(program);
            }
        }
        return Optional.empty();
    }

    /** The release as hundreds, 0.8.0 as 800; 0 when unknown. */
    static int bubblewrapRelease(Path program) throws InterruptedException {
        Matcher matcher =
                Pattern.compile("(\\d+)\\.(\\d+)\\.?(\\d*)")
                        .matcher(run(List.of(program.toString(), "--version")).output());
        if (!matcher.find()) {
            return 0;
        }
        int patch = matcher.group(3).isEmpty() ? 0 : Integer.parseInt(matcher.group(3));
        return Integer.parseInt(matcher.group(1)) * 10_000
                + Integer.parseInt(matcher.group(2)) * 100
                + patch;
    }

    static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    static long memoryMb() {
        try {
            Matcher matcher =
                    Pattern.compile("MemTotal:\\s+(\\d+) kB")
                            .matcher(Files.readString(Path.of("/proc/meminfo")));
            return matcher.find() ? Long.parseLong(matcher.group(1)) / 1024 : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    /** Whether process limits count per user namespace (since Linux 5.14). */
    static boolean limitsPerNamespace() {
        Matcher matcher =
                Pattern.compile("^(\\d+)\\.(\\d+)").matcher(System.getProperty("os.version", ""));
        return matcher.find()
                && Integer.parseInt(matcher.group(1)) * 1000 + Integer.parseInt(matcher.group(2))
                        >= 5014;
    }

    /** The most this process may allow itself, as {@code /proc/self/limits} names it. */
    static long hardLimit(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith(name)) {
                    String[] fields = line.substring(name.length()).strip().split("\\s+");
                    return fields[1].matches("\\d+") ? Long.parseLong(fields[1]) : Long.MAX_VALUE;
                }
            }
        } catch (IOException e) {
            // Without the file there is nothing to be held to.
        }
        return Long.MAX_VALUE;
    }

    static String firstLine(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            int end = text.indexOf('\n');
            return end < 0 ? text : text.substring(0, end);
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * @param exit its exit code, -1 when it could not be run, -2 when it took too long
     * @param output both streams, at most 4,000 characters
     */
    record Ran(int exit, String output) {}

    static Ran run(List<String> command) throws InterruptedException {
        return run(command, 10);
    }

    static Ran run(List<String> command, int seconds) throws InterruptedException {
        Path output = null;
        try {
            output = Files.createTempFile("minga-sandbox", ".out");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("LC_ALL", "C");
            Process process =
                    builder.directory(Path.of("/").toFile())
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(output.toFile())
                            .start();
            try {
                if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                    return new Ran(-2, "took longer than " + seconds + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.ISO_8859_1).strip();
            return new Ran(process.exitValue(), text.substring(0, Math.min(4000, text.length())));
        } catch (IOException e) {
            return new Ran(-1, String.valueOf(e.getMessage()));
        } finally {
            if (output != null) {
                try {
                    Files.deleteIfExists(output);
                } catch (IOException e) {
                    // A temporary file more is no reason to lose the answer.
                }
            }
        }
    }
}
