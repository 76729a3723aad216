package coop.minga.platform.providers;

import coop.minga.platform.MingaException;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;

import java.util.Map;

/** Reads values of a request by a plugin's schema. */
public final class ConfigCheck {

    private ConfigCheck() {}

    /**
     * @param raw values as they came as JSON
     * @param pointer where they stand in the request, for example {@code /config}
     * @throws MingaException 400 naming every wrong value
     */
    public static ProviderConfig require(ConfigSchema schema, Map<String, ?> raw, String pointer) {
        return switch (ConfigReader.read(schema, raw)) {
            case Reading.Valid(ProviderConfig config) -> config;
            case Reading.Invalid invalid ->
                    throw MingaException.invalid(
                            invalid.problems().stream()
                                    .map(problem ->
                                            new MingaException.Problem(
                                                    pointer + problem.pointer(),
                                                    problem.code(),
                                                    problem.message()))
                                    .toList());
        };
    }
}
