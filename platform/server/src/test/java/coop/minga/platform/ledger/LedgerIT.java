package coop.minga.platform.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The books under ordinary use, repetition and concurrency, on a real database. */
class LedgerIT {

    private static final Explains TEST = new Explains("test", "t");
    private static final LedgerAccount ISSUED =
            LedgerAccount.common("platform/coins/issued", Asset.COIN);
    private static final LedgerAccount REVENUE =
            LedgerAccount.common("platform/revenue/operator/coin", Asset.COIN);

    private static TestDatabase database;
    private static Db db;

    private final Ids ids = new Ids(Clock.systemUTC(), new SecureRandom());
    private final Ledger ledger = new Ledger(Clock.systemUTC());

    @BeforeAll
    static void open() {
        database = TestDatabase.create();
        db = database.db();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void aTransferMovesAndItsRepetitionDoesNot() {
        LedgerAccount wallet = wallet();
        Transfer grant = grant(wallet, 500);

        Recorded first = db.inTransaction(handle -> ledger.transfer(handle, grant));
        Recorded again = db.inTransaction(handle -> ledger.transfer(handle, grant));

        assertThat(again).isEqualTo(first);
        assertThat(first.lines())
                .extracting(Recorded.Line::toAddress)
                .containsExactly(wallet.address());
        assertThat(posted(wallet)).isEqualTo(500);
    }

    @Test
    void theSameIdForSomethingElseIsRefused() {
        LedgerAccount wallet = wallet();
        Transfer grant = grant(wallet, 500);
        db.inTransaction(handle -> ledger.transfer(handle, grant));

        Transfer other = new Transfer(grant.id(), "grant", grant(wallet, 501).movements(), TEST);

        assertThatThrownBy(() -> db.inTransaction(handle -> ledger.transfer(handle, other)))
                .isInstanceOf(MingaException.class)
                .hasMessageContaining("ledger.idempotency-mismatch");
        assertThat(posted(wallet)).isEqualTo(500);
    }

    @Test
    void oneHundredParallelRepetitionsHaveOneEffectAndEqualAnswers() throws Exception {
        LedgerAccount wallet = wallet();
        Transfer grant = grant(wallet, 70);

        List<Recorded> answers =
                inParallel(100, () -> db.inTransaction(handle -> ledger.transfer(handle, grant)));

        assertThat(answers).hasSize(100);
        assertThat(answers.stream().distinct()).hasSize(1);
        assertThat(posted(wallet)).isEqualTo(70);
    }

    @Test
    void fiftyParallelHoldsForOneOrdersWorthLetExactlyOneThrough() throws Exception {
        LedgerAccount wallet = funded(100);

        List<Boolean> held =
                inParallel(
                        50,
                        () -> {
                            Transfer hold = take(wallet, 100);
                            try {
                                db.inTransaction(
                                        handle -> ledger.hold(handle, new HoldRequest(hold, null)));
                                return true;
                            } catch (Shortfall e) {
                                return false;
                            }
                        });

        assertThat(held.stream().filter(won -> won)).hasSize(1);
        assertThat(balance(wallet).available().minor()).isZero();
        assertThat(balance(wallet).held().minor()).isEqualTo(100);
    }

    @Test
    void aHoldIsEitherPostedOrVoidedWhoeverRaces() throws Exception {
        for (int round = 0; round < 20; round++) {
            LedgerAccount wallet = funded(100);
            Transfer hold = take(wallet, 100);
            db.inTransaction(handle -> ledger.hold(handle, new HoldRequest(hold, null)));
            UUID post = ids.next();
            UUID release = ids.next();
            int[] turn = {0};

            List<String> outcomes =
                    inParallel(
                            8,
                            () -> {
                                boolean posts;
                                synchronized (turn) {
                                    posts = turn[0]++ % 2 == 0;
                                }
                                try {
                                    db.inTransaction(handle ->
                                            posts
                                                    ? ledger.post(
                                                            handle,
                                                            post,
                                                            hold.id(),
                                                            "purchase",
                                                            share(60),
                                                            TEST)
                                                    : ledger.voidHold(
                                                            handle, release, hold.id(), "release",
                                                            TEST));
                                    return posts ? "posted" : "voided";
                                } catch (MingaException e) {
                                    return e.code().code();
                                }
                            });

            long balance = posted(wallet);
            assertThat(balance(wallet).held().minor()).isZero();
            assertThat(outcomes)
                    .as("4 of one kind win, 4 of the other lose: %s", outcomes)
                    .filteredOn(outcome -> outcome.equals("ledger.hold-resolved"))
                    .hasSize(4);
            assertThat(balance).isEqualTo(outcomes.contains("posted") ? 40 : 100);
        }
    }

    @Test
    void aDrawTakesFromTheAccountsInTheirOrder() {
        LedgerAccount first = funded(30);
        LedgerAccount second = funded(50);
        Transfer draw =
                new Transfer(
                        ids.next(),
                        "purchase",
                        List.of(new Movement.Draw(List.of(first, second), REVENUE, coins(45))),
                        TEST);

        Recorded recorded = db.inTransaction(handle -> ledger.transfer(handle, draw));

        assertThat(recorded.lines())
                .extracting(line -> line.amount().minor())
                .containsExactly(30L, 15L);
        assertThat(posted(first)).isZero();
        assertThat(posted(second)).isEqualTo(35);
    }

    @Test
    void aRepeatedPurchaseIsAnsweredEvenWhenTheFundsAreGone() {
        LedgerAccount wallet = funded(30);
        Transfer purchase = take(wallet, 30);
        Recorded first = db.inTransaction(handle -> ledger.transfer(handle, purchase));

        Recorded again = db.inTransaction(handle -> ledger.transfer(handle, purchase));

        assertThat(again).isEqualTo(first);
    }

    @Test
    void aHoldPastItsTimeCannotBePostedAndIsFreed() {
        LedgerAccount wallet = funded(80);
        Transfer hold = take(wallet, 80);
        Instant past = Instant.now().minusSeconds(1);
        db.inTransaction(handle -> ledger.hold(handle, new HoldRequest(hold, past)));

        assertThatThrownBy(() ->
                        db.inTransaction(handle ->
                                ledger.post(
                                        handle,
                                        ids.next(),
                                        hold.id(),
                                        "purchase",
                                        share(80),
                                        TEST)))
                .hasMessageContaining("ledger.hold-resolved");
        db.inTransaction(handle -> ledger.expire(handle, 100));

        assertThat(balance(wallet).available().minor()).isEqualTo(80);
    }

    @Test
    void aReversalGivesEverythingBackOnce() {
        LedgerAccount wallet = funded(90);
        Transfer purchase = take(wallet, 90);
        db.inTransaction(handle -> ledger.transfer(handle, purchase));
        UUID reversal = ids.next();

        db.inTransaction(
                handle -> ledger.reverse(handle, reversal, purchase.id(), "mistake", TEST));
        db.inTransaction(
                handle -> ledger.reverse(handle, reversal, purchase.id(), "mistake", TEST));

        assertThat(posted(wallet)).isEqualTo(90);
        assertThatThrownBy(() ->
                        db.inTransaction(handle ->
                                ledger.reverse(handle, ids.next(), purchase.id(), "mistake", TEST)))
                .hasMessageContaining("ledger.already-reversed");
    }

    @Test
    void theDatabaseItselfRefusesOverdraftsAndChanges() {
        LedgerAccount wallet = funded(10);

        assertThatThrownBy(() ->
                        sql(
                                "UPDATE ledger_accounts SET posted_debit = posted_debit +"
                                        + " 11 WHERE address = '"
                                        + wallet.address()
                                        + "'"))
                .hasMessageContaining("ledger_accounts_no_overdraft");
        assertThatThrownBy(() -> sql("UPDATE ledger_postings SET amount = amount + 1"))
                .hasMessageContaining("append-only");
        assertThatThrownBy(() -> sql("DELETE FROM ledger_transfers"))
                .hasMessageContaining("append-only");
        assertThatThrownBy(() -> sql("TRUNCATE ledger_checkpoints"))
                .hasMessageContaining("append-only");
    }

    @Test
    void aBatchHoldsForManyInOneGoAndAnswersWhatItKnows() {
        List<HoldRequest> requests = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            requests.add(new HoldRequest(take(funded(20), 20), null));
        }
        Recorded known = db.inTransaction(handle -> ledger.hold(handle, requests.get(7)));

        List<Recorded> answers = db.inTransaction(handle -> ledger.holdAll(handle, requests));

        assertThat(answers).hasSize(50);
        assertThat(answers.get(7)).isEqualTo(known);
        assertThat(answers.get(31).id()).isEqualTo(requests.get(31).transfer().id());
    }

    @Test
    void statementsPageThroughEveryEntryWithItsBalance() {
        LedgerAccount wallet = funded(100);
        for (int i = 1; i <= 9; i++) {
            Transfer purchase = take(wallet, i);
            db.inTransaction(handle -> ledger.transfer(handle, purchase));
        }

        List<Entry> all = new ArrayList<>();
        String cursor = "";
        while (true) {
            String from = cursor;
            List<Entry> page = db.read(handle -> ledger.entries(handle, List.of(wallet), from, 4));
            all.addAll(page);
            if (page.size() < 4) {
                break;
            }
            cursor = page.getLast().id();
        }

        assertThat(all)
                .extracting(entry -> entry.amount().minor())
                .containsExactly(-9L, -8L, -7L, -6L, -5L, -4L, -3L, -2L, -1L, 100L);
        assertThat(all.getFirst().balance().minor()).isEqualTo(55);
        assertThat(all.getLast().balance().minor()).isEqualTo(100);
    }

    @Test
    void randomOperationsFromManyThreadsConserveEveryCoin() throws Exception {
        long seed = Long.getLong("minga.seed", System.nanoTime());
        System.out.println("randomOperationsFromManyThreadsConserveEveryCoin -Dminga.seed=" + seed);
        List<LedgerAccount> wallets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            wallets.add(funded(1_000));
        }
        List<Callable<Map<String, Integer>>> workers = new ArrayList<>();
        for (int w = 0; w < 6; w++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + w);
            workers.add(() -> operate(random, wallets, 60));
        }
        Map<String, Integer> counts = new HashMap<>();
        for (Map<String, Integer> one : run(workers)) {
            one.forEach((key, count) -> counts.merge(key, count, Integer::sum));
        }

        assertThat(counts).as("seed %d", seed).containsKeys("transfer", "hold", "post", "void");
        Books books =
                new Books(db, ledger, new CheckpointKey(new byte[32]), Clock.systemUTC(), () -> "");
        db.inTransaction(books::cutCheckpoint);
        assertThat(books.verify().findings()).as("seed %d", seed).isEmpty();
    }

    private Map<String, Integer> operate(
            RandomGenerator random, List<LedgerAccount> wallets, int times) {
        Map<String, Integer> done = new HashMap<>();
        List<UUID> holds = new ArrayList<>();
        List<UUID> moved = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            LedgerAccount wallet = wallets.get(random.nextInt(wallets.size()));
            LedgerAccount other = wallets.get(random.nextInt(wallets.size()));
            int choice = random.nextInt(6);
            long amount = random.nextLong(1, 200);
            try {
                switch (choice) {
                    case 0 -> {
                        UUID id = ids.next();
                        Movement move =
                                wallet.equals(other)
                                        ? new Movement.Posting(ISSUED, wallet, coins(amount))
                                        : new Movement.Posting(wallet, other, coins(amount));
                        db.inTransaction(h ->
                                ledger.transfer(h, new Transfer(id, "move", List.of(move), TEST)));
                        moved.add(id);
                        done.merge("transfer", 1, Integer::sum);
                    }
                    case 1, 2 -> {
                        Transfer hold = take(wallet, amount);
                        db.inTransaction(h -> ledger.hold(h, new HoldRequest(hold, null)));
                        holds.add(hold.id());
                        done.merge("hold", 1, Integer::sum);
                    }
                    case 3 -> {
                        if (!holds.isEmpty()) {
                            UUID hold = holds.removeFirst();
                            db.inTransaction(
                                    h -> ledger.post(h, ids.next(), hold, "post", share(1), TEST));
                            done.merge("post", 1, Integer::sum);
                        }
                    }
                    case 4 -> {
                        if (!holds.isEmpty()) {
                            UUID hold = holds.removeLast();
                            db.inTransaction(
                                    h -> ledger.voidHold(h, ids.next(), hold, "void", TEST));
                            done.merge("void", 1, Integer::sum);
                        }
                    }
                    case 5 -> {
                        if (!moved.isEmpty()) {
                            UUID transfer = moved.removeFirst();
                            db.inTransaction(
                                    h -> ledger.reverse(h, ids.next(), transfer, "undo", TEST));
                            done.merge("reverse", 1, Integer::sum);
                        }
                    }
                    default -> throw new IllegalStateException();
                }
            } catch (Shortfall e) {
                done.merge("refused", 1, Integer::sum);
            }
        }
        return done;
    }

    // ------------------------------------------------------------------ shorthand

    private LedgerAccount wallet() {
        return LedgerAccount.owned("team/" + ids.next() + "/coins/paid", Asset.COIN);
    }

    private LedgerAccount funded(long amount) {
        LedgerAccount wallet = wallet();
        db.inTransaction(handle -> ledger.transfer(handle, grant(wallet, amount)));
        return wallet;
    }

    private Transfer grant(LedgerAccount wallet, long amount) {
        return new Transfer(
                ids.next(),
                "grant",
                List.of(new Movement.Posting(ISSUED, wallet, coins(amount))),
                TEST);
    }

    private Transfer take(LedgerAccount wallet, long amount) {
        return new Transfer(
                ids.next(),
                "purchase",
                List.of(new Movement.Draw(List.of(wallet), REVENUE, coins(amount))),
                TEST);
    }

    private static List<Share> share(long amount) {
        return List.of(new Share(REVENUE, coins(amount), "standard@1"));
    }

    private static Money coins(long minor) {
        return new Money(minor, Asset.COIN);
    }

    private long posted(LedgerAccount account) {
        return balance(account).posted().minor();
    }

    private Balance balance(LedgerAccount account) {
        return db.read(handle -> ledger.balances(handle, List.of(account)).get(account));
    }

    private static void sql(String statement) {
        db.useTransaction(handle -> handle.execute(statement));
    }

    static <T> List<T> inParallel(int times, Callable<T> work) throws Exception {
        return run(java.util.Collections.nCopies(times, work));
    }

    static <T> List<T> run(List<Callable<T>> work) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> one : work) {
                futures.add(
                        threads.submit(() -> {
                            start.await();
                            return one.call();
                        }));
            }
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
