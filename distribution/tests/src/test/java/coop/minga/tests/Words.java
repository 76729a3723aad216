package coop.minga.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** What the UI says in one language, read from its own catalogue of texts. */
final class Words {

    /** The sources of the UI. */
    static final Path SOURCES =
            Path.of(System.getProperty("basedir", "."), "../../platform/web/src").normalize();

    private final String language;
    private final JsonNode texts;

    Words(String language) {
        this.language = language;
        try {
            texts =
                    new ObjectMapper()
                            .readTree(SOURCES.resolve("i18n/" + language + ".json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String language() {
        return language;
    }

    /**
     * @param values pairs of a place's name and what stands there
     */
    String say(String key, String... values) {
        JsonNode text = texts.path(key);
        if (!text.isTextual()) {
            throw new AssertionError("no text " + key + " in " + language);
        }
        String said = text.asText();
        for (int i = 0; i < values.length; i += 2) {
            said = said.replace("{" + values[i] + "}", values[i + 1]);
        }
        return said;
    }
}
