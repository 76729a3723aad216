package coop.minga.plugins.docker;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.dockerjava.transport.DockerHttpClient.Response;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** An answer with its body as JSON, missing where it was empty or something else. */
record Answer(int status, JsonNode body) {
    private static final int LARGEST = 32 << 20;

    /**
     * Reads an answer to its end.
     *
     * @throws ProviderException {@code UNAVAILABLE} when it is too large or broken
     */
    static Answer read(Response response) throws IOException {
        byte[] bytes;
        try (InputStream body = response.getBody()) {
            bytes = body == null ? new byte[0] : body.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "The engine's answer is too large",
                            "La respuesta del motor es demasiado grande"));
        }
        JsonNode json = MissingNode.getInstance();
        if (bytes.length > 0) {
            try {
                json = Json.MAPPER.readTree(bytes);
            } catch (JacksonException e) {
                if (response.getStatusCode() / 100 == 2
                        && response.getHeaders().toString().contains("json")) {
                    throw new ProviderException(
                            Code.UNAVAILABLE,
                            Text.of(
                                    "The engine's answer is no valid JSON",
                                    "La respuesta del motor no es JSON válido"));
                }
            }
        }
        return new Answer(response.getStatusCode(), json);
    }

    /** The vendor's own words about a refusal. */
    String message() {
        String text = body.path("message").asText("");
        return text.isEmpty() ? "status " + status : text.strip();
    }

    /** This answer when its status is among the expected ones; else a failure. */
    Answer expect(int... statuses) {
        for (int expected : statuses) {
            if (status == expected) {
                return this;
            }
        }
        throw failure();
    }

    ProviderException failure() {
        return switch (status) {
            case 400, 413, 422 -> new ProviderException(Code.INVALID_REQUEST, message());
            case 401, 403 -> new ProviderException(Code.UNAUTHENTICATED, message());
            case 404 -> new ProviderException(Code.NOT_FOUND, message());
            case 409 -> new ProviderException(Code.CONFLICT, message());
            case 429 -> ProviderException.limit(message(), Duration.ofSeconds(5));
            case 501 -> new ProviderException(Code.UNSUPPORTED, message());
            default -> new ProviderException(Code.UNAVAILABLE, message());
        };
    }
}
