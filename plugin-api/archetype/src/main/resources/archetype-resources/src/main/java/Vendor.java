package ${package};

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.Http;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The vendor's HTTP API in the words of the backend. Put your vendor's calls here. */
final class Vendor {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Http http;
    private final URI base;
    private final String token;

    Vendor(Http http, URI base, String token) {
        this.http = http;
        this.base = base;
        this.token = token;
    }

    /** A machine as the vendor shows it; the tags are ours. */
    record Machine(
            String id, String state, String address, String startedAt, Map<String, String> tags) {}

    /** A page of machines; {@code next} is empty on the last one. */
    record Machines(List<Machine> items, Optional<String> next) {}

    /** What the account may still take. */
    record Quota(
            int cpuMillis,
            int memoryMb,
            int diskMb,
            int usedCpuMillis,
            int usedMemoryMb,
            int usedDiskMb) {}

    Quota quota(Call call) {
        JsonNode quota = send(call, "GET", "/quota", Optional.empty());
        return new Quota(
                quota.path("cpu_millis").asInt(),
                quota.path("memory_mb").asInt(),
                quota.path("disk_mb").asInt(),
                quota.path("used_cpu_millis").asInt(),
                quota.path("used_memory_mb").asInt(),
                quota.path("used_disk_mb").asInt());
    }

    /**
     * Names are unique at this vendor, so a second machine of the same name is a {@code CONFLICT}.
     */
    Machine create(Call call, Map<String, Object> description) {
        return machine(send(call, "POST", "/machines", Optional.of(description)));
    }

    Optional<Machine> named(Call call, String name) {
        return absentWhenNotFound(() ->
                machine(send(call, "GET", "/machines/by-name/" + encoded(name), Optional.empty())));
    }

    Optional<Machine> find(Call call, String id) {
        return absentWhenNotFound(
                () -> machine(send(call, "GET", "/machines/" + encoded(id), Optional.empty())));
    }

    void act(Call call, String id, String action) {
        send(call, "POST", "/machines/" + encoded(id) + "/" + action, Optional.empty());
    }

    void delete(Call call, String id) {
        absentWhenNotFound(
                () -> send(call, "DELETE", "/machines/" + encoded(id), Optional.empty()));
    }

    /** The machines that carry a tag. */
    Machines tagged(Call call, String tag, String value, String page) {
        JsonNode answer =
                send(
                        call,
                        "GET",
                        "/machines?tag=" + encoded(tag + "=" + value) + "&page=" + encoded(page),
                        Optional.empty());
        List<Machine> items = new ArrayList<>();
        answer.path("machines").forEach(each -> items.add(machine(each)));
        return new Machines(
                items, Optional.of(answer.path("next").asText("")).filter(next -> !next.isEmpty()));
    }

    private static Machine machine(JsonNode node) {
        Map<String, String> tags = new LinkedHashMap<>();
        node.path("tags")
                .properties()
                .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return new Machine(
                node.path("id").asText(),
                node.path("state").asText(),
                node.path("address").asText(),
                node.path("started_at").asText(),
                tags);
    }

    private interface Asked<T> {
        T ask();
    }

    private static <T> Optional<T> absentWhenNotFound(Asked<T> question) {
        try {
            return Optional.of(question.ask());
        } catch (ProviderException e) {
            if (e.code() == Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private JsonNode send(
            Call call, String method, String path, Optional<Map<String, Object>> body) {
        try {
            byte[] bytes = body.isPresent() ? JSON.writeValueAsBytes(body.get()) : new byte[0];
            Http.Response response =
                    http.send(
                            call,
                            new Http.Request(
                                    method,
                                    base.resolve(path),
                                    Map.of(
                                            "Authorization",
                                            "Bearer " + token,
                                            "Content-Type",
                                            "application/json"),
                                    bytes));
            requireSuccess(response);
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new ProviderException(Code.UNAVAILABLE, "The vendor's answer is no JSON", e);
        }
    }

    /**
     * The code tells the host what to do: wait, ask again, tell the customer, alert the operator.
     */
    private static void requireSuccess(Http.Response response) {
        int status = response.status();
        if (status < 300) {
            return;
        }
        if (status == 429) {
            long seconds = response.header("retry-after").map(Long::parseLong).orElse(5L);
            throw ProviderException.limit(
                    "The vendor wants us to slow down", Duration.ofSeconds(seconds));
        }
        Code code =
                switch (status) {
                    case 401, 403 -> Code.UNAUTHENTICATED;
                    case 404 -> Code.NOT_FOUND;
                    case 409 -> Code.CONFLICT;
                    case 507 -> Code.CAPACITY;
                    default -> status >= 500 ? Code.UNAVAILABLE : Code.INVALID_REQUEST;
                };
        throw new ProviderException(code, "The vendor answered " + status);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "Vendor[" + base + "]";
    }
}
