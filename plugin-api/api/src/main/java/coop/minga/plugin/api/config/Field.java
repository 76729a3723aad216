package coop.minga.plugin.api.config;

import coop.minga.plugin.api.Text;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One value of a form.
 *
 * @param name {@code [a-z][a-z0-9_]{0,39}}; what files and the API call it
 * @param type what values it takes
 * @param label its name for people
 * @param help a sentence for people, may be empty
 * @param required whether a value must be there
 * @param fallback the value used when none is given, written as in a configuration file
 * @param group fields of one group are shown together; empty for the first group
 * @param advanced hidden behind "advanced" until asked for
 */
public record Field(
        String name,
        FieldType type,
        Text label,
        Text help,
        boolean required,
        Optional<String> fallback,
        String group,
        boolean advanced) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");

    public Field {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Field name '" + name + "' must match " + NAME);
        }
        if (fallback.isPresent() && type instanceof FieldType.Secret) {
            throw new IllegalArgumentException("Secret '" + name + "' must not have a default");
        }
    }

    /** An optional field without default; widen it with the {@code with}ers. */
    public static Field of(String name, FieldType type, Text label) {
        return new Field(name, type, label, Text.of(""), false, Optional.empty(), "", false);
    }

    public Field needed() {
        return new Field(name, type, label, help, true, fallback, group, advanced);
    }

    /** The value used when none is given, written as in a configuration file. */
    public Field or(String value) {
        return new Field(name, type, label, help, required, Optional.of(value), group, advanced);
    }

    public Field explained(Text newHelp) {
        return new Field(name, type, label, newHelp, required, fallback, group, advanced);
    }

    public Field in(String newGroup) {
        return new Field(name, type, label, help, required, fallback, newGroup, advanced);
    }

    public Field asAdvanced() {
        return new Field(name, type, label, help, required, fallback, group, true);
    }
}
