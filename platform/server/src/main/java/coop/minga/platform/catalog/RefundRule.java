package coop.minga.platform.catalog;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;

/** What happens to the unused part of a slot that ends early. */
public enum RefundRule {
    /** The unused seconds are given back. */
    PRORATED,
    /** Nothing is given back. */
    NONE;

    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
