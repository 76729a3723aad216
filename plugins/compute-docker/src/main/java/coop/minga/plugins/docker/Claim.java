package coop.minga.plugins.docker;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.time.Instant;
import java.util.Optional;

/**
 * What the state store remembers of a request.
 *
 * @param request its hash
 * @param at when it came
 * @param by who keeps the request, see {@link KeptRequests#owner()}
 * @param failed why it failed for good
 */
record Claim(String request, Instant at, String by, Optional<String> failed) {
    String write() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("request", request).put("at", at.toString()).put("by", by);
        failed.ifPresent(words -> json.put("failed", words));
        return json.toString();
    }

    static Claim read(String text) {
        try {
            JsonNode json = Json.MAPPER.readTree(text);
            return new Claim(
                    json.path("request").asText(),
                    Instant.parse(json.path("at").asText()),
                    json.path("by").asText(),
                    json.has("failed")
                            ? Optional.of(json.path("failed").asText())
                            : Optional.empty());
        } catch (JacksonException e) {
            throw new ProviderException(
                    Code.INTERNAL,
                    Text.of(
                            "A claim in the state store is broken",
                            "Una reserva en el almacén de estado está dañada"));
        }
    }
}
