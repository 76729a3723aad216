package coop.minga.platform.billing;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.app.simulate.DatabaseCopy;
import coop.minga.platform.app.simulate.Simulation;
import coop.minga.platform.config.DatabaseConfig;
import coop.minga.platform.db.Database;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The time machine, on a real copy of a real database. */
class SimulationIT {

    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    private final Bench bench = new Bench(START);

    @TempDir Path directory;

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void everythingThatWouldHappenIsListedAndTheSourceStaysAsItIs() {
        DunningIT.allowDestruction(bench);
        Bench.Machine paid = bench.start(bench.customer(10_000), "month", 1_000);
        Bench.Machine poor = bench.start(bench.customer(1_500), "month", 1_000);
        Bench.Machine hourly = bench.start(bench.customer(480), "hour", 10);
        String before = digest();

        List<Simulation.Happening> happenings = simulate(90);

        assertThat(digest()).isEqualTo(before);
        assertThat(of(happenings, paid))
                .containsExactly(
                        "2026-04-01T00:00:00Z charge 10.00 USD",
                        "2026-05-01T00:00:00Z charge 10.00 USD");
        assertThat(of(happenings, poor))
                .containsExactly(
                        "2026-03-29T00:00:00Z reminder 10.00 USD",
                        "2026-04-01T00:00:00Z attempt 10.00 USD #1",
                        "2026-04-02T00:00:00Z attempt 10.00 USD #2",
                        "2026-04-03T00:00:00Z attempt 10.00 USD #3",
                        "2026-04-05T00:00:00Z attempt 10.00 USD #4",
                        "2026-04-08T00:00:00Z suspension 10.00 USD",
                        "2026-05-06T00:00:00Z destruction 10.00 USD");
        assertThat(of(happenings, hourly))
                .containsExactly("2026-03-03T00:00:00Z suspension 0.10 USD");
        assertThat(bench.view(poor).state()).isEqualTo(SubscriptionState.ACTIVE);
        assertThat(happenings).extracting(Simulation.Happening::at).isSorted();
    }

    private List<Simulation.Happening> simulate(int days) {
        List<Simulation.Happening> happenings = new ArrayList<>();
        try (Database source =
                        Database.attach(
                                DatabaseConfig.external(
                                        bench.database.url(),
                                        bench.database.user(),
                                        bench.database.password()),
                                directory);
                DatabaseCopy copy = DatabaseCopy.of(source, "test", "trial")) {
            new Simulation(copy.database().db(), START, happenings::add).run(days);
        }
        return happenings;
    }

    private static List<String> of(List<Simulation.Happening> happenings, Bench.Machine machine) {
        return happenings.stream()
                .filter(happening -> happening.subject().equals(machine.instance().toString()))
                .map(happening ->
                        happening.at() + " " + happening.kind().id() + " " + happening.detail())
                .toList();
    }

    /** Every row of every table, as one number. */
    private String digest() {
        return bench.db.read(handle -> {
            List<String> tables =
                    handle.createQuery(
                                    """
                                    SELECT quote_ident(tablename) FROM pg_tables
                                     WHERE schemaname = 'public' ORDER BY 1
                                    """)
                            .mapTo(String.class)
                            .list();
            StringBuilder digest = new StringBuilder();
            for (String table : tables) {
                digest.append(
                        handle.createQuery(
                                        "SELECT coalesce(md5(string_agg(t::text, '' ORDER BY"
                                                + " t::text)), '') FROM "
                                                + table
                                                + " t")
                                .mapTo(String.class)
                                .one());
            }
            return digest.toString();
        });
    }
}
