package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.ProviderContext;
import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Downloads the image of an instance that is being made, and says how far that is. */
final class ImagePull {
    private final Engine engine;
    private final DockerConfig config;
    private final ProviderContext context;

    ImagePull(Engine engine, DockerConfig config, ProviderContext context) {
        this.engine = engine;
        this.config = config;
        this.context = context;
    }

    /**
     * Sees to it that the engine has the image.
     *
     * @throws Refused when it cannot have it
     */
    void ensure(Work work) {
        ImageRef image =
                ImageRef.parse(work.request.workload().image().orElseThrow()).orElseThrow();
        Answer there = engine.get(Creations.STEP, "/images/" + image.text() + "/json");
        if (there.status() == 200) {
            return;
        }
        if (there.status() != 404) {
            throw new Refused(there.message());
        }
        if (image.isLocalId()) {
            throw new Refused("The engine has no image with id " + image.text());
        }
        if (!config.pull()) {
            throw new Refused(
                    "The engine has no image " + image.text() + ", and downloads are switched off");
        }
        work.message = "downloading " + image.text();
        context.changed(work.key);
        engine.streaming(config.pullTimeout(), () -> pull(work, image));
    }

    /** The last word of the stream may be an error although the status was 200. */
    private boolean pull(Work work, ImageRef image) throws IOException {
        Map<String, Boolean> layers = new HashMap<>();
        try (Response response =
                        engine.open(
                                "POST",
                                "/images/create",
                                Map.of("fromImage", image.repository(), "tag", image.version()),
                                null,
                                null);
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        response.getBody(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                JsonNode step = Json.MAPPER.readTree(line);
                if (step.has("error")) {
                    throw new ProviderException(
                            Code.INVALID_REQUEST,
                            Text.of(
                                    "Cannot download "
                                            + image.text()
                                            + ": "
                                            + step.path("error").asText(),
                                    "No se puede descargar "
                                            + image.text()
                                            + ": "
                                            + step.path("error").asText()));
                }
                String layer = step.path("id").asText("");
                String status = step.path("status").asText("");
                if (step.has("progressDetail")) {
                    layers.put(layer, false);
                }
                if (status.equals("Pull complete") || status.equals("Already exists")) {
                    layers.put(layer, true);
                }
                if (!layers.isEmpty()) {
                    work.message =
                            "downloading "
                                    + image.text()
                                    + ": "
                                    + layers.values().stream().filter(done -> done).count()
                                    + " of "
                                    + layers.size()
                                    + " layers";
                }
            }
            return true;
        } catch (ProviderException e) {
            if (e.code() == Code.INVALID_REQUEST || e.getCause() != null) {
                throw e;
            }
            throw new ProviderException(
                    Code.INVALID_REQUEST,
                    Text.of(
                            "Cannot download " + image.text() + ": " + e.getMessage(),
                            "No se puede descargar " + image.text() + ": " + e.getMessage()));
        }
    }
}
