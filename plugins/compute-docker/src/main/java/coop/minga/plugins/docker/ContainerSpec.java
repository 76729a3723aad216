package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Workload;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Turns a request into the body of {@code POST /containers/create}: a pure function. */
final class ContainerSpec {
    private static final List<String> FORBIDDEN =
            List.of(
                    "/", "/proc", "/sys", "/dev", "/etc", "/bin", "/sbin", "/lib", "/lib64",
                    "/usr");

    private ContainerSpec() {}

    /** Why no container can come of this request; empty when one can. */
    static Optional<String> refusal(CreateInstance request) {
        Workload workload = request.workload();
        if (workload.image().isEmpty()) {
            return Optional.of("This backend runs OCI images, and the workload names none");
        }
        if (ImageRef.parse(workload.image().get()).isEmpty()) {
            return Optional.of("'" + workload.image().get() + "' is no image reference");
        }
        if (!request.name().matches("[a-z0-9-]{1,40}")) {
            return Optional.of("The name must match [a-z0-9-]{1,40}");
        }
        if (request.size().memoryMb() < 8) {
            return Optional.of("Docker needs at least 8 MiB of memory for a container");
        }
        for (Workload.Volume volume : workload.volumes()) {
            String path = normal(volume.path());
            if (FORBIDDEN.contains(path)
                    || path.startsWith("/proc/")
                    || path.startsWith("/sys/")
                    || path.startsWith("/dev/")) {
                return Optional.of("A volume cannot be mounted at " + volume.path());
            }
            if (!volume.name().matches("[a-z][a-z0-9-]{0,19}")) {
                return Optional.of("Volume name '" + volume.name() + "' is not usable");
            }
        }
        for (String name : request.environment().keySet()) {
            if (!Workload.isEnvironmentName(name)) {
                return Optional.of("'" + name + "' is no name of an environment variable");
            }
        }
        for (String value : request.environment().values()) {
            if (value.indexOf('\0') >= 0) {
                return Optional.of("An environment variable holds a NUL character");
            }
        }
        Optional<Workload.Health> health = workload.health();
        if (health.isPresent()
                && workload.ports().stream()
                        .noneMatch(port -> port.name().equals(health.get().port()))) {
            return Optional.of("The health check names no port of the workload");
        }
        if (health.isPresent() && !health.get().path().matches("/[!-~]{0,500}")) {
            return Optional.of("The health check's path is none");
        }
        return Optional.empty();
    }

    /**
     * @param network what the container is attached to
     * @param publish whether ports are published on the engine's address; otherwise they are
     *     reached at the container's own
     */
    static ObjectNode body(
            CreateInstance request,
            DockerConfig config,
            Tag tag,
            IdempotencyKey key,
            String network,
            boolean publish) {
        Workload workload = request.workload();
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("Image", workload.image().orElseThrow());
        body.put("Hostname", request.name());
        if (!workload.command().isEmpty()) {
            // The command is the whole program: an entry point of the image must not swallow it.
            body.putArray("Entrypoint").add(workload.command().getFirst());
            ArrayNode arguments = body.putArray("Cmd");
            workload.command().stream().skip(1).forEach(arguments::add);
        }
        ArrayNode env = body.putArray("Env");
        new TreeMap<>(request.environment()).forEach((name, value) -> env.add(name + "=" + value));
        body.put("Tty", false);
        body.put("OpenStdin", false);
        body.put("StopTimeout", Math.toIntExact(config.stopGrace().toSeconds()));

        ObjectNode labels = body.putObject("Labels");
        new TreeMap<>(request.labels()).forEach(labels::put);
        labels.put(Tag.HOST, tag.hostId());
        labels.put(Tag.KEY, key.value());
        labels.put(Tag.REQUEST, Requests.hash(request));
        labels.put(Tag.NAME, request.name());
        labels.put(
                Tag.SIZE,
                request.size().cpuMillis()
                        + "/"
                        + request.size().memoryMb()
                        + "/"
                        + request.size().diskMb());
        labels.put(
                Tag.PORTS,
                httpPorts(workload).stream()
                        .map(port -> port.name() + ":" + port.number())
                        .collect(Collectors.joining(",")));
        workload.health()
                .ifPresent(health ->
                        labels.put(
                                Tag.HEALTH,
                                health.port()
                                        + ":"
                                        + health.within().toSeconds()
                                        + ":"
                                        + health.path()));

        ObjectNode exposed = body.putObject("ExposedPorts");
        ObjectNode host = body.putObject("HostConfig");
        ObjectNode bindings = host.putObject("PortBindings");
        for (Workload.Port port : httpPorts(workload)) {
            exposed.putObject(port.number() + "/tcp");
            if (publish) {
                bindings.putArray(port.number() + "/tcp")
                        .addObject()
                        .put("HostIp", config.publishAddress())
                        .put("HostPort", "");
            }
        }
        long memory = request.size().memoryMb() * 1024L * 1024L;
        host.put("Memory", memory);
        host.put("MemorySwap", memory);
        host.put("NanoCpus", Math.max(10, request.size().cpuMillis()) * 1_000_000L);
        host.put("PidsLimit", config.processLimit());
        host.putArray("CapDrop").add("ALL");
        config.capabilities().forEach(host.putArray("CapAdd")::add);
        host.putArray("SecurityOpt").add("no-new-privileges:true");
        host.put("Privileged", false);
        host.put("PublishAllPorts", false);
        host.put("Init", true);
        host.put("IpcMode", "private");
        host.put("NetworkMode", network);
        host.putObject("RestartPolicy").put("Name", "unless-stopped");
        ObjectNode log = host.putObject("LogConfig").put("Type", "json-file");
        log.putObject("Config").put("max-size", config.logMb() + "m").put("max-file", "3");

        // Files are put into the container before it starts, which a read-only root refuses.
        boolean readOnly = config.readOnlyRootfs() && workload.files().isEmpty();
        host.put("ReadonlyRootfs", readOnly);
        ObjectNode tmpfs = host.putObject("Tmpfs");
        if (!covered(workload, "/tmp")) {
            tmpfs.put("/tmp", "rw,nosuid,nodev,mode=1777,size=" + tmpMb(request) + "m");
        }
        if (readOnly && !covered(workload, "/run")) {
            tmpfs.put("/run", "rw,nosuid,nodev,mode=755,size=16m");
        }

        ArrayNode mounts = host.putArray("Mounts");
        for (Workload.Volume volume : workload.volumes()) {
            ObjectNode mount = mounts.addObject();
            mount.put("Type", "volume");
            mount.put("Source", tag.volume(key, volume.name()));
            mount.put("Target", normal(volume.path()));
            mount.putObject("VolumeOptions")
                    .putObject("Labels")
                    .put(Tag.HOST, tag.hostId())
                    .put(Tag.KEY, key.value());
        }
        return body;
    }

    static List<Workload.Port> httpPorts(Workload workload) {
        return workload.ports().stream()
                .filter(port -> port.protocol() == Workload.Protocol.HTTP)
                .toList();
    }

    /** It counts as the instance's memory, so it gets a part of it. */
    private static int tmpMb(CreateInstance request) {
        return Math.clamp(request.size().memoryMb() / 4, 4, 256);
    }

    private static boolean covered(Workload workload, String directory) {
        return workload.volumes().stream()
                        .anyMatch(volume -> isWithin(normal(volume.path()), directory))
                || workload.files().stream()
                        .anyMatch(file -> isWithin(normal(file.path()), directory));
    }

    private static boolean isWithin(String path, String directory) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    private static String normal(String path) {
        String single = path.replaceAll("/+", "/").replace("/./", "/");
        return single.length() > 1 && single.endsWith("/")
                ? single.substring(0, single.length() - 1)
                : single;
    }
}
