package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The host's own bridges. Instances on one bridge cannot see each other ({@code enable_icc=false});
 * a bridge per instance would use up the engine's address pools after some thirty of them.
 */
final class Networks {
    private final Engine engine;
    private final DockerConfig config;
    private final Tag tag;
    private final ReentrantLock creating = new ReentrantLock();

    Networks(Engine engine, DockerConfig config, Tag tag) {
        this.engine = engine;
        this.config = config;
        this.tag = tag;
    }

    /**
     * A way to be attached.
     *
     * @param kind last part of the network's name
     * @param internal no way out at all; ports are then reached at the container's own address
     * @param masquerade whether packets to the outside can get an answer
     */
    enum Kind {
        OPEN("open", false, true),
        CLOSED("closed", true, false),
        /** For engines whose bridges we cannot reach: packets leave, but no answer finds back. */
        UNANSWERED("nonat", false, false);

        private final String suffix;
        private final boolean internal;
        private final boolean masquerade;

        Kind(String suffix, boolean internal, boolean masquerade) {
            this.suffix = suffix;
            this.internal = internal;
            this.masquerade = masquerade;
        }

        boolean publishes() {
            return !internal;
        }
    }

    Kind kindFor(boolean outbound, EngineInfo info) {
        if (outbound) {
            return Kind.OPEN;
        }
        return config.near() && !info.rootless() ? Kind.CLOSED : Kind.UNANSWERED;
    }

    /** The network's name; made when it is not there yet. */
    String ensure(Duration limit, Kind kind) {
        String name = tag.network(kind.suffix);
        creating.lock();
        try {
            if (exists(limit, name)) {
                return name;
            }
            ObjectNode body = Json.MAPPER.createObjectNode();
            body.put("Name", name).put("CheckDuplicate", true).put("Driver", "bridge");
            body.put("Internal", kind.internal).put("Attachable", false);
            body.putObject("Options")
                    .put("com.docker.network.bridge.enable_icc", "false")
                    .put(
                            "com.docker.network.bridge.enable_ip_masquerade",
                            Boolean.toString(kind.masquerade));
            body.putObject("Labels").put(Tag.HOST, tag.hostId());
            Answer answer = engine.post(limit, "/networks/create", Map.of(), body);
            if (answer.status() == 409 && exists(limit, name)) {
                return name;
            }
            answer.expect(201);
            return name;
        } finally {
            creating.unlock();
        }
    }

    private boolean exists(Duration limit, String name) {
        Answer answer = engine.get(limit, "/networks/" + name);
        if (answer.status() == 404) {
            return false;
        }
        answer.expect(200);
        if (!tag.hostId().equals(answer.body().path("Labels").path(Tag.HOST).asText())) {
            throw new ProviderException(
                    Code.CONFLICT,
                    Text.of(
                            "A network called " + name + " exists on the engine and is not ours",
                            "En el motor hay una red llamada " + name + " que no es nuestra"));
        }
        return true;
    }
}
