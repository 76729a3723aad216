package coop.minga.plugin.api;

import java.util.Map;
import java.util.TreeMap;

/**
 * A text for people in every language the plugin speaks.
 *
 * @param byLanguage ISO 639-1 language code to text; English is required and used where a language
 *     is missing
 */
public record Text(Map<String, String> byLanguage) {

    public Text {
        byLanguage = Map.copyOf(new TreeMap<>(byLanguage));
        if (!byLanguage.containsKey("en")) {
            throw new IllegalArgumentException("A text needs English (en) as its fallback");
        }
    }

    public static Text of(String english, String spanish) {
        return new Text(Map.of("en", english, "es", spanish));
    }

    /** The same text in every language: for names of products and technical terms. */
    public static Text of(String everywhere) {
        return new Text(Map.of("en", everywhere));
    }

    /** The text in the given language (ISO 639-1), or in English. */
    public String in(String language) {
        String text = byLanguage.get(language);
        return text != null ? text : byLanguage.getOrDefault("en", "");
    }

    @Override
    public String toString() {
        return in("en");
    }
}
