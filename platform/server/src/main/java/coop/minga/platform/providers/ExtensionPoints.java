package coop.minga.platform.providers;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who serves which point, and what operators chose where only one can. Thread-safe. */
public final class ExtensionPoints {

    private static final ErrorCode NO_CHOICE = ErrorCode.conflict("extensions.no-choice");

    private final ProviderService providers;
    private final Db db;
    private final Audit audit;
    private final Clock clock;
    private final ExtensionChoiceStore store = new ExtensionChoiceStore();

    public ExtensionPoints(ProviderService providers, Db db, Audit audit, Clock clock) {
        this.providers = providers;
        this.db = db;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A point as operators see it.
     *
     * @param candidates who could serve it, working or not
     * @param chosen by an operator, or null
     * @param serving who serves a single point now, or null
     */
    record Look(
            ExtensionPoint point,
            List<ProviderView> candidates,
            @Nullable String chosen,
            @Nullable String serving) {}

    List<Look> all() {
        return db.read(
                handle -> ExtensionPoint.ALL.stream().map(point -> look(handle, point)).toList());
    }

    private Look look(Handle handle, ExtensionPoint point) {
        return new Look(
                point,
                providers.list().stream().filter(point::fits).toList(),
                point.single() ? store.find(handle, point.id()).orElse(null) : null,
                point.single() ? serving(handle, point).orElse(null) : null);
    }

    /**
     * The name of the provider that serves a single point now: the chosen one while it works,
     * without a choice the first that works. A chosen one that does not work is waited for; nobody
     * takes its place unasked.
     */
    public Optional<String> serving(ExtensionPoint point) {
        return db.read(handle -> serving(handle, point));
    }

    private Optional<String> serving(Handle handle, ExtensionPoint point) {
        Optional<String> chosen = store.find(handle, point.id());
        return providers.working(point.kind()).stream()
                .filter(point::fits)
                .map(view -> view.ref().name())
                .filter(name -> chosen.isEmpty() || chosen.get().equals(name))
                .findFirst();
    }

    /**
     * Chooses who serves a single point.
     *
     * @param provider its name; null for no choice
     */
    Look choose(String id, @Nullable String provider, Audit.Entry entry) {
        ExtensionPoint point =
                ExtensionPoint.ALL.stream()
                        .filter(each -> each.id().equals(id))
                        .findFirst()
                        .orElseThrow(Ids::noSuchThing);
        if (!point.single()) {
            throw MingaException.of(
                    NO_CHOICE,
                    "Every provider serves this point: there is nothing to choose.",
                    "Todos los proveedores sirven este punto: no hay nada que elegir.");
        }
        return db.inTransaction(handle -> {
            if (provider == null) {
                store.forget(handle, id);
            } else {
                requireCandidate(point, provider);
                store.choose(handle, id, provider, clock.instant());
            }
            audit.record(handle, entry);
            return look(handle, point);
        });
    }

    private void requireCandidate(ExtensionPoint point, String provider) {
        boolean known =
                providers.list().stream()
                        .filter(point::fits)
                        .anyMatch(view -> view.ref().name().equals(provider));
        if (!known) {
            throw MingaException.invalid(
                    "/provider",
                    "unknown-provider",
                    "No provider of this name can serve this point.",
                    "Ningún proveedor con ese nombre puede servir este punto.");
        }
    }

    /** What is written down about a choice. */
    static Map<String, Object> described(@Nullable String provider) {
        return Map.of("provider", provider == null ? "" : provider);
    }
}
