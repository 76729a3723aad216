package coop.minga.platform.plugins;

import org.jdbi.v3.core.Handle;

import java.util.HashSet;
import java.util.Set;

/** Which plugins operators switched off, for all hosts on the database. */
final class PluginStore {

    Set<String> disabled(Handle handle) {
        return new HashSet<>(
                handle.createQuery("select id from plugins_disabled").mapTo(String.class).list());
    }

    void disable(Handle handle, String id, String actor) {
        handle.createUpdate(
                        """
                        insert into plugins_disabled (id, disabled_by) values (:id, :actor)
                        on conflict (id) do nothing
                        """)
                .bind("id", id)
                .bind("actor", actor)
                .execute();
    }

    void enable(Handle handle, String id) {
        handle.createUpdate("delete from plugins_disabled where id = :id").bind("id", id).execute();
    }
}
