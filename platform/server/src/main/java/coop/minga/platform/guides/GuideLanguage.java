package coop.minga.platform.guides;

import java.util.Locale;
import java.util.Optional;

/** The languages guides are written in, each named in itself. */
enum GuideLanguage {
    ES("Español"),
    EN("English");

    private final String ownName;

    GuideLanguage(String ownName) {
        this.ownName = ownName;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String ownName() {
        return ownName;
    }

    static Optional<GuideLanguage> of(String id) {
        for (GuideLanguage language : values()) {
            if (language.id().equals(id)) {
                return Optional.of(language);
            }
        }
        return Optional.empty();
    }
}
