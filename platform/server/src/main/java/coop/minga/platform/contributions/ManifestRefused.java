package coop.minga.platform.contributions;

import coop.minga.plugin.api.Text;

/** Why what a plugin adds to the pages is left out. */
final class ManifestRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Text reason;

    /** One phrase without a full stop. */
    ManifestRefused(String english, String spanish) {
        super(english);
        this.reason = Text.of(sentence(english), sentence(spanish));
    }

    private static String sentence(String phrase) {
        return phrase.endsWith("?") ? phrase : phrase + ".";
    }

    Text reason() {
        return reason;
    }
}
