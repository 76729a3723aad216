package coop.minga.platform.providers;

import coop.minga.platform.providers.ProviderService.Titles;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.Provider;
import coop.minga.plugin.api.ProviderDescriptor;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.loader.config.SchemaJson;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Answers what providers there are, what they say of themselves, and why one is not there. */
final class Directory {

    private final Map<ProviderRef, Held> held;
    private final Map<ProviderRef, FactoryEntry> factories;
    private final Origins origins;

    Directory(
            Map<ProviderRef, Held> held,
            Map<ProviderRef, FactoryEntry> factories,
            Origins origins) {
        this.held = held;
        this.factories = factories;
        this.origins = origins;
    }

    /** Every provider, by kind and name. */
    List<ProviderView> list() {
        return held.values().stream().map(Held::view).toList();
    }

    /** The providers of a kind that take work. */
    List<ProviderView> working(Kind kind) {
        return list().stream()
                .filter(view -> view.ref().kind() == kind && view.state().takesWork())
                .toList();
    }

    Optional<ProviderView> find(Kind kind, String name) {
        return Optional.ofNullable(held.get(new ProviderRef(kind, name))).map(Held::view);
    }

    /**
     * A provider that takes work, to be called now.
     *
     * @param type the interface of the kind, for example {@code ComputeBackend.class}
     * @return empty while it is not there or cannot work: wait, or try another
     */
    <P extends Provider> Optional<Guarded<P>> get(Kind kind, String name, Class<P> type) {
        Held found = held.get(new ProviderRef(kind, name));
        return found == null ? Optional.empty() : found.working(type);
    }

    /** The words of a provider that is there. */
    Optional<Titles> titles(Kind kind, String name) {
        return Optional.ofNullable(held.get(new ProviderRef(kind, name)))
                .map(found -> factories.get(new ProviderRef(kind, found.setup().factory())))
                .map(entry -> new Titles(entry.descriptor().title(), entry.descriptor().summary()));
    }

    /** What a running plugin's factories say about themselves. */
    List<ProviderDescriptor> descriptors(String pluginId) {
        return factories.values().stream()
                .filter(entry -> entry.pluginId().equals(pluginId))
                .map(FactoryEntry::descriptor)
                .toList();
    }

    /** What customers choose for a blueprint; empty while it is not there. */
    Optional<ConfigSchema> parameters(String blueprint) {
        return facts(Kind.OFFERING, blueprint).map(Held.Facts::parameters);
    }

    /** What operators set for a product of a blueprint; empty while it is not there. */
    Optional<ConfigSchema> productSchema(String blueprint) {
        return facts(Kind.OFFERING, blueprint).map(Held.Facts::product);
    }

    /** The checkout form of a blueprint as a JSON Schema; empty while it is not there. */
    Optional<Map<String, Object>> checkoutSchema(String blueprint, String language) {
        return parameters(blueprint).map(schema -> SchemaJson.of(schema, language));
    }

    /** The event types a listener wants; empty while it is not there. */
    Optional<Set<String>> types(String listener) {
        return facts(Kind.LISTENER, listener).map(Held.Facts::types);
    }

    private Optional<Held.Facts> facts(Kind kind, String name) {
        return Optional.ofNullable(held.get(new ProviderRef(kind, name))).flatMap(Held::facts);
    }

    /**
     * What whoever needs a provider that takes no work waits for, in words for operators, for
     * example {@code waits for plugin compute-docker}.
     */
    String absence(Kind kind, String name) {
        ProviderRef ref = new ProviderRef(kind, name);
        Optional<Held> found = Optional.ofNullable(held.get(ref));
        ProviderRef factory = found.map(Held::setup).map(ProviderService::factoryOf).orElse(ref);
        if (!factories.containsKey(factory)) {
            return origins.plugin(factory)
                    .map(plugin -> "waits for plugin " + plugin + ", which does not run")
                    .orElse("waits for a plugin that offers " + factory);
        }
        return found.map(Held::view)
                .map(view ->
                        "waits for provider "
                                + ref
                                + ", which is "
                                + view.state().id()
                                + (view.reason() == null
                                        ? ""
                                        : ": " + view.reason().text().in("en")))
                .orElse("waits for provider " + ref + ", which is not configured");
    }
}
