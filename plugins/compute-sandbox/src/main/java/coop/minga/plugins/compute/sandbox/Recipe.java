package coop.minga.plugins.compute.sandbox;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an instance was asked to be, kept beside it for every start. Holds the environment, and so
 * secrets: never printed.
 *
 * @param key under which it was created
 * @param digest of the whole request, to tell another request under the same key
 * @param uid the tenant's uid outside, 0 where the host is no root and tenants share its own
 */
record Recipe(
        IdempotencyKey key,
        String digest,
        String name,
        Size size,
        int uid,
        List<String> command,
        Map<String, String> environment,
        List<Workload.Port> ports,
        Optional<Workload.Health> health,
        List<Mount> mounts,
        Map<String, String> labels) {

    /**
     * Something of the instance's directory that is shown inside.
     *
     * @param source below {@code box}
     * @param target absolute inside
     */
    record Mount(String source, String target, boolean writable) {}

    Recipe {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        ports = List.copyOf(ports);
        mounts = List.copyOf(mounts);
        labels = Map.copyOf(labels);
    }

    void write(Path file) throws IOException {
        Pairs pairs =
                new Pairs()
                        .add("version", 1)
                        .add("key", key.value())
                        .add("digest", digest)
                        .add("name", name)
                        .add("cpu", size.cpuMillis())
                        .add("memory", size.memoryMb())
                        .add("disk", size.diskMb())
                        .add("uid", uid);
        command.forEach(word -> pairs.add("command", word));
        new TreeMap<>(environment).forEach((n, v) -> pairs.add("env", n + "=" + v));
        ports.forEach(p -> pairs.add("port", p.name() + ":" + p.number() + ":" + p.protocol()));
        health.ifPresent(
                h -> pairs.add("health", h.port() + ":" + h.within().toMillis() + ":" + h.path()));
        mounts.forEach(m ->
                pairs.add(
                        "mount",
                        (m.writable() ? "rw" : "ro") + ":" + m.source() + ":" + m.target()));
        new TreeMap<>(labels).forEach((n, v) -> pairs.add("label", n + "=" + v));
        pairs.write(file);
    }

    static Recipe read(Path file) throws IOException {
        Pairs pairs = Pairs.read(file);
        return new Recipe(
                new IdempotencyKey(pairs.text("key")),
                pairs.text("digest"),
                pairs.text("name"),
                new Size(pairs.number("cpu"), pairs.number("memory"), pairs.number("disk")),
                pairs.number("uid"),
                pairs.all("command"),
                map(pairs.all("env")),
                pairs.all("port").stream()
                        .map(text -> text.split(":"))
                        .map(part ->
                                new Workload.Port(
                                        part[0],
                                        Integer.parseInt(part[1]),
                                        Workload.Protocol.valueOf(part[2])))
                        .toList(),
                pairs.first("health")
                        .map(text -> text.split(":", 3))
                        .map(part ->
                                new Workload.Health(
                                        part[0],
                                        part[2],
                                        Duration.ofMillis(Long.parseLong(part[1])))),
                pairs.all("mount").stream()
                        .map(text -> text.split(":", 3))
                        .map(part -> new Mount(part[1], part[2], "rw".equals(part[0])))
                        .toList(),
                map(pairs.all("label")));
    }

    private static Map<String, String> map(List<String> entries) {
        Map<String, String> map = new TreeMap<>();
        entries.forEach(entry -> {
            int at = entry.indexOf('=');
            map.put(entry.substring(0, at), entry.substring(at + 1));
        });
        return map;
    }

    /** The same for equal requests and no other, whatever order their maps are in. */
    static String digest(CreateInstance request) {
        Workload workload = request.workload();
        List<String> parts = new ArrayList<>();
        parts.add(request.name());
        parts.add(request.size().toString());
        parts.add(workload.image().orElse("-"));
        parts.add(Boolean.toString(workload.outbound()));
        list(parts, workload.command());
        list(
                parts,
                workload.files().stream()
                        .map(f -> f.path() + "\0" + f.executable() + "\0" + f.content())
                        .toList());
        list(parts, workload.ports().stream().map(Workload.Port::toString).toList());
        list(parts, workload.volumes().stream().map(Workload.Volume::toString).toList());
        parts.add(workload.health().map(Workload.Health::toString).orElse("-"));
        list(parts, entries(request.environment()));
        list(parts, request.sshKeys());
        list(parts, entries(request.labels()));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static void list(List<String> parts, List<String> items) {
        parts.add(Integer.toString(items.size()));
        parts.addAll(items);
    }

    private static List<String> entries(Map<String, String> map) {
        return new TreeMap<>(map)
                .entrySet().stream().map(e -> e.getKey() + "\0" + e.getValue()).toList();
    }

    @Override
    public String toString() {
        return "Recipe[key=" + key + ", name=" + name + ", size=" + size + "]";
    }
}
