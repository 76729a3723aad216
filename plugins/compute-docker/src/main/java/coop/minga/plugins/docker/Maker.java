package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.io.IOException;
import java.util.Map;

/**
 * Makes one container: download, network, container, files, start. Every step may be done twice.
 */
final class Maker {
    private final Engine engine;
    private final DockerConfig config;
    private final Tag tag;
    private final Networks networks;
    private final ImagePull images;
    private final Claims claims;

    Maker(
            Engine engine,
            DockerConfig config,
            Tag tag,
            Networks networks,
            ImagePull images,
            Claims claims) {
        this.engine = engine;
        this.config = config;
        this.tag = tag;
        this.networks = networks;
        this.images = images;
        this.claims = claims;
    }

    /**
     * Takes all steps up to the started container.
     *
     * @throws Refused when that will never be
     * @throws InterruptedException also when it was destroyed meanwhile
     */
    void make(Work work) throws InterruptedException {
        images.ensure(work);
        EngineInfo info = EngineInfo.of(engine.get(Creations.STEP, "/info").expect(200).body());
        Networks.Kind kind = networks.kindFor(work.request.workload().outbound(), info);
        String network = networks.ensure(Creations.STEP, kind);
        work.making.lockInterruptibly();
        try {
            if (work.cancelled || claims.of(work.key).isEmpty()) {
                // Destroyed meanwhile, perhaps by another host.
                work.cancelled = true;
                throw new InterruptedException("destroyed");
            }
            makeContainer(work, network, kind);
        } finally {
            work.making.unlock();
        }
    }

    private void makeContainer(Work work, String network, Networks.Kind kind) {
        if (Wire.showsBodies()) {
            throw new Refused(
                    "The log level DEBUG of " + Wire.LOGGER + " would log secrets; set it to INFO");
        }
        work.message = "creating the container";
        String name = tag.container(work.key);
        Answer created =
                engine.post(
                        Creations.STEP,
                        "/containers/create",
                        Map.of("name", name),
                        ContainerSpec.body(
                                work.request, config, tag, work.key, network, kind.publishes()));
        if (created.status() == 409) {
            adopt(work, name);
        } else {
            created.expect(201);
        }
        if (!Sight.isCreated(
                engine.get(Creations.STEP, "/containers/" + name + "/json").expect(200).body())) {
            return;
        }
        if (!work.request.workload().files().isEmpty()) {
            engine.putTar(
                            Creations.STEP,
                            "/containers/" + name + "/archive",
                            Map.of("path", "/", "noOverwriteDirNonDir", "true"),
                            Tar.of(work.request.workload().files()))
                    .expect(200);
        }
        work.message = "starting";
        engine.post(Creations.STEP, "/containers/" + name + "/start", Map.of()).expect(204, 304);
    }

    private void adopt(Work work, String name) {
        Answer there = engine.get(Creations.STEP, "/containers/" + name + "/json");
        if (there.status() == 404) {
            // Removed between the two calls: the next turn makes it.
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "The container was removed meanwhile",
                            "El contenedor se eliminó entretanto"),
                    new IOException("removed"));
        }
        JsonNode labels = Sight.labels(there.expect(200).body());
        if (!tag.isOurs(labels, work.key)) {
            throw new Refused("A container called " + name + " exists and is not ours");
        }
        if (!labels.path(Tag.REQUEST).asText().equals(Requests.hash(work.request))) {
            throw new Refused("The key was used before for another request");
        }
    }
}
