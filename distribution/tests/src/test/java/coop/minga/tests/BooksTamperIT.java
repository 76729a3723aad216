package coop.minga.tests;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Somebody changes the ledger's rows behind the host's back; the books say so and say where. */
class BooksTamperIT {

    private static RunningMinga minga;

    @BeforeAll
    static void start() {
        minga = RunningMinga.started();
        minga.setUp();
        // Every account gets its welcome coins: transfers enough.
        for (String name : List.of("ana", "berta", "carla")) {
            minga.caller().signUp(name);
        }
    }

    @AfterAll
    static void stop() {
        minga.close();
    }

    /** Does it, looks, and undoes it. */
    private static void found(String change, String undo, String... names) throws Exception {
        try (Connection connection = Books.connect(minga);
                Statement statement = connection.createStatement()) {
            assertThat(minga.run("books", "verify").code()).as("before").isZero();
            statement.execute("ALTER TABLE ledger_postings DISABLE TRIGGER USER");
            statement.execute("ALTER TABLE ledger_transfers DISABLE TRIGGER USER");
            try {
                assertThat(statement.executeUpdate(change)).isPositive();
                RunningMinga.Ran ran = minga.run("books", "verify");
                System.out.println(ran.said());
                assertThat(ran.code()).as(ran.said()).isEqualTo(1);
                assertThat(ran.said()).contains(names);
            } finally {
                statement.executeUpdate(undo);
                statement.execute("ALTER TABLE ledger_postings ENABLE TRIGGER USER");
                statement.execute("ALTER TABLE ledger_transfers ENABLE TRIGGER USER");
            }
            assertThat(minga.run("books", "verify").code()).as("after the undo").isZero();
        }
    }

    private static List<String> ids() throws Exception {
        try (Connection connection = Books.connect(minga);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT transfer_id FROM ledger_postings WHERE n =
                                    (SELECT min(n) FROM ledger_postings)
                                ORDER BY id
                                """)) {
            List<String> ids = new ArrayList<>();
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
            assertThat(ids).hasSizeGreaterThanOrEqualTo(2);
            return ids;
        }
    }

    @Test
    void aFlippedAmountIsFoundAndNamed() throws Exception {
        String id = ids().getFirst();
        String where = " WHERE transfer_id = '" + id + "'";
        found(
                "UPDATE ledger_postings SET amount = amount # 64" + where,
                "UPDATE ledger_postings SET amount = amount # 64" + where,
                id);
    }

    @Test
    void aDeletedRowIsFoundAndNamed() throws Exception {
        String id = ids().getFirst();
        String where = " WHERE transfer_id = '" + id + "'";
        try (Connection connection = Books.connect(minga);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE stolen AS SELECT * FROM ledger_postings" + where);
        }
        found(
                "DELETE FROM ledger_postings" + where,
                "INSERT INTO ledger_postings OVERRIDING SYSTEM VALUE SELECT * FROM stolen",
                id);
    }

    @Test
    void aSwappedPostingIsFoundAndNamed() throws Exception {
        String id = ids().getFirst();
        String swap =
                "UPDATE ledger_postings SET from_account = to_account, to_account = from_account"
                        + " WHERE transfer_id = '"
                        + id
                        + "'";
        found(swap, swap, id);
    }
}
