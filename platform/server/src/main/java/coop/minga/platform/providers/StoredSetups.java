package coop.minga.platform.providers;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.config.SecretBox;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.http.Json;
import coop.minga.platform.plugins.PluginService;
import coop.minga.plugin.api.config.ConfigSchema;
import coop.minga.plugin.api.config.Field;
import coop.minga.plugin.api.config.FieldType;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The configurations made in the browser: in the database, secrets sealed, every edit audited. */
final class StoredSetups {

    static final String CACHE_NAME = "providers";

    private final Db db;
    private final ProviderStore store;
    private final SecretBox secrets;
    private final Audit audit;
    private final Events events;

    StoredSetups(Db db, ProviderStore store, SecretBox secrets, Audit audit, Events events) {
        this.db = db;
        this.store = store;
        this.secrets = secrets;
        this.audit = audit;
        this.events = events;
    }

    Map<ProviderRef, Setup> all() {
        Map<ProviderRef, Setup> setups = new TreeMap<>();
        for (ProviderStore.Row row : db.read(store::all)) {
            setups.put(ProviderStore.ref(row), setup(row));
        }
        return setups;
    }

    private Setup setup(ProviderStore.Row row) {
        ProviderRef ref = ProviderStore.ref(row);
        Map<String, Object> values = new LinkedHashMap<>(object(row.config()));
        byte[] sealed = row.secrets();
        if (sealed != null) {
            values.putAll(
                    object(new String(secrets.open(purpose(ref), sealed), StandardCharsets.UTF_8)));
        }
        return new Setup(ref, row.factory(), values, Source.DATABASE, row.version());
    }

    private static String purpose(ProviderRef ref) {
        return "provider/" + ref;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String json) {
        return Json.read(json, Map.class);
    }

    static boolean isSecret(ConfigSchema schema, String name) {
        return schema.field(name).map(Field::type).orElse(null) instanceof FieldType.Secret;
    }

    /** Writes the next version; refused when somebody else wrote one since {@code before}. */
    Setup write(
            PluginService.Actor actor,
            ProviderRef ref,
            FactoryEntry factory,
            Optional<Setup> before,
            Map<String, Object> values) {
        ConfigSchema schema = factory.descriptor().schema();
        Map<String, Object> plain = new LinkedHashMap<>();
        Map<String, Object> secret = new LinkedHashMap<>();
        values.forEach((name, value) -> (isSecret(schema, name) ? secret : plain).put(name, value));
        byte[] sealed =
                secret.isEmpty()
                        ? null
                        : secrets.seal(
                                purpose(ref), Json.write(secret).getBytes(StandardCharsets.UTF_8));
        String factoryId = factory.descriptor().id();
        long version = before.map(Setup::version).orElse(0L);
        boolean isNew = before.isEmpty() || before.get().source() != Source.DATABASE;
        db.useTransaction(handle -> {
            boolean written =
                    isNew
                            ? store.insert(handle, ref, factoryId, Json.write(plain), sealed)
                            : store.update(
                                    handle, ref, factoryId, Json.write(plain), sealed, version);
            if (!written) {
                throw changedMeanwhile();
            }
            audit.record(
                    handle,
                    new Audit.Entry(
                            actor.account(),
                            actor.address(),
                            "provider.saved",
                            "provider/" + ref,
                            before.map(setup -> masked(schema, setup.values())).orElse(Map.of()),
                            masked(schema, values),
                            actor.traceId()));
            events.invalidate(handle, CACHE_NAME, ref.toString());
        });
        return new Setup(ref, factoryId, values, Source.DATABASE, isNew ? 1 : version + 1);
    }

    private static Map<String, Object> masked(ConfigSchema schema, Map<String, Object> values) {
        Map<String, Object> masked = new HashMap<>();
        values.forEach((name, value) ->
                masked.put(
                        name,
                        isSecret(schema, name) || schema.field(name).isEmpty()
                                ? "********"
                                : value));
        return masked;
    }

    void delete(PluginService.Actor actor, ProviderRef ref) {
        db.useTransaction(handle -> {
            store.delete(handle, ref);
            audit(handle, actor, "provider.removed", ref);
            events.invalidate(handle, CACHE_NAME, ref.toString());
        });
    }

    void tested(PluginService.Actor actor, ProviderRef ref) {
        db.useTransaction(handle -> audit(handle, actor, "provider.tested", ref));
    }

    private void audit(
            org.jdbi.v3.core.Handle handle,
            PluginService.Actor actor,
            String action,
            ProviderRef ref) {
        audit.record(
                handle,
                Audit.entry(
                        actor.account(),
                        actor.address(),
                        action,
                        "provider/" + ref,
                        actor.traceId()));
    }

    static MingaException changedMeanwhile() {
        return MingaException.of(
                ErrorCode.of(ErrorCode.Type.PRECONDITION, "providers.changed"),
                "Somebody changed this provider in between. Reload, look and save again"
                        + " (If-Match).",
                "Alguien cambió este proveedor entretanto. Recarga, revisa y guarda de nuevo"
                        + " (If-Match).");
    }
}
