package coop.minga.plugins.docker;

import com.fasterxml.jackson.databind.JsonNode;

import coop.minga.plugin.api.ProviderException;
import coop.minga.plugin.api.ProviderException.Code;
import coop.minga.plugin.api.Text;

import java.util.Optional;

/** A version of the Engine API, and which one is spoken. */
record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    /** The version whose behaviour this plugin knows. */
    private static final ApiVersion WANTED = new ApiVersion(1, 41);

    /** The oldest one with everything used here. */
    private static final ApiVersion OLDEST = new ApiVersion(1, 40);

    private static Optional<ApiVersion> parse(String text) {
        String[] parts = text.split("\\.");
        try {
            return parts.length == 2
                    ? Optional.of(
                            new ApiVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])))
                    : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * The version to speak with an engine, from what it says of itself.
     *
     * @throws ProviderException {@code UNAVAILABLE} when that is no Docker engine, {@code
     *     MISCONFIGURED} when it is too old
     */
    static ApiVersion spokenWith(JsonNode version) {
        Optional<ApiVersion> max = parse(version.path("ApiVersion").asText());
        Optional<ApiVersion> min =
                parse(version.path("MinAPIVersion").asText("1.12")).or(() -> max);
        if (max.isEmpty() || min.isEmpty()) {
            throw new ProviderException(
                    Code.UNAVAILABLE,
                    Text.of(
                            "What answers there does not name an Engine API version",
                            "Lo que responde ahí no dice qué versión de la API de Docker habla"));
        }
        return negotiated(min.get(), max.get())
                .orElseThrow(() ->
                        new ProviderException(
                                Code.MISCONFIGURED,
                                Text.of(
                                        "The engine speaks API "
                                                + max.get()
                                                + "; at least "
                                                + OLDEST
                                                + " (Docker 19.03) is needed",
                                        "El motor habla la API "
                                                + max.get()
                                                + "; se necesita al menos la "
                                                + OLDEST
                                                + " (Docker 19.03)")));
    }

    /** The version to speak with an engine that knows this range; empty when none fits. */
    private static Optional<ApiVersion> negotiated(ApiVersion min, ApiVersion max) {
        ApiVersion version = WANTED.compareTo(max) > 0 ? max : WANTED;
        version = version.compareTo(min) < 0 ? min : version;
        return version.compareTo(OLDEST) < 0 ? Optional.empty() : Optional.of(version);
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major
                ? Integer.compare(major, other.major)
                : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
