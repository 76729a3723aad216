package coop.minga.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.config.CannotStart;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class MigrationsIT {

    @Test
    void hostsThatStartAtOnceTakeTurns() throws Exception {
        try (TestDatabase empty = TestDatabase.empty();
                ExecutorService hosts = Executors.newFixedThreadPool(3)) {
            List<Callable<Integer>> starts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                starts.add(() -> Migrations.run(empty.address()));
            }
            int ran = 0;
            for (Future<Integer> start : hosts.invokeAll(starts)) {
                ran += start.get();
            }
            assertThat(ran).isPositive().isEqualTo(applied(empty));
        }
    }

    private static int applied(TestDatabase database) {
        return database.db()
                .read(h ->
                        h.createQuery(
                                        "SELECT count(*) FROM schema_history WHERE success"
                                                + " AND version IS NOT NULL")
                                .mapTo(int.class)
                                .one());
    }

    @Test
    void aDatabaseOfANewerReleaseIsRefused() {
        try (TestDatabase database = TestDatabase.create()) {
            database.db()
                    .useTransaction(h ->
                            h.execute(
                                    "INSERT INTO schema_history (installed_rank, version,"
                                            + " description, type, script, installed_by,"
                                            + " execution_time, success) VALUES (1000, '999',"
                                            + " 'later', 'SQL', 'V999__later.sql', 'x', 1,"
                                            + " true)"));
            assertThatThrownBy(() -> Migrations.run(database.address()))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("999")
                    .hasMessageContaining("newer Minga");
        }
    }

    @Test
    void aMigrationChangedAfterwardsIsRefused() {
        try (TestDatabase database = TestDatabase.create()) {
            database.db()
                    .useTransaction(h ->
                            h.execute(
                                    "UPDATE schema_history SET checksum = checksum + 1"
                                            + " WHERE version = '001'"));
            assertThatThrownBy(() -> Migrations.run(database.address()))
                    .isInstanceOf(CannotStart.class);
        }
    }
}
