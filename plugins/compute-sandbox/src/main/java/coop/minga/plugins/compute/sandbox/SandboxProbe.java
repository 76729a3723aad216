package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProbeResult.Check;
import coop.minga.plugin.api.Text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at all a sandbox needs, by trying it, and says which limits hold and which are watched. */
final class SandboxProbe {

    private static final Text NAMESPACES =
            Text.of("Isolated namespaces", "Espacios de nombres aislados");

    private final Machine machine;
    private final SandboxSettings settings;
    private final Ground ground;
    private final ControlGroups groups;
    private final List<Check> checks = new ArrayList<>();
    private boolean usable = true;

    SandboxProbe(Machine machine, SandboxSettings settings, Ground ground, ControlGroups groups) {
        this.machine = machine;
        this.settings = settings;
        this.ground = ground;
        this.groups = groups;
    }

    ProbeResult run() throws InterruptedException {
        platform();
        Optional<Path> bubblewrap = program("bwrap", "bubblewrap");
        program("perl", "perl-base");
        program("prlimit", "util-linux");
        if (machine.root()) {
            program("setpriv", "util-linux");
        }
        if (bubblewrap.isPresent()) {
            namespaces(bubblewrap.get());
        }
        directory();
        space();
        if (!usable) {
            return new ProbeResult(ProbeResult.Status.FAILED, checks);
        }
        limits();
        return checks.stream().allMatch(Check::ok)
                ? ProbeResult.of(checks)
                : ProbeResult.degraded(checks);
    }

    private void need(Text name, boolean ok, Text detail, Text fix) {
        checks.add(ok ? Check.passed(name, detail) : Check.failed(name, detail, fix));
        usable &= ok;
    }

    private void platform() {
        need(
                Text.of("Linux on a known processor", "Linux en un procesador conocido"),
                machine.supported(),
                Text.of(System.getProperty("os.name") + " " + machine.arch()),
                Text.of(
                        "Use Linux on x86-64, ARM64 or RISC-V, or another backend.",
                        "Usa Linux en x86-64, ARM64 o RISC-V, u otro proveedor."));
    }

    private Optional<Path> program(String program, String parcel) {
        Optional<Path> found = machine.program(program);
        need(
                Text.of(program),
                found.isPresent(),
                found.map(path -> Text.of(path.toString()))
                        .orElse(
                                Text.of(
                                        program + " is not installed",
                                        program + " no está instalado")),
                Text.of("Run: apt-get install " + parcel, "Ejecuta: apt-get install " + parcel));
        return found;
    }

    private void namespaces(Path bubblewrap) throws InterruptedException {
        List<String> command = new ArrayList<>();
        if (machine.root()) {
            String uid = Integer.toString(settings.firstUid());
            command.addAll(
                    List.of(
                            machine.program("setpriv").orElse(Path.of("setpriv")).toString(),
                            "--reuid=" + uid,
                            "--regid=" + uid,
                            "--clear-groups",
                            "--"));
        }
        command.addAll(
                List.of(
                        bubblewrap.toString(),
                        "--unshare-all",
                        "--unshare-user",
                        "--uid",
                        "1000",
                        "--gid",
                        "1000",
                        "--ro-bind",
                        "/",
                        "/",
                        "--proc",
                        "/proc",
                        "--dev",
                        "/dev",
                        "true"));
        Machine.Ran ran = Machine.run(command);
        int release = Machine.bubblewrapRelease(bubblewrap);
        if (ran.exit() != 0) {
            need(NAMESPACES, false, Text.of(ran.output()), remedy());
        } else {
            checks.add(
                    Check.passed(
                            NAMESPACES,
                            Text.of(
                                    "bubblewrap started a sandbox",
                                    "bubblewrap inició un sandbox")));
            if (release < 800) {
                checks.add(
                        Check.failed(
                                Text.of("Bubblewrap's age", "Antigüedad de bubblewrap"),
                                Text.of(
                                        "bubblewrap is older than 0.8: no nested-namespace lock,"
                                                + " /tmp not sized",
                                        "bubblewrap es anterior a 0.8: no impide espacios de"
                                                + " nombres anidados ni limita /tmp"),
                                Text.of(
                                        "Upgrade to a distribution with bubblewrap 0.8 or newer.",
                                        "Pasa a una distribución con bubblewrap 0.8 o más"
                                                + " nuevo.")));
            }
        }
    }

    /** The setting that forbids it, as far as it can be told. */
    private static Text remedy() {
        if ("0".equals(setting("kernel/unprivileged_userns_clone"))) {
            return setTo("kernel.unprivileged_userns_clone=1");
        }
        if ("1".equals(setting("kernel/apparmor_restrict_unprivileged_userns"))) {
            return Text.of(
                    "Run as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or"
                            + " give bwrap an AppArmor profile that allows userns.",
                    "Ejecuta como root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0,"
                            + " o da a bwrap un perfil de AppArmor que permita userns.");
        }
        if ("0".equals(setting("user/max_user_namespaces"))) {
            return setTo("user.max_user_namespaces=15000");
        }
        return Text.of(
                "Allow user namespaces (kernel.unprivileged_userns_clone,"
                        + " kernel.apparmor_restrict_unprivileged_userns,"
                        + " user.max_user_namespaces); inside a container, give it the right to"
                        + " make namespaces and mount /proc.",
                "Permite los espacios de nombres de usuario (kernel.unprivileged_userns_clone,"
                        + " kernel.apparmor_restrict_unprivileged_userns,"
                        + " user.max_user_namespaces); dentro de un contenedor, dale el derecho de"
                        + " crear espacios de nombres y montar /proc.");
    }

    private static Text setTo(String assignment) {
        return Text.of(
                "Run as root: sysctl -w " + assignment,
                "Ejecuta como root: sysctl -w " + assignment);
    }

    private static String setting(String name) {
        return Machine.firstLine(Path.of("/proc/sys", name)).strip();
    }

    private void directory() {
        boolean ok;
        Text detail = Text.of(ground.data().toString());
        try {
            ground.prepare();
            Path trial = ground.spare();
            Files.delete(trial);
            ok = true;
        } catch (IOException e) {
            ok = false;
            detail =
                    Text.of(
                            "cannot write " + e.getMessage(),
                            "no se puede escribir " + e.getMessage());
        }
        need(
                Text.of("Data directory", "Directorio de datos"),
                ok,
                detail,
                Text.of(
                        "Make it writable for the user the host runs as.",
                        "Da permiso de escritura al usuario con el que corre el anfitrión."));
    }

    private void space() {
        long free;
        try {
            free = Files.getFileStore(ground.data()).getUsableSpace() >> 20;
        } catch (IOException e) {
            return;
        }
        boolean ok = free > settings.diskReserveMb();
        checks.add(
                ok
                        ? Check.passed(
                                Text.of("Free space", "Espacio libre"),
                                Text.of(free + " MiB free", free + " MiB libres"))
                        : Check.failed(
                                Text.of("Free space", "Espacio libre"),
                                Text.of(
                                        free
                                                + " MiB free, "
                                                + settings.diskReserveMb()
                                                + " are reserved",
                                        free
                                                + " MiB libres, "
                                                + settings.diskReserveMb()
                                                + " están reservados"),
                                Text.of(
                                        "Free disk space: tenants are stopped below half of the"
                                                + " reserve.",
                                        "Libera espacio: por debajo de la mitad de la reserva se"
                                                + " detiene a los clientes.")));
    }

    private void limits() {
        Text where =
                Text.of(
                        "hard, by control group, version " + groups.version(),
                        "duro, por grupo de control, versión " + groups.version());
        Text fix =
                Text.of(
                        "Run the host as root, or delegate a control group (version 2) and name it"
                                + " in the configuration.",
                        "Ejecuta el anfitrión como root, o delega un grupo de control (versión 2) y"
                                + " nómbralo en la configuración.");
        limit(
                Text.of("Memory limit", "Límite de memoria"),
                groups.hard(ControlGroups.What.MEMORY),
                where,
                Text.of(
                        "soft: each process alone is limited, not all of an instance together",
                        "blando: se limita cada proceso por separado, no la instancia entera"),
                fix);
        limit(
                Text.of("CPU limit", "Límite de CPU"),
                groups.hard(ControlGroups.What.CPU),
                where,
                Text.of(
                        "soft: tenants yield to the host, but share what is left without a bound",
                        "blando: los clientes ceden ante el anfitrión, pero se reparten el resto"
                                + " sin tope"),
                fix);
        boolean counted = machine.root() || Machine.limitsPerNamespace();
        limit(
                Text.of("Process limit", "Límite de procesos"),
                groups.hard(ControlGroups.What.PIDS) || counted,
                groups.hard(ControlGroups.What.PIDS)
                        ? where
                        : Text.of("hard, by a limit per tenant", "duro, por un límite por cliente"),
                Text.of(
                        "none: this kernel counts processes per user only",
                        "ninguno: este núcleo solo cuenta procesos por usuario"),
                fix);
        checks.add(
                Check.passed(
                        Text.of("Tenants' identities", "Identidades de clientes"),
                        machine.root()
                                ? Text.of(
                                        "each instance has a uid of its own, never 0",
                                        "cada instancia tiene un uid propio, nunca 0")
                                : Text.of(
                                        "instances share the host's uid, apart by namespaces",
                                        "las instancias comparten el uid del anfitrión, separadas"
                                                + " por espacios de nombres")));
        checks.add(
                Check.passed(
                        Text.of("Disk limit", "Límite de disco"),
                        Text.of(
                                "soft: measured every 15 s or when free space falls fast; one file"
                                        + " is never larger than the plan's disk; "
                                        + settings.diskReserveMb()
                                        + " MiB stay reserved",
                                "blando: se mide cada 15 s o cuando el espacio cae rápido; un"
                                        + " archivo nunca pasa del disco del plan; "
                                        + settings.diskReserveMb()
                                        + " MiB quedan reservados")));
        checks.add(
                Check.passed(
                        Text.of("Network", "Red"),
                        Text.of(
                                "own loopback only; no connections to the outside",
                                "solo su propio loopback; sin conexiones hacia fuera")));
    }

    private void limit(Text name, boolean hard, Text how, Text soft, Text fix) {
        checks.add(hard ? Check.passed(name, how) : Check.failed(name, soft, fix));
    }
}
