package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.time.Duration;
import java.util.Optional;

/**
 * How the backend was configured; 0 means "as much as the machine allows".
 *
 * @param cpuMillis sold in all, thousandths of a CPU
 * @param memoryMb sold in all
 * @param diskMb sold in all
 * @param diskReserveMb free space below which tenants are stopped
 * @param firstUid the first uid given to tenants when the host runs as root
 * @param uids how many follow it
 * @param processes at once in one instance
 * @param grace between asking a workload to end and ending it
 * @param controlGroup a delegated control group to work under
 */
record SandboxSettings(
        int maxInstances,
        int cpuMillis,
        int memoryMb,
        int diskMb,
        int diskReserveMb,
        int firstUid,
        int uids,
        int processes,
        Duration grace,
        Optional<String> controlGroup) {

    private static final String IDS = "identities";

    static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    Field.of(
                                    "max_instances",
                                    FieldType.integer(1, 5000),
                                    Text.of("Most instances", "Máximo de instancias"))
                            .or("200"),
                    Field.of(
                                    "memory_mb",
                                    new FieldType.Int(0, 100_000_000, "MiB"),
                                    Text.of("Memory for tenants", "Memoria para clientes"))
                            .or("0")
                            .explained(
                                    Text.of(
                                            "0 takes 60 % of the machine's memory.",
                                            "0 toma el 60 % de la memoria de la máquina.")),
                    Field.of(
                                    "cpu_millis",
                                    new FieldType.Int(0, 100_000_000, "m"),
                                    Text.of("CPU for tenants", "CPU para clientes"))
                            .or("0")
                            .explained(
                                    Text.of(
                                            "In thousandths of a CPU; 0 sells each CPU four times.",
                                            "En milésimas de CPU; 0 vende cada CPU cuatro veces.")),
                    Field.of(
                                    "disk_mb",
                                    new FieldType.Int(0, 1_000_000_000, "MiB"),
                                    Text.of("Disk for tenants", "Disco para clientes"))
                            .or("0")
                            .explained(
                                    Text.of(
                                            "0 takes what is free beyond the reserve.",
                                            "0 toma lo que queda libre sobre la reserva.")),
                    Field.of(
                                    "disk_reserve_mb",
                                    new FieldType.Int(64, 1_000_000_000, "MiB"),
                                    Text.of("Disk kept free", "Disco que queda libre"))
                            .or("1024")
                            .explained(
                                    Text.of(
                                            "Tenants are stopped before less than half of this is"
                                                    + " free, so that the books can always be"
                                                    + " written.",
                                            "Se detiene a los clientes antes de que quede libre"
                                                    + " menos de la mitad, para que los libros"
                                                    + " siempre se puedan escribir.")),
                    Field.of(
                                    "max_processes",
                                    FieldType.integer(16, 100_000),
                                    Text.of("Processes per instance", "Procesos por instancia"))
                            .or("256")
                            .asAdvanced(),
                    Field.of(
                                    "stop_grace",
                                    FieldType.span(Duration.ZERO, Duration.ofSeconds(20)),
                                    Text.of("Grace time at stop", "Tiempo de gracia al detener"))
                            .or("5s")
                            .asAdvanced(),
                    Field.of(
                                    "uid_first",
                                    FieldType.integer(10_000, 2_000_000_000),
                                    Text.of("First tenant uid", "Primer uid de clientes"))
                            .or("200000")
                            .in(IDS)
                            .asAdvanced()
                            .explained(
                                    Text.of(
                                            "Used when the host runs as root: every instance gets a"
                                                    + " uid of its own. Must not be in use on this"
                                                    + " machine.",
                                            "Se usa cuando el anfitrión corre como root: cada"
                                                    + " instancia tiene su propio uid. No debe"
                                                    + " estar en uso en esta máquina.")),
                    Field.of(
                                    "uid_count",
                                    FieldType.integer(1, 1_000_000),
                                    Text.of("How many tenant uids", "Cuántos uids de clientes"))
                            .or("10000")
                            .in(IDS)
                            .asAdvanced(),
                    Field.of(
                                    "control_group",
                                    FieldType.line("/sys/fs/cgroup/[A-Za-z0-9_.@/:-]+"),
                                    Text.of("Control group", "Grupo de control"))
                            .asAdvanced()
                            .explained(
                                    Text.of(
                                            "A control group (version 2) delegated to this host;"
                                                    + " found by itself when running as root.",
                                            "Un grupo de control (versión 2) delegado a este"
                                                    + " anfitrión; como root se encuentra solo.")));

    static SandboxSettings of(ProviderConfig config) {
        return new SandboxSettings(
                (int) config.integer("max_instances"),
                (int) config.integer("cpu_millis"),
                (int) config.integer("memory_mb"),
                (int) config.integer("disk_mb"),
                (int) config.integer("disk_reserve_mb"),
                (int) config.integer("uid_first"),
                (int) config.integer("uid_count"),
                (int) config.integer("max_processes"),
                config.duration("stop_grace"),
                config.optionalText("control_group"));
    }
}
