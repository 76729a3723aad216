package coop.minga.platform.providers;

import coop.minga.plugin.api.Kind;

/**
 * Names a configured provider.
 *
 * @param kind its extension point
 * @param name {@code [a-z0-9-]{1,40}}, unique within the kind
 */
public record ProviderRef(Kind kind, String name) implements Comparable<ProviderRef> {

    @Override
    public int compareTo(ProviderRef other) {
        int order = kind.compareTo(other.kind);
        return order != 0 ? order : name.compareTo(other.name);
    }

    /** For example {@code compute/docker-quito}. */
    @Override
    public String toString() {
        return kind.id() + "/" + name;
    }
}
