package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.compute.CreateInstance;
import coop.minga.plugin.api.compute.Size;
import coop.minga.plugin.api.compute.Workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Requests as JSON: to compare them, and to go on with one after a restart of the host. */
final class Requests {
    private Requests() {}

    /** Equal for equal requests, whatever the order of their maps. */
    static String hash(CreateInstance request) {
        return Tag.sha256(write(request).toString());
    }

    static ObjectNode write(CreateInstance request) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("name", request.name());
        json.putArray("size")
                .add(request.size().cpuMillis())
                .add(request.size().memoryMb())
                .add(request.size().diskMb());
        Workload workload = request.workload();
        workload.image().ifPresent(image -> json.put("image", image));
        workload.command().forEach(json.putArray("command")::add);
        ArrayNode files = json.putArray("files");
        for (Workload.File file : workload.files()) {
            files.addObject()
                    .put("path", file.path())
                    .put("content", file.content())
                    .put("executable", file.executable());
        }
        ArrayNode ports = json.putArray("ports");
        for (Workload.Port port : workload.ports()) {
            ports.addObject()
                    .put("name", port.name())
                    .put("number", port.number())
                    .put("protocol", port.protocol().name());
        }
        ArrayNode volumes = json.putArray("volumes");
        for (Workload.Volume volume : workload.volumes()) {
            volumes.addObject()
                    .put("name", volume.name())
                    .put("path", volume.path())
                    .put("size", volume.sizeMb());
        }
        workload.health()
                .ifPresent(health ->
                        json.putObject("health")
                                .put("port", health.port())
                                .put("path", health.path())
                                .put("within", health.within().toMillis()));
        json.put("outbound", workload.outbound());
        ObjectNode environment = json.putObject("environment");
        new TreeMap<>(request.environment()).forEach(environment::put);
        request.sshKeys().forEach(json.putArray("ssh_keys")::add);
        ObjectNode labels = json.putObject("labels");
        new TreeMap<>(request.labels()).forEach(labels::put);
        return json;
    }

    static CreateInstance read(JsonNode json) {
        List<Workload.File> files = new ArrayList<>();
        for (JsonNode file : json.path("files")) {
            files.add(
                    new Workload.File(
                            file.path("path").asText(),
                            file.path("content").asText(),
                            file.path("executable").asBoolean()));
        }
        List<Workload.Port> ports = new ArrayList<>();
        for (JsonNode port : json.path("ports")) {
            ports.add(
                    new Workload.Port(
                            port.path("name").asText(),
                            port.path("number").asInt(),
                            Workload.Protocol.valueOf(port.path("protocol").asText())));
        }
        List<Workload.Volume> volumes = new ArrayList<>();
        for (JsonNode volume : json.path("volumes")) {
            volumes.add(
                    new Workload.Volume(
                            volume.path("name").asText(),
                            volume.path("path").asText(),
                            volume.path("size").asInt()));
        }
        JsonNode health = json.path("health");
        return new CreateInstance(
                json.path("name").asText(),
                new Size(
                        json.path("size").path(0).asInt(),
                        json.path("size").path(1).asInt(),
                        json.path("size").path(2).asInt()),
                new Workload(
                        json.has("image")
                                ? Optional.of(json.path("image").asText())
                                : Optional.empty(),
                        texts(json.path("command")),
                        files,
                        ports,
                        volumes,
                        health.isObject()
                                ? Optional.of(
                                        new Workload.Health(
                                                health.path("port").asText(),
                                                health.path("path").asText(),
                                                Duration.ofMillis(health.path("within").asLong())))
                                : Optional.empty(),
                        json.path("outbound").asBoolean()),
                map(json.path("environment")),
                texts(json.path("ssh_keys")),
                map(json.path("labels")));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(item -> texts.add(item.asText()));
        return texts;
    }

    private static Map<String, String> map(JsonNode object) {
        Map<String, String> map = new TreeMap<>();
        object.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }
}
