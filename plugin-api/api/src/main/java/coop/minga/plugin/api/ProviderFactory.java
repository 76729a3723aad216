package coop.minga.plugin.api;

import org.pf4j.ExtensionPoint;

/**
 * What a plugin contributes: a stateless maker of {@linkplain Provider providers}, found by its
 * {@code @Extension} annotation and created once through its no-argument constructor.
 *
 * <p>The host asks for the descriptor, renders and validates the configuration by its schema, and
 * opens one provider per configured instance ("docker-quito", "docker-cuenca"). A factory whose
 * schema needs no value is opened once by itself, under its own id.
 *
 * @param <P> the kind of provider made, for example {@code ComputeBackend}
 */
public interface ProviderFactory<P extends Provider> extends ExtensionPoint {

    /** Describes this factory; the same answer at every call, without I/O. */
    ProviderDescriptor descriptor();

    /**
     * Opens one configured instance. Must return at once: connections are made on first use or in
     * {@link Provider#probe}.
     *
     * @param context the only door to the host, valid until the provider is closed
     * @param config validated against the descriptor's schema, secrets resolved
     * @throws ProviderException {@code MISCONFIGURED} when values that pass the schema cannot work
     *     together
     */
    P open(ProviderContext context, ProviderConfig config);
}
