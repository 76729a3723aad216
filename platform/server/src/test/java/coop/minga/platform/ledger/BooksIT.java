package coop.minga.platform.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/** The books prove themselves, and name the row when somebody changed one in the database. */
class BooksIT {

    private static final Explains TEST = new Explains("test", "t");
    private static final byte[] SEED = new byte[32];
    private static final LedgerAccount ISSUED =
            LedgerAccount.common("platform/issued/coin", Asset.COIN);
    private static final LedgerAccount REVENUE =
            LedgerAccount.common("platform/revenue/operator/coin", Asset.COIN);

    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    private final Ledger ledger = new Ledger(Clock.systemUTC());
    private final LedgerAccount wallet = owned("a");
    private final LedgerAccount other = owned("b");
    private TestDatabase database;
    private Db db;
    private Books books;

    @BeforeEach
    void someHistory() {
        database = TestDatabase.create();
        db = database.db();
        books = books(ledger);
        give(wallet, 1_000);
        give(other, 500);
        db.inTransaction(handle -> books.cutCheckpoint(handle));
        buy(wallet, 30);
        buy(wallet, 40);
        hold(wallet, 100);
        UUID held = hold(other, 200);
        db.inTransaction(h ->
                ledger.post(
                        h,
                        ids.next(),
                        held,
                        "purchase",
                        List.of(new Share(REVENUE, coins(150), "standard@1")),
                        TEST));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void honestBooksAreBalanced() {
        BooksReport report = books.verifyAndKeep();

        assertThat(report.findings()).isEmpty();
        assertThat(report.balanced()).isTrue();
        assertThat(report.assets())
                .singleElement()
                .satisfies(coin -> {
                    assertThat(coin.asset()).isEqualTo("COIN");
                    assertThat(coin.sumMinor()).isZero();
                    assertThat(coin.transfers()).isEqualTo(7);
                });
        assertThat(report.checkpoint()).isNotNull();
        assertThat(books.latest().verifiedAt()).isEqualTo(report.verifiedAt());
    }

    @Test
    void aFlippedAmountIsNamedBeforeAnyCheckpointSealsIt() {
        UUID purchase = buy(wallet, 50);

        tamper(
                "UPDATE ledger_postings SET amount = 5 WHERE transfer_id = '" + purchase + "'",
                "ledger_postings");

        assertFound("transfer-digest", "transfer " + purchase);
        assertFound("entry-balance", "transfer " + purchase + " posting 1");
    }

    @Test
    void aFlippedAmountIsNamedBehindACheckpoint() {
        UUID purchase = buy(wallet, 50);
        cut();
        buy(wallet, 1);

        tamper(
                "UPDATE ledger_postings SET amount = 51 WHERE transfer_id = '" + purchase + "'",
                "ledger_postings");

        assertFound("transfer-digest", "transfer " + purchase);
        assertFound("entry-balance", "transfer " + purchase + " posting 1");
    }

    @Test
    void aSwappedPostingIsNamed() {
        UUID purchase = buy(wallet, 50);

        tamper(
                "UPDATE ledger_postings SET from_account = to_account, to_account = from_account"
                        + " WHERE transfer_id = '"
                        + purchase
                        + "'",
                "ledger_postings");

        assertFound("transfer-digest", "transfer " + purchase);
    }

    @Test
    void postingsSwappedBetweenTransfersAreNamed() {
        UUID first = buy(wallet, 50);
        UUID second = buy(wallet, 60);

        tamper(
                "UPDATE ledger_postings SET transfer_id = CASE transfer_id WHEN '%s'::uuid THEN"
                                .formatted(first)
                        + " '%s'::uuid ELSE '%s'::uuid END, n = n + 1 WHERE transfer_id IN"
                                .formatted(second, first)
                        + " ('%s', '%s')".formatted(first, second),
                "ledger_postings");

        assertFound("transfer-digest", "transfer " + first);
        assertFound("transfer-digest", "transfer " + second);
    }

    @Test
    void aDeletedPostingIsNamed() {
        UUID purchase = buy(wallet, 50);
        buy(wallet, 60);

        tamper(
                "DELETE FROM ledger_postings WHERE transfer_id = '" + purchase + "'",
                "ledger_postings");

        assertFound("transfer-digest", "transfer " + purchase);
        assertFound("entry-missing", wallet.address() + " entry 4");
    }

    @Test
    void aDeletedTransferIsNamedByTheGapItLeaves() {
        UUID purchase = buy(wallet, 50);
        cut();
        buy(wallet, 60);

        tamper(
                "DELETE FROM ledger_postings WHERE transfer_id = '" + purchase + "'",
                "ledger_postings");
        tamper("DELETE FROM ledger_transfers WHERE id = '" + purchase + "'", "ledger_transfers");

        assertFound("entry-missing", wallet.address() + " entry 4");
        assertFound("checkpoint-count", "checkpoint 2");
        assertFound("account-balance", wallet.address());
    }

    @Test
    void aBalanceChangedOnItsOwnIsNamed() {
        tamper(
                "UPDATE ledger_accounts SET posted_credit = posted_credit + 1 WHERE address = '"
                        + wallet.address()
                        + "'",
                "ledger_accounts");

        assertFound("account-balance", wallet.address());
        assertFound("asset-sum", "COIN");
    }

    @Test
    void aHoldThatVanishedIsNamed() {
        UUID hold = hold(wallet, 10);

        db.useTransaction(handle ->
                handle.execute("DELETE FROM ledger_open_holds WHERE transfer_id = ?", hold));
        tamper(
                "UPDATE ledger_accounts SET held_debit = 0 WHERE address = '"
                        + wallet.address()
                        + "'",
                "ledger_accounts");

        assertFound("hold-open", "transfer " + hold);
        assertFound("account-held", wallet.address());
    }

    @Test
    void aTransferRewrittenWithItsHashIsCaughtByTheChain() {
        cut();
        tamper(
                "UPDATE ledger_transfers SET digest = sha256(digest) WHERE kind = 'grant'",
                "ledger_transfers");

        assertFound("checkpoint-merkle", "checkpoint 1");
    }

    @Test
    void aRemovedOrForgedCheckpointIsNamed() {
        cut();
        buy(wallet, 1);
        cut();
        tamper("DELETE FROM ledger_checkpoints WHERE n = 2", "ledger_checkpoints");
        assertFound("checkpoint-chain", "checkpoint 3");

        tamper("UPDATE ledger_checkpoints SET transfers = 5 WHERE n = 1", "ledger_checkpoints");
        assertFound("checkpoint-root", "checkpoint 1");

        tamper(
                "UPDATE ledger_checkpoints SET signature = sha512(signature) WHERE n = 3",
                "ledger_checkpoints");
        assertFound("checkpoint-signature", "checkpoint 3");
    }

    @Test
    void aTransferThatCommitsLateFallsIntoTheNextCheckpoint() {
        cut();
        long before = checkpoints();
        Handle late = db.jdbi().open();
        try {
            late.begin();
            ledger.transfer(late, grant(wallet, 5));
            buy(other, 2);
            cut();
            late.commit();
        } finally {
            late.close();
        }
        buy(other, 3);
        cut();

        assertThat(checkpoints()).isGreaterThan(before);
        assertThat(sealed()).isEqualTo(count("SELECT count(*) FROM ledger_transfers"));
        assertThat(books.verify().findings()).isEmpty();
    }

    @Test
    void aDatabaseThatMovedToAnotherServerGoesOnInANewEpoch() {
        cut();
        buy(wallet, 1);
        // As after a restore: rows bear transaction numbers this server is far from.
        tamper(
                "UPDATE ledger_transfers SET xid = (xid::text::bigint + 1000000)::text::xid8"
                        + " WHERE xid >= (SELECT max(upto_xid) FROM ledger_checkpoints)",
                "ledger_transfers");
        Ledger moved = new Ledger(Clock.systemUTC());
        Books movedBooks = books(moved);
        db.inTransaction(handle -> moved.transfer(handle, grant(wallet, 7)));
        db.inTransaction(movedBooks::cutCheckpoint);
        db.inTransaction(handle -> moved.transfer(handle, grant(wallet, 8)));
        db.inTransaction(movedBooks::cutCheckpoint);

        assertThat(movedBooks.verify().findings()).isEmpty();
        assertThat(sealed()).isEqualTo(count("SELECT count(*) FROM ledger_transfers"));
        assertThat(count("SELECT max(epoch) FROM ledger_epochs")).isEqualTo(2);
    }

    @Test
    void theCommandSaysBalancedOrNamesWhatIsNot() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(verify(out, "en")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("books: balanced");

        UUID purchase = buy(wallet, 50);
        tamper(
                "UPDATE ledger_postings SET amount = 5 WHERE transfer_id = '" + purchase + "'",
                "ledger_postings");

        assertThat(verify(out, "es")).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("libros: NO CUADRAN")
                .contains(purchase.toString());
    }

    // ------------------------------------------------------------------ shorthand

    private int verify(ByteArrayOutputStream out, String language) {
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        return BooksCommand.verify(db, SEED, Clock.systemUTC(), print, language);
    }

    private Books books(Ledger of) {
        return new Books(db, of, new CheckpointKey(SEED), Clock.systemUTC(), () -> "audit-head");
    }

    private void cut() {
        db.inTransaction(handle -> books.cutCheckpoint(handle));
    }

    private void assertFound(String check, String row) {
        assertThat(books.verify().findings())
                .extracting(finding -> finding.check() + " @ " + finding.row())
                .contains(check + " @ " + row);
    }

    private void tamper(String sql, String table) {
        db.useTransaction(handle -> {
            handle.execute("ALTER TABLE " + table + " DISABLE TRIGGER USER");
            assertThat(handle.execute(sql)).as(sql).isPositive();
            handle.execute("ALTER TABLE " + table + " ENABLE TRIGGER USER");
        });
    }

    private long checkpoints() {
        return count("SELECT count(*) FROM ledger_checkpoints");
    }

    private long sealed() {
        return count("SELECT sum(transfers) FROM ledger_checkpoints");
    }

    private long count(String sql) {
        Long count = db.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
        return count;
    }

    private LedgerAccount owned(String name) {
        return LedgerAccount.owned("team/" + name + "/coins/paid", Asset.COIN);
    }

    private void give(LedgerAccount account, long amount) {
        db.inTransaction(handle -> ledger.transfer(handle, grant(account, amount)));
    }

    private Transfer grant(LedgerAccount account, long amount) {
        return new Transfer(
                ids.next(),
                "grant",
                List.of(new Movement.Posting(ISSUED, account, coins(amount))),
                TEST);
    }

    private UUID buy(LedgerAccount account, long amount) {
        Transfer purchase = taking(account, amount);
        db.inTransaction(handle -> ledger.transfer(handle, purchase));
        return purchase.id();
    }

    private UUID hold(LedgerAccount account, long amount) {
        Transfer hold = taking(account, amount);
        db.inTransaction(handle -> ledger.hold(handle, new HoldRequest(hold, null)));
        return hold.id();
    }

    private Transfer taking(LedgerAccount account, long amount) {
        return new Transfer(
                ids.next(),
                "purchase",
                List.of(new Movement.Draw(List.of(account), REVENUE, coins(amount))),
                TEST);
    }

    private static Money coins(long minor) {
        return new Money(minor, Asset.COIN);
    }
}
