package ${package};

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.testkit.LoopbackVendor;
import coop.minga.plugin.testkit.LoopbackVendor.Answer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The vendor as far as the backend knows it, with its machines in memory. */
final class VendorOnLoopback implements LoopbackVendor.Handler {

    static final String TOKEN = "t-of-the-example";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MEMORY_MB = 16_000;
    private static final int PAGE = 2;

    private final Map<String, ObjectNode> machines = new LinkedHashMap<>();
    private int numbers;

    @Override
    public synchronized Answer handle(LoopbackVendor.Request request) {
        if (!("Bearer " + TOKEN).equals(request.headers().get("authorization"))) {
            return Answer.json(401, "{}");
        }
        String[] path = request.path().substring(1).split("/");
        if (path[0].equals("quota")) {
            return Answer.json(
                    200,
                    JSON.createObjectNode()
                            .put("cpu_millis", 8000)
                            .put("memory_mb", MEMORY_MB)
                            .put("disk_mb", 100_000)
                            .toString());
        }
        if (path.length == 1) {
            return request.method().equals("POST") ? create(request) : list(request.query());
        }
        if (path[1].equals("by-name")) {
            return named(path[2])
                    .map(each -> Answer.json(200, each.toString()))
                    .orElse(Answer.json(404, "{}"));
        }
        ObjectNode machine = machines.get(path[1]);
        if (machine == null) {
            return Answer.json(404, "{}");
        }
        if (request.method().equals("DELETE")) {
            machines.remove(path[1]);
        } else if (path.length == 3) {
            machine.put("state", path[2].equals("stop") ? "stopped" : "running");
        }
        return Answer.json(200, machine.toString());
    }

    private Optional<ObjectNode> named(String name) {
        return machines.values().stream()
                .filter(each -> each.path("name").asText().equals(name))
                .findFirst();
    }

    private Answer create(LoopbackVendor.Request request) {
        JsonNode asked = read(request.body());
        if (asked.path("memory_mb").asInt() > MEMORY_MB) {
            return Answer.json(507, "{}");
        }
        if (named(asked.path("name").asText()).isPresent()) {
            return Answer.json(409, "{}");
        }
        String id = "m-" + numbers++;
        ObjectNode machine =
                asked.<ObjectNode>deepCopy()
                        .put("id", id)
                        .put("state", "running")
                        .put("address", "127.0.0.1")
                        .put("started_at", Instant.now().toString());
        machines.put(id, machine);
        return Answer.json(201, machine.toString());
    }

    private Answer list(String query) {
        Map<String, String> asked = new LinkedHashMap<>();
        for (String part : query.split("&")) {
            String[] pair = part.split("=", 2);
            asked.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        String[] tag = asked.get("tag").split("=", 2);
        String page = asked.get("page");
        int from = page.isEmpty() ? 0 : Integer.parseInt(page);
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode items = answer.putArray("machines");
        int index = 0;
        for (ObjectNode machine : machines.values()) {
            if (!machine.path("tags").path(tag[0]).asText().equals(tag[1])) {
                continue;
            }
            if (index >= from && index < from + PAGE) {
                items.add(machine);
            } else if (index == from + PAGE) {
                answer.put("next", Integer.toString(index));
            }
            index++;
        }
        return Answer.json(200, answer.toString());
    }

    private static JsonNode read(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
