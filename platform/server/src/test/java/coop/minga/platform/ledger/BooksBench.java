package coop.minga.platform.ledger;

import coop.minga.platform.Ids;
import coop.minga.platform.db.Db;
import coop.minga.platform.db.TestDatabase;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Proves books of many postings, made by set-based SQL with the hashes the host would have written,
 * and exports them; then changes one byte and proves them again. Prints, judges nothing.
 *
 * <p>Arguments: how many postings (1,000,000 unless said). Run it with a small heap: it must be
 * enough for any number.
 */
final class BooksBench {

    private static final int PIECE = 500_000;
    private static final int WALLETS = 20_000;

    private final TestDatabase database = TestDatabase.create();
    private final Db db = database.db();
    private final Clock clock = Clock.systemUTC();
    private final Ids ids = new Ids(clock, new SecureRandom());
    private final Ledger ledger = new Ledger(clock);
    private final Books books =
            new Books(db, ledger, new CheckpointKey(new byte[32]), clock, () -> "");

    private BooksBench() {}

    public static void main(String[] arguments) throws IOException {
        long postings = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        new BooksBench().measure(postings);
    }

    private void measure(long postings) throws IOException {
        Instant start = clock.instant();
        fill(postings);
        print("made", postings, start);

        start = clock.instant();
        require(books.verify(), 0);
        print("proved", postings, start);

        start = clock.instant();
        new Journal(db).write(OutputStream.nullOutputStream(), Instant.EPOCH, clock.instant());
        print("exported", postings, start);

        db.useTransaction(handle -> {
            handle.execute("ALTER TABLE ledger_postings DISABLE TRIGGER USER");
            handle.execute(
                    """
                    UPDATE ledger_postings SET rule = 'standard@2'
                     WHERE id = (SELECT min(id) + (max(id) - min(id)) / 2 FROM ledger_postings)
                    """);
        });
        start = clock.instant();
        BooksReport report = require(books.verify(), 1);
        print("proved with one byte changed", postings, start);
        System.out.println("named: " + report.findings().getFirst().row());
        database.close();
    }

    private static BooksReport require(BooksReport report, int findings) {
        if (report.findings().size() != findings) {
            throw new IllegalStateException("Found " + report.findings());
        }
        return report;
    }

    private void print(String what, long postings, Instant start) {
        double seconds = Duration.between(start, clock.instant()).toMillis() / 1_000.0;
        System.out.printf(
                Locale.ROOT,
                "%s: %,d postings in %.1f s, %,.0f/s, peak heap %,d MB%n",
                what,
                postings,
                seconds,
                postings / seconds,
                peak() >> 20);
    }

    private static long peak() {
        List<MemoryPoolMXBean> pools =
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getType() == MemoryType.HEAP)
                        .toList();
        long sum = pools.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
        pools.forEach(MemoryPoolMXBean::resetPeakUsage);
        return sum;
    }

    /** Purchases of one coin by wallets in turn, sealed every so often as in life. */
    private void fill(long postings) {
        db.useTransaction(handle -> {
            // One real transfer, so that the epoch and the accounts of the house are there.
            ledger.transfer(
                    handle,
                    new Transfer(
                            ids.next(),
                            "bench",
                            List.of(
                                    new Movement.Posting(
                                            LedgerAccount.common("platform/a/coin", Asset.COIN),
                                            LedgerAccount.common("platform/b/coin", Asset.COIN),
                                            new Money(1, Asset.COIN))),
                            new Explains("bench", "start")));
            handle.createUpdate(
                            """
                            INSERT INTO ledger_accounts (address, asset, non_negative, created_at)
                            SELECT 'team/bench/' || w || '/coins/paid', 'COIN', false, now()
                              FROM generate_series(0, :wallets - 1) w
                            """)
                    .bind("wallets", WALLETS)
                    .execute();
            handle.execute(
                    """
                    INSERT INTO ledger_accounts (address, asset, non_negative, created_at)
                    VALUES ('platform/revenue/bench/coin', 'COIN', false, now())
                    """);
        });
        for (long done = 0; done < postings; done += PIECE) {
            piece(done, Math.min(postings, done + PIECE));
        }
        db.useTransaction(handle -> handle.execute("ANALYZE ledger_transfers, ledger_postings"));
    }

    private void piece(long from, long to) {
        db.useTransaction(handle -> {
            handle.createUpdate(
                            """
                            CREATE TEMP TABLE bench ON COMMIT DROP AS
                            SELECT i, a.id AS wallet, a.address, r.id AS revenue,
                                   (lpad(to_hex(1764000000000 + i / 10), 12, '0') || '7000'
                                    || '8000' || lpad(to_hex(i), 12, '0'))::uuid AS id,
                                   timestamptz '2026-01-01' + i * interval '1 millisecond' AS at,
                                   i / :wallets + 1 AS entry, i + 1 AS revenue_entry
                              FROM generate_series(:from, :to - 1) i
                              JOIN ledger_accounts a
                                ON a.address = 'team/bench/' || i % :wallets || '/coins/paid'
                              JOIN ledger_accounts r ON r.address = 'platform/revenue/bench/coin'
                            """)
                    .bind("from", from)
                    .bind("to", to)
                    .bind("wallets", WALLETS)
                    .execute();
            handle.execute(
                    """
                    CREATE OR REPLACE FUNCTION pg_temp.t(v text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
                    $$ SELECT int8send(octet_length(convert_to(v, 'UTF8')))
                              || convert_to(v, 'UTF8') $$
                    """);
            handle.execute(
                    """
                    INSERT INTO ledger_transfers
                           (id, kind, phase, explains_type, explains_id, input_hash, digest, at,
                            epoch)
                    SELECT id, 'purchase', 'final', 'bench', i::text, '\\x00',
                           sha256(pg_temp.t('minga transfer 1') || uuid_send(id)
                                  || pg_temp.t('purchase') || pg_temp.t('final')
                                  || int8send(0) || int8send(0)
                                  || pg_temp.t('bench') || pg_temp.t(i::text)
                                  || int8send((extract(epoch FROM at) * 1000000)::bigint)
                                  || int8send(0)
                                  || int8send(1) || pg_temp.t(address)
                                  || pg_temp.t('platform/revenue/bench/coin')
                                  || pg_temp.t('COIN') || int8send(1) || int8send(0)
                                  || pg_temp.t('standard@1') || int8send(entry)
                                  || int8send(revenue_entry) || int8send(-entry)
                                  || int8send(revenue_entry)),
                           at, (SELECT max(epoch) FROM ledger_epochs)
                      FROM bench ORDER BY i
                    """);
            handle.execute(
                    """
                    INSERT INTO ledger_postings
                           (transfer_id, n, from_account, to_account, amount, pending, rule,
                            from_entry, to_entry, from_balance, to_balance)
                    SELECT id, 1, wallet, revenue, 1, false, 'standard@1', entry, revenue_entry,
                           -entry, revenue_entry
                      FROM bench ORDER BY i
                    """);
            handle.execute(
                    """
                    UPDATE ledger_accounts a
                       SET posted_debit = posted_debit + b.n, entries = entries + b.n
                      FROM (SELECT wallet, count(*) AS n FROM bench GROUP BY wallet) b
                     WHERE a.id = b.wallet
                    """);
            handle.execute(
                    """
                    UPDATE ledger_accounts a
                       SET posted_credit = posted_credit + b.n, entries = entries + b.n
                      FROM (SELECT revenue, count(*) AS n FROM bench GROUP BY revenue) b
                     WHERE a.id = b.revenue
                    """);
        });
        db.inTransaction(books::cutCheckpoint);
    }
}
