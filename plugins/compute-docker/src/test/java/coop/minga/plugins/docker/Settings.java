package coop.minga.plugins.docker;

import coop.minga.plugin.loader.config.ConfigReader;
import coop.minga.plugin.loader.config.Reading;

import java.util.Map;

/** Settings written as in a configuration file. */
final class Settings {
    private Settings() {}

    static DockerConfig of(Map<String, Object> raw) {
        return switch (ConfigReader.readFile(DockerConfig.SCHEMA, raw)) {
            case Reading.Valid valid -> DockerConfig.of(valid.config());
            case Reading.Invalid invalid -> throw new AssertionError(invalid.summary("en"));
        };
    }
}
