package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.compute.InstanceHandle;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How this host marks what it makes: by name, so that the engine itself refuses a second one, and
 * by labels, so that whose it is never depends on a name alone.
 */
final class Tag {
    static final String HOST = "minga.host";
    static final String KEY = "minga.key";

    /** Hash of the request that made it. */
    static final String REQUEST = "minga.request";

    static final String NAME = "minga.name";

    /** What the plan grants: {@code cpuMillis/memoryMb/diskMb}. */
    static final String SIZE = "minga.size";

    /** HTTP ports: {@code name:number}, joined by commas. */
    static final String PORTS = "minga.ports";

    /** Readiness: {@code port:seconds:path}. */
    static final String HEALTH = "minga.health";

    private final String hostId;
    private final String prefix;

    Tag(String hostId) {
        this.hostId = hostId;
        this.prefix = "minga-" + sha256(hostId).substring(0, 8) + "-";
    }

    String hostId() {
        return hostId;
    }

    /** The container's name, which is also the handle. */
    String container(IdempotencyKey key) {
        return prefix + key.value();
    }

    String network(String kind) {
        return prefix + kind;
    }

    String volume(IdempotencyKey key, String volume) {
        return prefix + key.value() + "." + volume;
    }

    InstanceHandle handle(IdempotencyKey key) {
        return new InstanceHandle(container(key));
    }

    /** The key inside a handle; empty when this host never made it. */
    Optional<IdempotencyKey> key(InstanceHandle handle) {
        String value = handle.value();
        if (!value.startsWith(prefix)
                || !value.substring(prefix.length()).matches("[A-Za-z0-9_-]{1,64}")) {
            return Optional.empty();
        }
        return Optional.of(new IdempotencyKey(value.substring(prefix.length())));
    }

    /** Whether these labels are those of our thing made under that key. */
    boolean isOurs(JsonNode labels, IdempotencyKey key) {
        return hostId.equals(labels.path(HOST).asText())
                && key.value().equals(labels.path(KEY).asText());
    }

    String hostFilter() {
        return "{\"label\":[" + Json.MAPPER.valueToTree(HOST + "=" + hostId) + "]}";
    }

    String keyFilter(IdempotencyKey key) {
        return "{\"label\":["
                + Json.MAPPER.valueToTree(HOST + "=" + hostId)
                + ","
                + Json.MAPPER.valueToTree(KEY + "=" + key.value())
                + "]}";
    }

    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
