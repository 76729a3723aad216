package coop.minga.plugins.compute.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a supervisor wrote down last.
 *
 * @param state {@code starting}, {@code running} or {@code ended}
 * @param supervisor its process
 * @param init the first process inside the sandbox, as seen from outside; absent until known
 * @param startedAt when this run began
 * @param exitCode how the workload ended by itself
 * @param reason why it ended: {@code stopped}, {@code exited}, {@code health}, {@code disk}, {@code
 *     reserve}, {@code setup}; empty before
 * @param message more about the reason
 * @param sockets where its sockets are
 */
record Status(
        String state,
        Born supervisor,
        Optional<Born> init,
        Instant startedAt,
        Optional<Integer> exitCode,
        String reason,
        String message,
        Path sockets) {

    private static final Pattern MEMBER =
            Pattern.compile("\"([a-z_]+)\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    /**
     * A process, told from a later one with the same number by its start.
     *
     * @param pid its number
     * @param start in ticks since boot
     * @param boot the machine's boot id
     */
    record Born(long pid, String start, String boot) {

        boolean alive() {
            return boot.equals(bootId()) && start.equals(startOf(pid));
        }

        /** The start of a living process, empty when there is none. */
        static String startOf(long pid) {
            String stat = Machine.firstLine(Path.of("/proc", Long.toString(pid), "stat"));
            int end = stat.lastIndexOf(')');
            if (end < 0) {
                return "";
            }
            String[] fields = stat.substring(end + 2).split(" ");
            return fields.length < 20 || "Z".equals(fields[0]) ? "" : fields[19];
        }

        static String bootId() {
            return Machine.firstLine(Path.of("/proc/sys/kernel/random/boot_id"));
        }
    }

    static Optional<Status> read(Path file) throws IOException {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    static Optional<Status> parse(String json) {
        Map<String, String> members = new HashMap<>();
        Matcher matcher = MEMBER.matcher(json);
        while (matcher.find()) {
            members.put(matcher.group(1), matcher.group(2).replaceAll("\\\\(.)", "$1"));
        }
        String state = members.getOrDefault("state", "");
        String boot = members.getOrDefault("boot", "");
        long supervisor = number(members, "supervisor");
        if (state.isEmpty() || supervisor <= 0) {
            return Optional.empty();
        }
        long init = number(members, "init");
        long exit = number(members, "exit_code");
        return Optional.of(
                new Status(
                        state,
                        new Born(supervisor, members.getOrDefault("supervisor_start", "?"), boot),
                        init > 0
                                ? Optional.of(
                                        new Born(
                                                init,
                                                members.getOrDefault("init_start", "?"),
                                                boot))
                                : Optional.empty(),
                        Instant.ofEpochMilli(number(members, "started_at")),
                        exit >= 0 ? Optional.of((int) exit) : Optional.empty(),
                        members.getOrDefault("reason", ""),
                        members.getOrDefault("message", ""),
                        Path.of(members.getOrDefault("sockets", "/nonexistent"))));
    }

    private static long number(Map<String, String> members, String name) {
        String text = members.getOrDefault(name, "");
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : -1;
    }

    boolean alive() {
        return supervisor.alive();
    }

    boolean ended() {
        return "ended".equals(state);
    }
}
