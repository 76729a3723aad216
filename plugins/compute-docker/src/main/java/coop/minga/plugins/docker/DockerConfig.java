package coop.minga.plugins.docker;

import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import javax.net.ssl.SSLContext;

/**
 * One engine's settings.
 *
 * @param endpoint {@code unix:///path} or {@code tcp://host:port}
 * @param tls present exactly when the endpoint is TCP beyond this machine, or certificates are
 *     given
 * @param publishAddress the engine's address on which ports are published and reached
 * @param cpuOvercommit how many times each CPU is sold
 * @param memoryOvercommit how many times the memory is sold
 * @param maxInstances how many instances fit whatever their size
 * @param diskMb what can be sold of the disk; 0 asks the file system where it can be seen
 * @param capabilities Linux capabilities given back to containers, without {@code CAP_}
 * @param readOnlyRootfs whether a container may write to its volumes and {@code /tmp} only
 * @param processLimit processes and threads per container
 * @param logMb size of a container's log before it is rotated; three are kept
 * @param stopGrace how long a workload may take to end when asked
 * @param pull whether missing images are downloaded
 * @param pullTimeout how long a download may take
 */
record DockerConfig(
        URI endpoint,
        Optional<SSLContext> tls,
        String publishAddress,
        BigDecimal cpuOvercommit,
        BigDecimal memoryOvercommit,
        int maxInstances,
        int diskMb,
        List<String> capabilities,
        boolean readOnlyRootfs,
        int processLimit,
        int logMb,
        Duration stopGrace,
        boolean pull,
        Duration pullTimeout) {

    private static final String ADVANCED = "limits";

    /** Those that images commonly want when they begin as root and give their rights up later. */
    private static final String ALLOWED_CAPABILITIES =
            "CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|SETGID|SETUID|SETPCAP|NET_BIND_SERVICE|SYS_CHROOT"
                + "|AUDIT_WRITE";

    static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    Field.of(
                                    "endpoint",
                                    FieldType.line("unix:///.+|tcp://[^/@?#]+:[0-9]{1,5}"),
                                    Text.of("Engine address", "Dirección del motor"))
                            .needed()
                            .or("unix:///var/run/docker.sock")
                            .explained(
                                    Text.of(
                                            "unix:///var/run/docker.sock for an engine on this"
                                                + " machine, tcp://host:2376 for another one. TCP"
                                                + " needs the three certificates below.",
                                            "unix:///var/run/docker.sock para un motor en esta"
                                                    + " máquina, tcp://host:2376 para otro. TCP"
                                                    + " necesita los tres certificados de abajo.")),
                    Field.of(
                                    "tls_ca",
                                    FieldType.area(65_536),
                                    Text.of("CA certificate (PEM)", "Certificado de la CA (PEM)"))
                            .in("tls"),
                    Field.of(
                                    "tls_cert",
                                    FieldType.area(65_536),
                                    Text.of(
                                            "Client certificate (PEM)",
                                            "Certificado de cliente (PEM)"))
                            .in("tls"),
                    Field.of(
                                    "tls_key",
                                    new FieldType.Secret(16_384),
                                    Text.of("Client key (PEM)", "Clave de cliente (PEM)"))
                            .in("tls"),
                    Field.of(
                                    "publish_address",
                                    FieldType.line("[0-9a-fA-F.:]{2,45}"),
                                    Text.of("Publish ports on", "Publicar puertos en"))
                            .in("tls")
                            .explained(
                                    Text.of(
                                            "For an engine on another machine: its address in a"
                                                    + " network only the two share. On this machine"
                                                    + " always 127.0.0.1.",
                                            "Para un motor en otra máquina: su dirección en una red"
                                                    + " que solo ambas comparten. En esta máquina"
                                                    + " siempre 127.0.0.1.")),
                    Field.of(
                                    "cpu_overcommit",
                                    new FieldType.Decimal(
                                            new BigDecimal("0.10"), new BigDecimal("32.00"), 2),
                                    Text.of("CPU overcommit", "Sobreventa de CPU"))
                            .or("2.00")
                            .in(ADVANCED),
                    Field.of(
                                    "memory_overcommit",
                                    new FieldType.Decimal(
                                            new BigDecimal("0.10"), new BigDecimal("4.00"), 2),
                                    Text.of("Memory overcommit", "Sobreventa de memoria"))
                            .or("0.90")
                            .in(ADVANCED),
                    Field.of(
                                    "max_instances",
                                    FieldType.integer(1, 2000),
                                    Text.of("Instances at most", "Instancias como máximo"))
                            .or("50")
                            .in(ADVANCED),
                    Field.of(
                                    "disk_mb",
                                    new FieldType.Int(0, 1_000_000_000, "MiB"),
                                    Text.of("Disk to sell", "Disco a vender"))
                            .or("0")
                            .in(ADVANCED)
                            .explained(
                                    Text.of(
                                            "0: what is free on the engine's disk, where it is on"
                                                    + " this machine. Disk limits are soft: Docker"
                                                    + " enforces none on most file systems.",
                                            "0: lo libre en el disco del motor, si está en esta"
                                                + " máquina. Los límites de disco son blandos:"
                                                + " Docker no los impone en la mayoría de sistemas"
                                                + " de archivos.")),
                    Field.of(
                                    "process_limit",
                                    FieldType.integer(16, 32_768),
                                    Text.of("Processes per instance", "Procesos por instancia"))
                            .or("512")
                            .in(ADVANCED)
                            .asAdvanced(),
                    Field.of(
                                    "log_mb",
                                    new FieldType.Int(1, 1000, "MiB"),
                                    Text.of("Log file size", "Tamaño del registro"))
                            .or("10")
                            .in(ADVANCED)
                            .asAdvanced(),
                    Field.of(
                                    "stop_grace",
                                    FieldType.span(Duration.ofSeconds(1), Duration.ofSeconds(40)),
                                    Text.of("Grace time at stop", "Tiempo de gracia al parar"))
                            .or("10s")
                            .in(ADVANCED)
                            .asAdvanced(),
                    Field.of(
                                    "pull",
                                    FieldType.bool(),
                                    Text.of(
                                            "Download missing images",
                                            "Descargar imágenes que falten"))
                            .or("true")
                            .in("images"),
                    Field.of(
                                    "pull_timeout",
                                    FieldType.span(Duration.ofSeconds(10), Duration.ofHours(4)),
                                    Text.of("Longest download", "Descarga más larga"))
                            .or("15m")
                            .in("images")
                            .asAdvanced(),
                    Field.of(
                                    "readonly_rootfs",
                                    FieldType.bool(),
                                    Text.of(
                                            "Read-only root file system",
                                            "Sistema de archivos raíz de solo lectura"))
                            .or("false")
                            .in("hardening")
                            .asAdvanced()
                            .explained(
                                    Text.of(
                                            "Instances then write to their volumes, /tmp and /run"
                                                    + " only; many images do not start that way.",
                                            "Las instancias escriben entonces solo en sus"
                                                    + " volúmenes, /tmp y /run; muchas imágenes no"
                                                    + " arrancan así.")),
                    Field.of(
                                    "capabilities",
                                    FieldType.lines(11, ALLOWED_CAPABILITIES),
                                    Text.of(
                                            "Linux capabilities to give back",
                                            "Capacidades de Linux que se devuelven"))
                            .in("hardening")
                            .asAdvanced()
                            .explained(
                                    Text.of(
                                            "None by default. Images that start as root and change"
                                                    + " user want CHOWN, SETUID and SETGID.",
                                            "Ninguna por defecto. Las imágenes que empiezan como"
                                                + " root y cambian de usuario quieren CHOWN, SETUID"
                                                + " y SETGID.")));

    /** Checks what the schema cannot: that address, certificates and publishing fit together. */
    static DockerConfig of(ProviderConfig config) {
        URI endpoint = endpoint(config.text("endpoint"));
        boolean tcp = "tcp".equals(endpoint.getScheme());
        boolean near = !tcp || isLoopback(endpoint.getHost());
        Optional<String> ca = given(config, "tls_ca");
        Optional<String> cert = given(config, "tls_cert");
        Optional<String> key = given(config, "tls_key");
        Optional<SSLContext> tls = Optional.empty();
        if (ca.isPresent() && cert.isPresent() && key.isPresent()) {
            if (!tcp) {
                throw misconfigured(
                        "Certificates are for tcp:// addresses; a Unix socket has none",
                        "Los certificados son para direcciones tcp://; un socket Unix no lleva");
            }
            tls = Optional.of(TlsMaterial.context(ca.get(), cert.get(), key.get()));
        } else if (ca.isPresent() || cert.isPresent() || key.isPresent()) {
            throw misconfigured(
                    "Give all of tls_ca, tls_cert and tls_key, or none of them",
                    "Da tls_ca, tls_cert y tls_key juntos, o ninguno");
        } else if (!near) {
            throw misconfigured(
                    "An engine over plain TCP gives its machine to whoever can reach it: give"
                            + " tls_ca, tls_cert and tls_key for "
                            + endpoint,
                    "Un motor por TCP sin cifrar entrega su máquina a quien llegue a él: da"
                            + " tls_ca, tls_cert y tls_key para "
                            + endpoint);
        }
        Optional<String> publish = given(config, "publish_address");
        if (near && publish.isPresent() && !isLoopback(publish.get())) {
            throw misconfigured(
                    "publish_address is for engines on other machines; remove it",
                    "publish_address es para motores en otras máquinas; quítalo");
        }
        if (!near && publish.isEmpty()) {
            throw misconfigured(
                    "Say in publish_address on which of its addresses the engine publishes ports",
                    "Indica en publish_address en cuál de sus direcciones publica puertos el"
                            + " motor");
        }
        return new DockerConfig(
                endpoint,
                tls,
                publish.orElse("127.0.0.1"),
                config.decimal("cpu_overcommit"),
                config.decimal("memory_overcommit"),
                Math.toIntExact(config.integer("max_instances")),
                Math.toIntExact(config.integer("disk_mb")),
                config.has("capabilities") ? config.list("capabilities") : List.of(),
                config.bool("readonly_rootfs"),
                Math.toIntExact(config.integer("process_limit")),
                Math.toIntExact(config.integer("log_mb")),
                config.duration("stop_grace"),
                config.bool("pull"),
                config.duration("pull_timeout"));
    }

    /** Whether the engine shares this machine, so that its bridges and disks are ours too. */
    boolean near() {
        return "unix".equals(endpoint.getScheme()) || isLoopback(endpoint.getHost());
    }

    private static Optional<String> given(ProviderConfig config, String name) {
        return config.optionalText(name).filter(value -> !value.isBlank());
    }

    private static URI endpoint(String value) {
        URI uri;
        try {
            uri = URI.create(value);
        } catch (IllegalArgumentException e) {
            throw misconfigured(
                    "endpoint is no address: " + value, "endpoint no es una dirección: " + value);
        }
        boolean socket = "unix".equals(uri.getScheme()) && uri.getPath() != null;
        boolean tcp =
                "tcp".equals(uri.getScheme())
                        && uri.getHost() != null
                        && uri.getPort() > 0
                        && uri.getPort() < 65_536;
        if (!socket && !tcp) {
            throw misconfigured(
                    "endpoint must be unix:///path or tcp://host:port, not " + value,
                    "endpoint debe ser unix:///ruta o tcp://host:puerto, no " + value);
        }
        return uri;
    }

    private static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.equals("::1")
                || name.equals("[::1]")
                || name.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
    }

    private static ProviderException misconfigured(String english, String spanish) {
        return new ProviderException(Code.MISCONFIGURED, Text.of(english, spanish));
    }
}
