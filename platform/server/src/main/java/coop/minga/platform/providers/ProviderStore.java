package coop.minga.platform.providers;

import coop.minga.plugin.api.Kind;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Providers configured in the browser, and what providers remember. */
final class ProviderStore {

    /** A row; {@code secrets} is sealed. */
    record Row(
            String kind,
            String name,
            String factory,
            String config,
            byte @Nullable [] secrets,
            long version) {}

    List<Row> all(Handle handle) {
        return handle.createQuery(
                        """
                        select kind, name, factory, config::text as config, secrets, version
                        from provider_configs order by kind, name
                        """)
                .mapTo(Row.class)
                .list();
    }

    Optional<Row> find(Handle handle, ProviderRef ref) {
        return handle.createQuery(
                        """
                        select kind, name, factory, config::text as config, secrets, version
                        from provider_configs where kind = :kind and name = :name
                        """)
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .mapTo(Row.class)
                .findOne();
    }

    /** Writes the first version; false when somebody else did. */
    boolean insert(
            Handle handle,
            ProviderRef ref,
            String factory,
            String config,
            byte @Nullable [] secrets) {
        return handle.createUpdate(
                                """
                                insert into provider_configs (kind, name, factory, config, secrets)
                                values (:kind, :name, :factory, cast(:config as jsonb), :secrets)
                                on conflict (kind, name) do nothing
                                """)
                        .bind("kind", ref.kind().id())
                        .bind("name", ref.name())
                        .bind("factory", factory)
                        .bind("config", config)
                        .bind("secrets", secrets)
                        .execute()
                == 1;
    }

    /** Writes the next version; false when the version is not the one expected any more. */
    boolean update(
            Handle handle,
            ProviderRef ref,
            String factory,
            String config,
            byte @Nullable [] secrets,
            long expected) {
        return handle.createUpdate(
                                """
                                update provider_configs
                                set factory = :factory, config = cast(:config as jsonb),
                                    secrets = :secrets, version = version + 1, updated_at = now()
                                where kind = :kind and name = :name and version = :expected
                                """)
                        .bind("kind", ref.kind().id())
                        .bind("name", ref.name())
                        .bind("factory", factory)
                        .bind("config", config)
                        .bind("secrets", secrets)
                        .bind("expected", expected)
                        .execute()
                == 1;
    }

    boolean delete(Handle handle, ProviderRef ref) {
        handle.createUpdate("delete from provider_state where kind = :kind and name = :name")
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .execute();
        return handle.createUpdate(
                                "delete from provider_configs where kind = :kind and name = :name")
                        .bind("kind", ref.kind().id())
                        .bind("name", ref.name())
                        .execute()
                == 1;
    }

    static ProviderRef ref(Row row) {
        Kind kind =
                Kind.of(row.kind())
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "Stored provider of unknown kind " + row.kind()));
        return new ProviderRef(kind, row.name());
    }

    Optional<String> document(Handle handle, ProviderRef ref, String key) {
        return handle.createQuery(
                        """
                        select value from provider_state
                        where kind = :kind and name = :name and key = :key
                        """)
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .bind("key", key)
                .mapTo(String.class)
                .findOne();
    }

    int documents(Handle handle, ProviderRef ref) {
        return handle.createQuery(
                        "select count(*) from provider_state where kind = :kind and name = :name")
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .mapTo(Integer.class)
                .one();
    }

    void putDocument(Handle handle, ProviderRef ref, String key, String value) {
        handle.createUpdate(
                        """
                        insert into provider_state (kind, name, key, value)
                        values (:kind, :name, :key, :value)
                        on conflict (kind, name, key) do update set value = excluded.value
                        """)
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .bind("key", key)
                .bind("value", value)
                .execute();
    }

    boolean putDocumentIfAbsent(Handle handle, ProviderRef ref, String key, String value) {
        return handle.createUpdate(
                                """
                                insert into provider_state (kind, name, key, value)
                                values (:kind, :name, :key, :value)
                                on conflict (kind, name, key) do nothing
                                """)
                        .bind("kind", ref.kind().id())
                        .bind("name", ref.name())
                        .bind("key", key)
                        .bind("value", value)
                        .execute()
                == 1;
    }

    void deleteDocument(Handle handle, ProviderRef ref, String key) {
        handle.createUpdate(
                        """
                        delete from provider_state
                        where kind = :kind and name = :name and key = :key
                        """)
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .bind("key", key)
                .execute();
    }

    List<String> keys(Handle handle, ProviderRef ref, String prefix) {
        return handle.createQuery(
                        """
                        select key from provider_state
                        where kind = :kind and name = :name and starts_with(key, :prefix)
                        order by key collate "C" limit 1000
                        """)
                .bind("kind", ref.kind().id())
                .bind("name", ref.name())
                .bind("prefix", prefix)
                .mapTo(String.class)
                .list();
    }

    /** The plugin that offered each factory last. */
    Map<ProviderRef, String> origins(Handle handle) {
        Map<ProviderRef, String> origins = new HashMap<>();
        handle.createQuery("select kind, factory, plugin from provider_origins")
                .mapTo(Origin.class)
                .forEach(row ->
                        Kind.of(row.kind())
                                .ifPresent(kind ->
                                        origins.put(
                                                new ProviderRef(kind, row.factory()),
                                                row.plugin())));
        return origins;
    }

    /** A factory and whose it is. */
    record Origin(String kind, String factory, String plugin) {}

    void putOrigin(Handle handle, ProviderRef factory, String plugin) {
        handle.createUpdate(
                        """
                        insert into provider_origins (kind, factory, plugin)
                        values (:kind, :factory, :plugin)
                        on conflict (kind, factory) do update set plugin = excluded.plugin
                        """)
                .bind("kind", factory.kind().id())
                .bind("factory", factory.name())
                .bind("plugin", plugin)
                .execute();
    }
}
