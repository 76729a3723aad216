package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.compute.Workload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Starts an instance's supervisor: writes down all it must know and lets it go. The supervisor
 * leaves this process's session at once; nothing ties it to the host.
 */
final class Launcher {

    private static final int LOG_BYTES = 2 << 20;

    private final Ground ground;
    private final SandboxSettings settings;
    private final Machine machine;
    private final ControlGroups groups;
    private final Path scripts;
    private final int release;

    Launcher(
            Ground ground,
            SandboxSettings settings,
            Machine machine,
            ControlGroups groups,
            Path scripts,
            int release) {
        this.ground = ground;
        this.settings = settings;
        this.machine = machine;
        this.groups = groups;
        this.scripts = scripts;
        this.release = release;
    }

    /** Returns as soon as the supervisor goes its own way; its first report follows. */
    void launch(String id, Recipe recipe) throws IOException, InterruptedException {
        Path home = prepared(id, recipe);
        Files.deleteIfExists(home.resolve("status"));
        supervise(home);
    }

    /**
     * The same when the host died on the way to the first report. Perhaps there is a supervisor:
     * the second one goes when it meets the first.
     */
    void launchAgain(String id, Recipe recipe) throws IOException, InterruptedException {
        supervise(prepared(id, recipe));
    }

    private Path prepared(String id, Recipe recipe) throws IOException {
        Path home = ground.instance(id);
        launch(id, recipe, home).write(home.resolve("launch"));
        agent(recipe).write(home.resolve("agent.conf"));
        return home;
    }

    private void supervise(Path home) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        needed("perl").toString(), scripts.resolve("supervisor.pl").toString());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process =
                builder.directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(home.resolve("supervisor.log").toFile())
                        .start();
        int exit = process.waitFor();
        if (exit != 0) {
            String said = Machine.firstLine(home.resolve("supervisor.log"));
            throw new ProviderException(
                    ProviderException.Code.UNAVAILABLE,
                    Text.of(
                            "The supervisor did not start: " + said,
                            "El supervisor no arrancó: " + said));
        }
    }

    private Path needed(String program) {
        return machine.program(program)
                .orElseThrow(() ->
                        new ProviderException(
                                ProviderException.Code.MISCONFIGURED,
                                Text.of(
                                        program + " is not installed",
                                        program + " no está instalado")));
    }

    private Pairs launch(String id, Recipe recipe, Path home) throws IOException {
        Pairs pairs =
                new Pairs()
                        .add("arch", machine.arch())
                        .add("event", ground.event(id))
                        .add("sockets", ground.sockets(id))
                        .add("boot", Status.Born.bootId())
                        .add("agent", scripts.resolve("agent.pl"))
                        .add("grace", settings.grace().toMillis() / 1000.0)
                        .add("logmax", LOG_BYTES)
                        .add("disk", recipe.size().diskMb() * (1L << 20))
                        .add("reserve", settings.diskReserveMb() * (1L << 20))
                        .add("measure", "box");
        if (recipe.uid() > 0) {
            pairs.add("uid", recipe.uid()).add("setpriv", needed("setpriv")).add("stage", stage());
        }
        if (Files.exists(scripts.resolve("seccomp"))) {
            pairs.add("seccomp", scripts.resolve("seccomp"));
        }
        if (!groups.hard(ControlGroups.What.CPU)) {
            pairs.add("nice", 1);
        }
        groups.keep().ifPresent(keep -> pairs.add("keepgroup", keep.resolve("cgroup.procs")));
        groups.groups(ground.group(id)).forEach(group -> pairs.add("cgdir", group));
        for (Map.Entry<Path, String> limit :
                groups.limits(ground.group(id), recipe.size(), settings.processes())) {
            pairs.add("cgset", limit.getKey() + "=" + limit.getValue());
        }
        groups.limitsWhenReady(ground.group(id), recipe.size())
                .forEach(limit -> pairs.add("cglater", limit.getKey() + "=" + limit.getValue()));
        recipe.ports().forEach(port -> pairs.add("port", port.number()));
        recipe.health()
                .ifPresent(health ->
                        pairs.add(
                                "health",
                                number(recipe, health.port())
                                        + ":"
                                        + health.within().toMillis()
                                        + ":"
                                        + health.path()));
        command(recipe, recipe.uid() > 0 ? stage() : home.resolve("box"))
                .forEach(word -> pairs.add("arg", word));
        return pairs;
    }

    private static int number(Recipe recipe, String name) {
        return recipe.ports().stream()
                .filter(port -> port.name().equals(name))
                .map(Workload.Port::number)
                .findFirst()
                .orElseThrow();
    }

    /** Where root shows a tenant's files to the tenant's own uid, in a namespace of its own. */
    private static Path stage() {
        return Files.isDirectory(Path.of("/mnt")) ? Path.of("/mnt") : Path.of("/srv");
    }

    /** Words in {@code @} are put in by the supervisor. */
    private List<String> command(Recipe recipe, Path box) {
        List<String> words = new ArrayList<>();
        long memory = Math.max(recipe.size().memoryMb(), 16) * (1L << 20);
        add(words, needed("bwrap").toString(), "--unshare-all", "--unshare-user");
        if (hasUsernsSwitch()) {
            add(words, "--disable-userns");
        }
        add(words, "--uid", "1000", "--gid", "1000", "--die-with-parent", "--new-session");
        add(words, "--cap-drop", "ALL", "--hostname", "minga-" + recipe.name());
        add(words, "--clearenv", "--setenv", "PATH", "/usr/bin:/bin");
        add(words, "--ro-bind", "/usr", "/usr");
        for (String name : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
            Path path = Path.of("/", name);
            if (Files.isSymbolicLink(path)) {
                add(words, "--symlink", "usr/" + name, "/" + name);
            } else if (Files.isDirectory(path)) {
                add(words, "--ro-bind", "/" + name, "/" + name);
            }
        }
        add(words, "--ro-bind", box.resolve("etc").toString(), "/etc");
        for (String shown :
                List.of(
                        "/etc/alternatives",
                        "/etc/ssl/certs",
                        "/etc/ld.so.cache",
                        "/etc/localtime")) {
            add(words, "--ro-bind-try", shown, shown);
        }
        add(words, "--proc", "/proc", "--dev", "/dev");
        tmpfs(words, "/dev/shm", Math.min(memory / 4, 64L << 20));
        tmpfs(words, "/tmp", Math.min(memory / 2, 256L << 20));
        add(words, "--symlink", "../tmp", "/var/tmp", "--dir", "/run");
        add(words, "--bind", box.resolve("home").toString(), Userland.HOME);
        for (Recipe.Mount mount : recipe.mounts()) {
            add(
                    words,
                    mount.writable() ? "--bind" : "--ro-bind",
                    box.resolve(mount.source()).toString(),
                    mount.target());
        }
        add(words, "--ro-bind-data", "@script@", "/run/minga/agent.pl");
        add(words, "--info-fd", "@info@", "--remount-ro", "/dev", "--remount-ro", "/");
        if (Files.exists(scripts.resolve("seccomp"))) {
            add(words, "--seccomp", "@seccomp@");
        }
        add(words, "--", needed("prlimit").toString(), "--core=0");
        add(words, "--nofile=" + Math.min(16_384, Machine.hardLimit("Max open files")));
        if (Machine.limitsPerNamespace() || recipe.uid() > 0) {
            add(
                    words,
                    "--nproc="
                            + Math.min(settings.processes(), Machine.hardLimit("Max processes")));
        }
        if (recipe.size().diskMb() > 0) {
            add(words, "--fsize=" + recipe.size().diskMb() * (1L << 20));
        }
        if (!groups.hard(ControlGroups.What.MEMORY)) {
            add(words, "--as=" + memory);
        }
        add(words, "--", needed("perl").toString(), "/run/minga/agent.pl", "@agent@");
        return words;
    }

    boolean hasUsernsSwitch() {
        return release >= 800;
    }

    private void tmpfs(List<String> words, String path, long bytes) {
        if (release >= 700) {
            add(words, "--size", Long.toString(Math.max(bytes, 1 << 20)));
        }
        add(words, "--tmpfs", path);
    }

    private static void add(List<String> words, String... more) {
        words.addAll(List.of(more));
    }

    private static Pairs agent(Recipe recipe) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", Userland.HOME);
        environment.put("USER", "tenant");
        environment.put("LOGNAME", "tenant");
        environment.put("SHELL", "/bin/bash");
        environment.put("LANG", "C.UTF-8");
        environment.put("HOSTNAME", "minga-" + recipe.name());
        environment.putAll(recipe.environment());
        Pairs pairs = new Pairs();
        environment.forEach((name, value) -> pairs.add("env", name + "=" + value));
        List<String> command =
                recipe.command().isEmpty() ? List.of("sleep", "infinity") : recipe.command();
        command.forEach(word -> pairs.add("cmd", word));
        return pairs;
    }

    /** Reads what went wrong before the first report, for people. */
    static Optional<String> complaint(Path instance) {
        try {
            String text =
                    Files.readString(instance.resolve("supervisor.log"), StandardCharsets.UTF_8)
                            .strip();
            return text.isEmpty() ? Optional.empty() : Optional.of(text.lines().toList().getLast());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
