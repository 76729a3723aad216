package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProbeResult.Check;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The checks of {@code probe}, in the order in which one makes the next possible. */
final class Checkup {
    private static final Text REACHABLE = Text.of("The engine answers", "El motor responde");
    private static final Text VERSION = Text.of("API version", "Versión de la API");
    private static final Text LIMITS =
            Text.of("CPU, memory and process limits", "Límites de CPU, memoria y procesos");
    private static final Text ISOLATION =
            Text.of("Instances cannot see each other", "Las instancias no se ven entre sí");
    private static final Text DISK = Text.of("Disk space", "Espacio en disco");

    private static final long SCARCE = 2L << 30;

    private final Engine engine;
    private final DockerConfig config;
    private final Tag tag;

    Checkup(Engine engine, DockerConfig config, Tag tag) {
        this.tag = tag;
        this.engine = engine;
        this.config = config;
    }

    ProbeResult run(Duration limit) {
        List<Check> checks = new ArrayList<>();
        JsonNode version;
        try {
            version = engine.version(limit);
        } catch (ProviderException e) {
            checks.add(Check.failed(REACHABLE, e.reason(), fix(e.code())));
            return socketMissing() ? ProbeResult.absent(checks) : ProbeResult.of(checks);
        }
        checks.add(
                Check.passed(
                        REACHABLE,
                        Text.of(
                                version.path("Version").asText() + " at " + config.endpoint(),
                                version.path("Version").asText() + " en " + config.endpoint())));
        EngineInfo info;
        try {
            checks.add(Check.passed(VERSION, ApiVersion.spokenWith(version).toString()));
            info = EngineInfo.of(engine.get(limit, "/info").expect(200).body());
        } catch (ProviderException e) {
            checks.add(
                    Check.failed(
                            VERSION,
                            e.reason(),
                            Text.of("Upgrade the Docker engine.", "Actualiza el motor Docker.")));
            return ProbeResult.of(checks);
        }
        if (!info.linux()) {
            checks.add(
                    Check.failed(
                            VERSION,
                            Text.of(
                                    "The engine runs no Linux containers",
                                    "El motor no corre contenedores Linux"),
                            Text.of(
                                    "Switch it to Linux containers.",
                                    "Cámbialo a contenedores Linux.")));
            return ProbeResult.of(checks);
        }
        List<Check> limitations = new ArrayList<>();
        limitations.add(limits(info));
        limitations.add(isolation(info, limit));
        limitations.add(disk(info));
        if (Wire.showsBodies()) {
            limitations.add(
                    Check.failed(
                            Text.of(
                                    "Secrets stay out of the log",
                                    "Los secretos no van al registro"),
                            Text.of(
                                    "log level DEBUG of " + Wire.LOGGER,
                                    "nivel de registro DEBUG de " + Wire.LOGGER),
                            Text.of(
                                    "Set that logger to INFO; nothing is created before.",
                                    "Pon ese registrador en INFO; antes no se crea nada.")));
        }
        checks.addAll(limitations);
        return limitations.stream().allMatch(Check::ok)
                ? ProbeResult.of(checks)
                : ProbeResult.degraded(checks);
    }

    private Text fix(Code code) {
        if (code == Code.UNAUTHENTICATED && config.tls().isPresent()) {
            return Text.of(
                    "Check that engine and certificates come from the same authority and that the"
                            + " engine's certificate names this host.",
                    "Comprueba que el motor y los certificados vienen de la misma autoridad y que"
                            + " el certificado del motor nombra este host.");
        }
        if (code == Code.UNAUTHENTICATED) {
            return Text.of(
                    "Let the user Minga runs as use the socket: usermod -aG docker USER, then"
                            + " restart Minga.",
                    "Permite al usuario de Minga usar el socket: usermod -aG docker USUARIO, y"
                            + " reinicia Minga.");
        }
        if (socketMissing()) {
            return Text.of(
                    "Install the engine: apt-get install docker.io. If it is installed, start it:"
                            + " systemctl start docker.",
                    "Instala el motor: apt-get install docker.io. Si está instalado, inícialo:"
                            + " systemctl start docker.");
        }
        return Text.of(
                "Start the engine (systemctl start docker) and check the address and the firewall.",
                "Inicia el motor (systemctl start docker) y revisa la dirección y el cortafuegos.");
    }

    /** There is no engine here, or none that was ever started. */
    private boolean socketMissing() {
        return config.endpoint().getScheme().equals("unix")
                && !Files.exists(Path.of(config.endpoint().getPath()));
    }

    private static Check limits(EngineInfo info) {
        List<Text> missing = new ArrayList<>();
        if (!info.limitsMemory()) {
            missing.add(Text.of("memory", "memoria"));
        }
        if (!info.limitsPids()) {
            missing.add(Text.of("processes", "procesos"));
        }
        if (!info.limitsCpu()) {
            missing.add(Text.of("CPU"));
        }
        return missing.isEmpty()
                ? Check.passed(
                        LIMITS,
                        Text.of(
                                "enforced; disk limits are soft on " + info.driver(),
                                "se aplican; los de disco son blandos en " + info.driver()))
                : Check.failed(
                        LIMITS,
                        Text.of(
                                "not enforced: " + names(missing, "en"),
                                "no se aplican: " + names(missing, "es")),
                        Text.of(
                                "Enable these cgroup controllers in the kernel of the engine's"
                                        + " machine.",
                                "Activa estos controladores de cgroup en el núcleo de la máquina"
                                        + " del motor."));
    }

    private static String names(List<Text> texts, String language) {
        return String.join(", ", texts.stream().map(text -> text.in(language)).toList());
    }

    private Check isolation(EngineInfo info, Duration limit) {
        if (info.bridgeFiltered()) {
            return Check.passed(
                    ISOLATION,
                    Text.of(
                            "own networks without inter-container traffic",
                            "redes propias sin tráfico entre contenedores"));
        }
        boolean networks =
                !engine.get(limit, "/networks", Map.of("filters", tag.hostFilter()))
                        .expect(200)
                        .body()
                        .isEmpty();
        return networks
                ? Check.failed(
                        ISOLATION,
                        Text.of(
                                "traffic on a bridge does not pass the firewall",
                                "el tráfico de un puente no pasa por el cortafuegos"),
                        Text.of(
                                "On the engine's machine: modprobe br_netfilter && sysctl"
                                        + " net.bridge.bridge-nf-call-iptables=1",
                                "En la máquina del motor: modprobe br_netfilter && sysctl"
                                        + " net.bridge.bridge-nf-call-iptables=1"))
                : Check.passed(
                        ISOLATION,
                        Text.of(
                                "the engine sets it up with the first network",
                                "el motor lo prepara con la primera red"));
    }

    private Check disk(EngineInfo info) {
        long free = freeBytes(config, info);
        if (free < 0) {
            return Check.passed(
                    DISK,
                    Text.of(
                            "on another machine; not seen from here",
                            "en otra máquina; no se ve desde aquí"));
        }
        String place = (free >> 20) + " MiB";
        return free >= SCARCE
                ? Check.passed(
                        DISK,
                        Text.of(
                                place + " free in " + info.dataRoot(),
                                place + " libres en " + info.dataRoot()))
                : Check.failed(
                        DISK,
                        Text.of(
                                "only " + place + " free in " + info.dataRoot(),
                                "solo " + place + " libres en " + info.dataRoot()),
                        Text.of(
                                "Make room, for example with docker image prune.",
                                "Libera espacio, por ejemplo con docker image prune."));
    }

    /** Free bytes where the engine keeps its data; -1 where that cannot be seen. */
    static long freeBytes(DockerConfig config, EngineInfo info) {
        if (!config.near() || info.dataRoot().isEmpty()) {
            return -1;
        }
        // The directory itself is root's; the file system is that of the nearest one we may see.
        Path path = Path.of(info.dataRoot());
        while (path != null && !Files.exists(path)) {
            path = path.getParent();
        }
        try {
            return path == null ? -1 : Files.getFileStore(path).getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
    }
}
