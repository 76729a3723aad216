package coop.minga.platform.providers;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.Optional;

/** SQL of what operators chose for points that only one provider serves. */
final class ExtensionChoiceStore {

    Optional<String> find(Handle handle, String point) {
        return handle.createQuery("select provider from extension_choices where point = :point")
                .bind("point", point)
                .mapTo(String.class)
                .findOne();
    }

    void choose(Handle handle, String point, String provider, Instant at) {
        handle.createUpdate(
                        """
                        insert into extension_choices (point, provider, chosen_at)
                        values (:point, :provider, :at)
                        on conflict (point) do update
                        set provider = excluded.provider, chosen_at = excluded.chosen_at
                        """)
                .bind("point", point)
                .bind("provider", provider)
                .bind("at", at)
                .execute();
    }

    void forget(Handle handle, String point) {
        handle.createUpdate("delete from extension_choices where point = :point")
                .bind("point", point)
                .execute();
    }
}
