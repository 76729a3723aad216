package coop.minga.platform.admin;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.supply.Backends;
import coop.minga.platform.supply.Outcome;
import coop.minga.platform.supply.Supply;
import coop.minga.plugin.api.IdempotencyKey;
import coop.minga.plugin.api.Page;
import coop.minga.plugin.api.compute.Observation;

import org.jdbi.v3.core.Handle;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The oracle: whether orders, machines, money, room and backends tell one story. For {@code doctor
 * --deep} and for tests after every fault. Whether the ledger fits together is proven elsewhere, by
 * {@code books verify}.
 */
public final class Consistency {

    private static final Duration OVERDUE = Duration.ofSeconds(60);
    private static final Duration LIST_WITHIN = Duration.ofSeconds(30);

    private final Db db;
    private final Backends backends;
    private final Ids ids;
    private final Clock clock;
    private final ConsistencyStore store = new ConsistencyStore();

    public Consistency(Db db, Backends backends, Ids ids, Clock clock) {
        this.db = db;
        this.backends = backends;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * @param violations what must not be; empty when all is well
     * @param strays machines that backends list under our name and nobody here ordered; no fault of
     *     the books
     */
    public record Report(List<String> violations, List<String> strays) {

        public Report {
            violations = List.copyOf(violations);
            strays = List.copyOf(strays);
        }

        public boolean holds() {
            return violations.isEmpty();
        }
    }

    /** Looks at everything once. What is still being worked on does not count as wrong. */
    public Report check() {
        List<String> violations = new ArrayList<>();
        db.read(handle -> {
            violations.addAll(recorded(handle));
            violations.addAll(store.jobs(handle, clock.instant().minus(OVERDUE)));
            return Boolean.TRUE;
        });
        List<String> strays = new ArrayList<>();
        for (Backends.Backend backend : backends.all()) {
            compare(backend.name(), violations, strays);
        }
        return new Report(violations, strays);
    }

    /** What does not fit in the database alone; asks no backend and looks at no job. */
    public static List<String> recorded(Handle handle) {
        ConsistencyStore store = new ConsistencyStore();
        List<String> violations = new ArrayList<>();
        violations.addAll(store.orders(handle));
        violations.addAll(store.holds(handle));
        violations.addAll(store.reservations(handle));
        violations.addAll(store.placements(handle));
        Supply.discrepancies(handle)
                .forEach(node -> violations.add("node " + node + " counts other than is reserved"));
        return violations;
    }

    private void compare(String provider, List<String> violations, List<String> strays) {
        Map<String, ConsistencyStore.Expected> before = expected(provider);
        Optional<List<Observation>> listed = list(provider);
        if (listed.isEmpty()) {
            violations.add("backend " + provider + " cannot be listed");
            return;
        }
        // Read again: what changed while the list was made is neither missing nor too much.
        Map<String, ConsistencyStore.Expected> after = expected(provider);
        Set<String> seen = new HashSet<>();
        for (Observation observation : listed.get()) {
            String key = observation.key().map(IdempotencyKey::value).orElse("");
            String machine = observation.handle().value();
            if (!key.isEmpty() && !seen.add(key)) {
                violations.add("backend " + provider + " has two machines under key " + key);
            }
            ConsistencyStore.Expected first = before.get(key);
            ConsistencyStore.Expected second = after.get(key);
            if (first == null && second == null) {
                strays.add(provider + " " + machine);
            } else if (first != null && isGone(first) && second != null && isGone(second)) {
                violations.add("backend " + provider + " still has " + machine + ", which is over");
            }
        }
        for (ConsistencyStore.Expected first : before.values()) {
            ConsistencyStore.Expected second = after.get(first.key());
            if (isLive(first) && second != null && isLive(second) && !seen.contains(first.key())) {
                violations.add(
                        "backend " + provider + " lacks the machine of placement " + first.key());
            }
        }
    }

    private static boolean isGone(ConsistencyStore.Expected placement) {
        return placement.state().equals("gone");
    }

    private static boolean isLive(ConsistencyStore.Expected placement) {
        return placement.state().equals("created")
                && Set.of("running", "stopped", "suspended").contains(placement.instanceState());
    }

    private Map<String, ConsistencyStore.Expected> expected(String provider) {
        Map<String, ConsistencyStore.Expected> byKey = new HashMap<>();
        db.read(handle -> store.expected(handle, provider)).forEach(e -> byKey.put(e.key(), e));
        return byKey;
    }

    private Optional<List<Observation>> list(String provider) {
        List<Observation> all = new ArrayList<>();
        Page.Token token = Page.Token.FIRST;
        for (int page = 0; page < 1_000; page++) {
            Page.Token at = token;
            Outcome<Page<Observation>> outcome =
                    backends.call(
                            provider,
                            "list",
                            new IdempotencyKey(Ids.encode(ids.next())),
                            LIST_WITHIN,
                            (backend, call) -> backend.list(call, at));
            if (!(outcome instanceof Outcome.Answered<Page<Observation>>(Page<Observation> got))) {
                return Optional.empty();
            }
            all.addAll(got.items());
            if (got.next().isEmpty()) {
                return Optional.of(all);
            }
            token = got.next().get();
        }
        return Optional.empty();
    }
}
