package coop.minga.platform.plugins;

import coop.minga.plugin.api.Text;
import coop.minga.plugin.loader.PluginRejected;

/**
 * Why something is not as it should be. Holds text only, so that keeping it pins no plugin's
 * classes.
 *
 * @param code stable, for programs
 * @param text one sentence for people
 */
public record Reason(String code, Text text) {

    public static Reason of(String code, String english, String spanish) {
        return new Reason(code, Text.of(english, spanish));
    }

    static Reason of(PluginRejected rejected) {
        return new Reason(rejected.code().id(), rejected.reason());
    }

    /** How the API shows it. */
    public record Answer(String code, String text) {}

    /**
     * @param language ISO 639-1
     */
    public Answer in(String language) {
        return new Answer(code, text.in(language));
    }
}
