package coop.minga.plugin.api;

import java.util.regex.Pattern;

/**
 * Names one wanted effect for ever.
 *
 * @param value 1 to 64 characters of {@code [A-Za-z0-9_-]}, safe in labels, tags and host names'
 *     neighbours
 */
public record IdempotencyKey(String value) {

    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public IdempotencyKey {
        if (!SHAPE.matcher(value).matches()) {
            throw new IllegalArgumentException("An idempotency key must match " + SHAPE);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
