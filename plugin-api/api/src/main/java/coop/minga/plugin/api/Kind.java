package coop.minga.plugin.api;

import java.util.Optional;

/**
 * The extension points. The id is what configuration files, routes and the manifest ({@code
 * Minga-Kinds}) say.
 */
public enum Kind {
    COMPUTE("compute"),
    OFFERING("offering"),
    MESSAGING("messaging"),
    LISTENER("listener"),
    FISCAL("fiscal"),
    PAYMENT("payment");

    private final String id;

    Kind(String id) {
        this.id = id;
    }

    public String id() {
        return id;
    }

    /** The kind with this id, or empty when this version of the API does not know it. */
    public static Optional<Kind> of(String id) {
        for (Kind kind : values()) {
            if (kind.id.equals(id)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
