package coop.minga.platform.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Ids;
import coop.minga.platform.db.TestDatabase;
import coop.minga.platform.http.Cursor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;

final class AuditLogIT {

    private TestDatabase database;
    private AuditLog audit;

    @BeforeEach
    void open() {
        database = TestDatabase.create();
        audit =
                new AuditLog(
                        database.db(),
                        Clock.systemUTC(),
                        new Ids(Clock.systemUTC(), new Random(1)));
        for (int i = 1; i <= 5; i++) {
            record(i);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void record(int i) {
        database.db()
                .useTransaction(h ->
                        audit.record(
                                h,
                                new Audit.Entry(
                                        "acc_" + i,
                                        "127.0.0.1",
                                        "account.disabled",
                                        "acc_9",
                                        Map.of(),
                                        Map.of("disabled", true),
                                        "")));
    }

    @Test
    void entriesCanBeNeitherChangedNorRemoved() {
        for (String sql :
                List.of(
                        "UPDATE audit_entries SET actor = 'x'",
                        "DELETE FROM audit_entries",
                        "TRUNCATE audit_entries")) {
            assertThatThrownBy(() -> database.db().useTransaction(h -> h.execute(sql)))
                    .hasMessageContaining("neither changed nor removed");
        }
    }

    @Test
    void sealsProveThatNothingChanged() {
        assertThat(audit.seal()).isEqualTo(5);
        record(6);
        assertThat(audit.seal()).isEqualTo(1);
        assertThat(audit.seal()).isZero();
        assertThat(audit.verify()).isEmpty();
    }

    @Test
    void aChangedEntryAndARemovedOneAreFound() {
        audit.seal();
        record(6);
        audit.seal();
        behindTheBack("UPDATE audit_entries SET actor = 'somebody' WHERE n = 3");
        assertThat(audit.verify()).singleElement().asString().contains("from 1 to 5");
        behindTheBack("DELETE FROM audit_entries WHERE n = 6");
        assertThat(audit.verify()).hasSize(2).last().asString().contains("[6]", "removed");
    }

    private void behindTheBack(String sql) {
        database.db()
                .useTransaction(h -> {
                    h.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER");
                    h.execute(sql);
                    h.execute("ALTER TABLE audit_entries ENABLE TRIGGER USER");
                });
    }

    @Test
    void theListIsFilteredAndPaged() {
        AuditFilter none = new AuditFilter(null, null, null, null, null);
        List<AuditStore.Row> first = audit.list(none, Cursor.START, 2);
        assertThat(first).hasSize(2);
        AuditStore.Row last = first.getLast();
        assertThat(audit.list(none, new Cursor(last.at(), last.id()), 10)).hasSize(3);
        assertThat(audit.list(new AuditFilter("acc_2", null, null, null, null), Cursor.START, 10))
                .singleElement()
                .satisfies(row -> assertThat(row.after()).isEqualTo("{\"disabled\": true}"));
    }
}
