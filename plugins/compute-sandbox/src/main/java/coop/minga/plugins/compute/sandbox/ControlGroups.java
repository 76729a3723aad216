package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.compute.Size;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The kernel's control groups as far as this process may use them, version 1 or 2. What is found
 * was tried: a group was made and a limit written.
 *
 * @param version 1, 2, or 0 where there is none to be used
 * @param parents where to make a group, by what it controls
 * @param keep a group for supervisors, so that stopping the host's service does not end them
 */
record ControlGroups(int version, Map<What, Path> parents, Optional<Path> keep) {

    enum What {
        MEMORY("memory"),
        CPU("cpu"),
        ACCOUNTING("cpuacct"),
        PIDS("pids");

        private final String controller;

        What(String controller) {
            this.controller = controller;
        }
    }

    private static final String OURS = "minga-sandbox";

    static ControlGroups none() {
        return new ControlGroups(0, Map.of(), Optional.empty());
    }

    static ControlGroups detect(boolean root, Optional<String> delegated) {
        if (delegated.isPresent()) {
            return version2(Path.of(delegated.get()), root);
        }
        List<String[]> mounts = mounts();
        Map<What, Path> parents = new EnumMap<>(What.class);
        for (What what : What.values()) {
            mounts.stream()
                    .filter(m -> m[1].equals("cgroup") && hasWord(m[2], what.controller))
                    .findFirst()
                    .map(m -> Path.of(m[0], OURS))
                    .filter(parent -> usable1(parent, what))
                    .ifPresent(parent -> parents.put(what, parent));
        }
        if (!parents.isEmpty()) {
            Optional<Path> keep =
                    mounts.stream()
                            .filter(m -> m[1].equals("cgroup") && hasWord(m[2], "name=systemd"))
                            .findFirst()
                            .map(m -> Path.of(m[0], OURS))
                            .filter(ControlGroups::made);
            return new ControlGroups(1, parents, keep);
        }
        return mounts.stream()
                .filter(m -> m[1].equals("cgroup2"))
                .findFirst()
                .map(m -> version2(root ? Path.of(m[0]) : own(Path.of(m[0])), root))
                .orElseGet(ControlGroups::none);
    }

    private static ControlGroups version2(Path above, boolean root) {
        Path parent = above.resolve(OURS);
        Map<What, Path> parents = new EnumMap<>(What.class);
        if (!made(parent)) {
            return none();
        }
        for (What what : List.of(What.MEMORY, What.CPU, What.PIDS)) {
            write(above.resolve("cgroup.subtree_control"), "+" + what.controller);
            write(parent.resolve("cgroup.subtree_control"), "+" + what.controller);
            if (hasWord(
                    Machine.firstLine(parent.resolve("cgroup.subtree_control")).replace(' ', ','),
                    what.controller)) {
                parents.put(what, parent);
            }
        }
        if (parents.containsKey(What.CPU)) {
            parents.put(What.ACCOUNTING, parent);
        }
        if (parents.isEmpty() || !tried(parent, "memory.max", "max")) {
            return none();
        }
        Path keep = parent.resolve("supervisors");
        return new ControlGroups(
                2, parents, root && made(keep) ? Optional.of(keep) : Optional.empty());
    }

    private static boolean usable1(Path parent, What what) {
        if (!made(parent)) {
            return false;
        }
        return switch (what) {
            case MEMORY -> tried(parent, "memory.limit_in_bytes", "67108864");
            case CPU -> tried(parent, "cpu.cfs_quota_us", "50000");
            case ACCOUNTING -> Files.isReadable(parent.resolve("cpuacct.usage"));
            case PIDS -> tried(parent, "pids.max", "64");
        };
    }

    private static boolean tried(Path parent, String file, String value) {
        Path trial = parent.resolve("trial-" + ProcessHandle.current().pid());
        try {
            return made(trial) && write(trial.resolve(file), value);
        } finally {
            try {
                Files.deleteIfExists(trial);
            } catch (IOException e) {
                // An empty group left behind limits nothing and is found again next time.
            }
        }
    }

    private static boolean made(Path group) {
        try {
            Files.createDirectories(group);
            return Files.isWritable(group.resolve("cgroup.procs"));
        } catch (IOException | SecurityException e) {
            return false;
        }
    }

    private static boolean write(Path file, String value) {
        try {
            Files.writeString(file, value);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** This process's own group in the unified hierarchy. */
    private static Path own(Path mount) {
        try {
            return Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
                    .filter(line -> line.startsWith("0::"))
                    .findFirst()
                    .map(line -> mount.resolve(line.substring(3).replaceFirst("^/", "")))
                    .orElse(mount);
        } catch (IOException e) {
            return mount;
        }
    }

    /** Mount point, type and super options of each mounted hierarchy. */
    private static List<String[]> mounts() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .filter(line -> line.contains(" - cgroup"))
                    .map(line -> line.split(" - "))
                    .map(half -> {
                        String[] after = half[1].split(" ");
                        return new String[] {half[0].split(" ")[4], after[0], after[2]};
                    })
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean hasWord(String list, String word) {
        return List.of(list.split(",")).contains(word);
    }

    boolean hard(What what) {
        return parents.containsKey(what);
    }

    Set<Path> groups(String id) {
        Set<Path> groups = new LinkedHashSet<>();
        parents.values().forEach(parent -> groups.add(parent.resolve(id)));
        return groups;
    }

    /** Files and what is to be written to them before anything runs, in order. */
    List<Map.Entry<Path, String>> limits(String id, Size size, int processes) {
        List<Map.Entry<Path, String>> limits = new ArrayList<>();
        long memory = Math.multiplyExact(Math.max(size.memoryMb(), 16), 1L << 20);
        Path group = parents.getOrDefault(What.MEMORY, Path.of("/")).resolve(id);
        if (hard(What.MEMORY) && version == 1) {
            limits.add(Map.entry(group.resolve("memory.limit_in_bytes"), Long.toString(memory)));
            Path swap = parents.getOrDefault(What.MEMORY, group);
            if (Files.exists(swap.resolve("memory.memsw.limit_in_bytes"))) {
                limits.add(
                        Map.entry(
                                group.resolve("memory.memsw.limit_in_bytes"),
                                Long.toString(memory)));
            }
        } else if (hard(What.MEMORY)) {
            limits.add(Map.entry(group.resolve("memory.max"), Long.toString(memory)));
            if (hasSwapLimit()) {
                limits.add(Map.entry(group.resolve("memory.swap.max"), "0"));
            }
        }
        if (hard(What.PIDS)) {
            Path pids = parents.getOrDefault(What.PIDS, group).resolve(id);
            limits.add(Map.entry(pids.resolve("pids.max"), Integer.toString(processes)));
        }
        return limits;
    }

    /** What is to be written once the instance is ready. */
    List<Map.Entry<Path, String>> limitsWhenReady(String id, Size size) {
        if (!hard(What.CPU)) {
            return List.of();
        }
        long quota = Math.max(size.cpuMillis(), 10) * 100L;
        Path cpu = parents.getOrDefault(What.CPU, Path.of("/")).resolve(id);
        return version == 1
                ? List.of(
                        Map.entry(cpu.resolve("cpu.cfs_period_us"), "100000"),
                        Map.entry(cpu.resolve("cpu.cfs_quota_us"), Long.toString(quota)))
                : List.of(Map.entry(cpu.resolve("cpu.max"), quota + " 100000"));
    }

    private boolean hasSwapLimit() {
        Path parent = parents.getOrDefault(What.MEMORY, Path.of("/"));
        return Files.exists(parent.resolve("memory.swap.max"));
    }

    /** CPU time used by the group in milliseconds, or empty where nobody counts. */
    Optional<Long> cpuMillis(String id) {
        if (!hard(What.ACCOUNTING)) {
            return Optional.empty();
        }
        Path group = parents.getOrDefault(What.ACCOUNTING, Path.of("/")).resolve(id);
        if (version == 1) {
            return number(Machine.firstLine(group.resolve("cpuacct.usage")))
                    .map(n -> n / 1_000_000);
        }
        String line = Machine.firstLine(group.resolve("cpu.stat"));
        return line.startsWith("usage_usec ")
                ? number(line.substring(11)).map(n -> n / 1000)
                : Optional.empty();
    }

    /** Memory in use by the group in bytes, or empty where nobody counts. */
    Optional<Long> memoryBytes(String id) {
        if (!hard(What.MEMORY)) {
            return Optional.empty();
        }
        Path group = parents.getOrDefault(What.MEMORY, Path.of("/")).resolve(id);
        return number(
                Machine.firstLine(
                        group.resolve(version == 1 ? "memory.usage_in_bytes" : "memory.current")));
    }

    private static Optional<Long> number(String text) {
        return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }
}
