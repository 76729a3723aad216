package coop.minga.platform.providers;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.plugins.PluginService;
import coop.minga.plugin.api.Kind;
import coop.minga.plugin.api.ProbeResult;
import coop.minga.plugin.api.ProviderConfig;
import coop.minga.plugin.api.Text;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.loader.config.SchemaJson;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What operators do with providers: look at their form, save, try, remove. */
final class ProviderEditor {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");

    private final ProviderService providers;
    private final StoredSetups setups;
    private final ProviderOpener opener;

    ProviderEditor(ProviderService providers, StoredSetups setups, ProviderOpener opener) {
        this.providers = providers;
        this.setups = setups;
        this.opener = opener;
    }

    /** What can be configured. */
    record Offer(FactoryEntry entry, Map<String, Object> schema) {}

    List<Offer> offers(String language) {
        return providers.factories().stream()
                .map(entry ->
                        new Offer(entry, SchemaJson.of(entry.descriptor().schema(), language)))
                .toList();
    }

    /** A provider with its form. */
    ProviderConfigView show(ProviderRef ref, String language) {
        Held found = providers.held(ref).orElseThrow(Ids::noSuchThing);
        Setup setup = found.setup();
        Optional<ConfigSchema> schema =
                providers
                        .factory(new ProviderRef(ref.kind(), setup.factory()))
                        .map(entry -> entry.descriptor().schema());
        Map<String, Object> plain = new LinkedHashMap<>();
        Set<String> set = new TreeSet<>();
        setup.values()
                .forEach((name, value) -> {
                    if (schema.isEmpty() || StoredSetups.isSecret(schema.get(), name)) {
                        // Without its schema nobody knows which values are secret.
                        set.add(name);
                    } else {
                        plain.put(name, value);
                    }
                });
        return new ProviderConfigView(
                found.view(),
                schema.map(s -> SchemaJson.of(s, language)).orElse(Map.of()),
                plain,
                set,
                etag(setup));
    }

    private static String etag(Setup setup) {
        return "\"" + setup.source().id() + "-" + setup.version() + "\"";
    }

    /**
     * Writes a provider's configuration and opens it anew. Secrets that are not given stay as they
     * are; null removes one.
     *
     * @param ifMatch the etag the edit began with; empty for a new provider
     */
    ProviderConfigView save(
            PluginService.Actor actor,
            ProviderRef ref,
            String factoryId,
            Map<String, @Nullable Object> given,
            Optional<String> ifMatch,
            String language) {
        requireName(ref);
        FactoryEntry factory = requireFactory(ref.kind(), factoryId);
        return providers.changing(() -> {
            Optional<Setup> before = providers.held(ref).map(Held::setup);
            if (before.isPresent() && before.get().source() == Source.FILE) {
                throw readOnly();
            }
            if (before.isPresent() && !ifMatch.equals(Optional.of(etag(before.get())))) {
                throw StoredSetups.changedMeanwhile();
            }
            Map<String, Object> values = merged(factory.descriptor().schema(), before, given);
            ConfigCheck.require(factory.descriptor().schema(), values, "/config");
            Setup after = setups.write(actor, ref, factory, before, values);
            providers.replace(ref, after);
            return show(ref, language);
        });
    }

    private static void requireName(ProviderRef ref) {
        if (!NAME.matcher(ref.name()).matches()) {
            throw MingaException.invalid(
                    "/name",
                    "malformed",
                    "A provider's name has 1 to 40 lower-case letters, digits and dashes.",
                    "El nombre de un proveedor lleva de 1 a 40 minúsculas, dígitos y guiones.");
        }
    }

    private FactoryEntry requireFactory(Kind kind, String id) {
        return providers
                .factory(new ProviderRef(kind, id))
                .orElseThrow(() ->
                        new MingaException(
                                ErrorCode.conflict("providers.plugin-missing"),
                                Openings.pluginMissing(id).text()));
    }

    private static MingaException readOnly() {
        return MingaException.of(
                ErrorCode.conflict("providers.read-only"),
                "This provider is defined in a file on the server and is changed there.",
                "Este proveedor está definido en un archivo del servidor y se cambia allí.");
    }

    private static Map<String, Object> merged(
            ConfigSchema schema, Optional<Setup> before, Map<String, @Nullable Object> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        before.ifPresent(setup ->
                setup.values()
                        .forEach((name, value) -> {
                            if (StoredSetups.isSecret(schema, name) && !given.containsKey(name)) {
                                values.put(name, value);
                            }
                        }));
        given.forEach((name, value) -> {
            if (value != null) {
                values.put(name, value);
            }
        });
        return values;
    }

    /**
     * Drains a provider and forgets its configuration and what it remembered.
     *
     * @throws MingaException 409 while something depends on it, saying what
     */
    void remove(PluginService.Actor actor, ProviderRef ref, Optional<String> ifMatch) {
        providers.changing(() -> {
            Setup setup = providers.held(ref).map(Held::setup).orElseThrow(Ids::noSuchThing);
            requireRemovable(setup, ifMatch);
            Optional<Text> inUse = providers.inUse(ref);
            if (inUse.isPresent()) {
                throw new MingaException(ErrorCode.conflict("providers.in-use"), inUse.get());
            }
            setups.delete(actor, ref);
            providers.replace(ref, null);
            return ref;
        });
    }

    private static void requireRemovable(Setup setup, Optional<String> ifMatch) {
        switch (setup.source()) {
            case FILE -> throw readOnly();
            case PLUGIN ->
                    throw MingaException.of(
                            ErrorCode.conflict("providers.of-the-plugin"),
                            "This provider comes with its plugin: switch the plugin off instead.",
                            "Este proveedor viene con su plugin: desactiva el plugin.");
            case DATABASE -> {}
        }
        if (ifMatch.isPresent() && !ifMatch.get().equals(etag(setup))) {
            throw StoredSetups.changedMeanwhile();
        }
    }

    /**
     * Looks whether values work, without keeping them.
     *
     * @param given empty: the values in use
     */
    List<ProbeResult.Check> test(
            PluginService.Actor actor,
            ProviderRef ref,
            String factoryId,
            Map<String, @Nullable Object> given) {
        FactoryEntry factory = requireFactory(ref.kind(), factoryId);
        Optional<Held> there = providers.held(ref);
        ConfigSchema schema = factory.descriptor().schema();
        Map<String, Object> values = merged(schema, there.map(Held::setup), given);
        boolean file = there.map(h -> h.setup().source() == Source.FILE).orElse(false);
        setups.tested(actor, ref);
        if (there.isPresent()
                && there.get().isOpen()
                && (file || values.equals(there.get().setup().values()))) {
            return Look.checks(there.get().guarded().orElseThrow(Ids::noSuchThing));
        }
        ProviderConfig config = ConfigCheck.require(schema, values, "/config");
        return switch (opener.open(ref, factory, config, refusal -> {})) {
            case ProviderOpener.Opening.Opened(Open open) -> {
                try {
                    yield Look.checks(Guarded.of(ref, open));
                } finally {
                    Held.close(open, ref);
                }
            }
            case ProviderOpener.Opening.NotOpened(var why) -> List.of(Look.notOpened(why));
        };
    }
}
