package coop.minga.platform.billing;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.http.Json;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.util.Map;

/** What operators decided about billing; every change is audited. Thread-safe. */
public final class Policies {

    private static final ErrorCode CHANGED =
            ErrorCode.of(ErrorCode.Type.PRECONDITION, "billing.changed-meanwhile");

    private final Db db;
    private final Audit audit;
    private final Clock clock;
    private final PolicyStore store = new PolicyStore();

    public Policies(Db db, Audit audit, Clock clock) {
        this.db = db;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A policy as it stands.
     *
     * @param version 0 for one that was never changed
     */
    record Versioned<T>(T policy, long version) {}

    /** A kind of policy. */
    record Kind<T>(String name, Class<T> type, T standard) {

        static final Kind<DunningPolicy> DUNNING =
                new Kind<>("dunning", DunningPolicy.class, DunningPolicy.STANDARD);

        /** The policy as it stands; the standard where nobody changed it. */
        T current(Handle handle) {
            return versioned(handle).policy();
        }

        Versioned<T> versioned(Handle handle) {
            return new PolicyStore()
                    .find(handle, name)
                    .map(row -> new Versioned<>(Json.read(row.policy(), type), row.version()))
                    .orElseGet(() -> new Versioned<>(standard, 0));
        }
    }

    <T> Versioned<T> current(Kind<T> kind) {
        return db.read(kind::versioned);
    }

    /**
     * Replaces a policy.
     *
     * @param version the one that was seen
     * @throws MingaException 412 when somebody else changed it in between
     */
    <T> Versioned<T> change(Exchange exchange, Kind<T> kind, T policy, long version) {
        return db.inTransaction(handle -> {
            Versioned<T> before = kind.versioned(handle);
            boolean done =
                    store.save(handle, kind.name(), Json.write(policy), version, clock.instant());
            if (!done) {
                throw MingaException.of(
                        CHANGED,
                        "Somebody else changed this in between. Load it again and repeat your"
                                + " change.",
                        "Alguien más lo cambió mientras tanto. Vuelve a cargarlo y repite tu"
                                + " cambio.");
            }
            audit.record(
                    handle,
                    new Audit.Entry(
                            exchange.principal().account().toString(),
                            exchange.address(),
                            "billing.policy-changed",
                            kind.name(),
                            Map.of("policy", Json.write(before.policy())),
                            Map.of("policy", Json.write(policy)),
                            exchange.traceId()));
            return kind.versioned(handle);
        });
    }
}
