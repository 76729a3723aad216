package coop.minga.platform.ledger;

import coop.minga.platform.db.Db;
import coop.minga.platform.http.Json;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Proves the books: recomputes every hash, every balance and the whole chain from the rows, in
 * memory that does not grow with their number. Thread-safe.
 */
public final class Books {

    /** A proof that finds more stops counting: the first ones tell where to look. */
    public static final int MAX_FINDINGS = 100;

    private static final int REPORTS_KEPT = 200;

    /** A proof this quick may be made anew for every look at the page. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    private static final Duration FRESH = Duration.ofSeconds(2);

    private final Db db;
    private final CheckpointKey key;
    private final Clock clock;
    private final Checkpoints checkpoints;
    private final Ledger ledger;
    private final BooksStore store = new BooksStore();

    /**
     * @param witness gives the head of the audit log's chain, to be sealed along
     */
    public Books(Db db, Ledger ledger, CheckpointKey key, Clock clock, Supplier<String> witness) {
        this.db = db;
        this.key = key;
        this.clock = clock;
        this.ledger = ledger;
        this.checkpoints = new Checkpoints(ledger, key, clock, witness);
    }

    /** Cuts a checkpoint if there is anything to seal; joins the caller's transaction. */
    boolean cutCheckpoint(Handle handle) {
        return checkpoints.cut(handle);
    }

    /** Voids holds whose time is over; joins the caller's transaction. */
    int expireHolds(Handle handle, int limit) {
        return ledger.expire(handle, limit);
    }

    /** The newest report; a new one where that is quick to have. */
    public BooksReport latest() {
        Optional<BooksReport> last =
                db.read(store::lastReport).map(json -> Json.read(json, BooksReport.class));
        if (last.isPresent()) {
            BooksReport report = last.get();
            boolean fresh =
                    Duration.between(report.verifiedAt(), clock.instant()).compareTo(FRESH) < 0;
            if (fresh || report.tookMs() > QUICK.toMillis()) {
                return report;
            }
        }
        return verifyAndKeep();
    }

    /** Proves the books and keeps the report for the page. */
    public BooksReport verifyAndKeep() {
        if (db.read(store::lastCheckpoint).isEmpty()) {
            // The page shows the chain from the first minute on.
            db.inTransaction(this::cutCheckpoint);
        }
        BooksReport report = verify();
        db.useTransaction(handle ->
                store.saveReport(
                        handle,
                        report.verifiedAt(),
                        report.balanced(),
                        Json.write(report),
                        REPORTS_KEPT));
        return report;
    }

    /** Proves the books against one snapshot of the database; writes nothing. */
    public BooksReport verify() {
        Instant start = clock.instant();
        return db.inSnapshot(handle -> {
            Proof proof = new Proof();
            proof.transfers(handle);
            proof.postingsWithoutTransfer(handle);
            proof.accounts(handle);
            proof.holds(handle);
            Checkpoint last = proof.chain(handle);
            Instant end = clock.instant().truncatedTo(ChronoUnit.MICROS);
            return new BooksReport(
                    proof.findings.isEmpty(),
                    proof.sums(),
                    last == null
                            ? null
                            : new BooksReport.CheckpointView(
                                    last.n(), HexFormat.of().formatHex(last.root()), last.at()),
                    end,
                    Math.max(0, Duration.between(start, end).toMillis()),
                    proof.findings);
        });
    }

    /** One run of the proof. */
    private final class Proof {

        private final List<BooksReport.Finding> findings = new ArrayList<>();
        private final Map<String, long[]> sums = new TreeMap<>();

        List<BooksReport.AssetSum> sums() {
            List<BooksReport.AssetSum> list = new ArrayList<>();
            sums.forEach((asset, sum) ->
                    list.add(new BooksReport.AssetSum(asset, sum[0], sum[1], sum[2])));
            return list;
        }

        private void found(String check, String row, String english, String spanish) {
            if (findings.size() < MAX_FINDINGS) {
                findings.add(
                        new BooksReport.Finding(check, row, Map.of("en", english, "es", spanish)));
            }
        }

        private long[] sum(String asset) {
            return sums.computeIfAbsent(asset, code -> new long[3]);
        }

        // ---------------------------------------------------------- transfers

        void transfers(Handle handle) {
            try (ResultIterator<BooksStore.ProofLine> lines = store.transfers(handle)) {
                List<BooksStore.ProofLine> one = new ArrayList<>();
                while (lines.hasNext()) {
                    BooksStore.ProofLine line = lines.next();
                    if (!one.isEmpty() && !one.getFirst().id().equals(line.id())) {
                        transfer(one);
                        one.clear();
                    }
                    one.add(line);
                }
                if (!one.isEmpty()) {
                    transfer(one);
                }
            }
        }

        private void transfer(List<BooksStore.ProofLine> lines) {
            BooksStore.ProofLine head = lines.getFirst();
            TransferDigest digest =
                    new TransferDigest(
                            head.id(),
                            head.kind(),
                            head.phase(),
                            head.target(),
                            head.explains(),
                            head.at(),
                            head.expiresAt());
            List<String> assets = new ArrayList<>();
            for (BooksStore.ProofLine line : lines) {
                if (line.n() == 0) {
                    continue;
                }
                String fromAsset = line.fromAsset();
                if (line.from() == null || line.to() == null || fromAsset == null) {
                    found(
                            "posting-account",
                            posting(line.id(), line.n()),
                            "The account of this posting is gone.",
                            "La cuenta de este asiento ya no existe.");
                    return;
                }
                if (!fromAsset.equals(line.toAsset())) {
                    found(
                            "posting-asset",
                            posting(line.id(), line.n()),
                            "Its two accounts hold different assets.",
                            "Sus dos cuentas tienen activos distintos.");
                }
                if (line.pending() != head.phase().equals("hold")) {
                    found(
                            "posting-pending",
                            posting(line.id(), line.n()),
                            "It is pending in a transfer that moves, or the other way round.",
                            "Está pendiente en una transferencia firme, o al revés.");
                }
                if (!assets.contains(fromAsset)) {
                    assets.add(fromAsset);
                }
                digest.posting(
                        line.n(),
                        line.from(),
                        line.to(),
                        fromAsset,
                        line.amount(),
                        line.pending(),
                        line.rule() == null ? "" : line.rule(),
                        line.fromEntry(),
                        line.toEntry(),
                        line.fromBalance(),
                        line.toBalance());
            }
            assets.forEach(asset -> sum(asset)[2]++);
            if (!MessageDigest.isEqual(digest.finish(), head.digest())) {
                found(
                        "transfer-digest",
                        "transfer " + head.id(),
                        "The transfer or one of its postings was changed, added or removed.",
                        "La transferencia o uno de sus asientos fue cambiado, agregado o borrado.");
            }
        }

        void postingsWithoutTransfer(Handle handle) {
            for (BooksStore.Misfit orphan : store.orphanPostings(handle, MAX_FINDINGS)) {
                found(
                        "posting-orphan",
                        "posting " + orphan.row(),
                        "Its transfer was removed.",
                        "Su transferencia fue borrada.");
            }
        }

        // ---------------------------------------------------------- accounts

        void accounts(Handle handle) {
            try (ResultIterator<BooksStore.LegLine> legs = store.legs(handle)) {
                Account account = null;
                while (legs.hasNext()) {
                    BooksStore.LegLine leg = legs.next();
                    if (account == null || account.head.account() != leg.account()) {
                        if (account != null) {
                            account.finish();
                        }
                        account = new Account(leg);
                    }
                    if (leg.transfer() != null) {
                        account.entry(leg, leg.transfer());
                    }
                }
                if (account != null) {
                    account.finish();
                }
            }
            sums.forEach((asset, sum) -> {
                if (sum[0] != 0) {
                    found(
                            "asset-sum",
                            asset,
                            "All accounts together hold " + sum[0] + " instead of 0.",
                            "Todas las cuentas juntas suman " + sum[0] + " en vez de 0.");
                }
            });
        }

        private final class Account {

            private final BooksStore.LegLine head;
            private long debit;
            private long credit;
            private long entries;

            Account(BooksStore.LegLine head) {
                this.head = head;
            }

            void entry(BooksStore.LegLine leg, UUID transfer) {
                entries++;
                if (leg.entry() != entries) {
                    found(
                            "entry-missing",
                            head.address() + " entry " + entries,
                            "Entry %d is missing before posting %s; it was removed or moved."
                                    .formatted(entries, posting(transfer, leg.n())),
                            "Falta el asiento %d antes de %s; fue borrado o movido."
                                    .formatted(entries, posting(transfer, leg.n())));
                    // Told once; what follows is compared from here on.
                    entries = leg.entry();
                }
                if (leg.delta() < 0) {
                    debit = Math.subtractExact(debit, leg.delta());
                } else {
                    credit = Math.addExact(credit, leg.delta());
                }
                long balance = Math.subtractExact(credit, debit);
                if (leg.balance() != balance) {
                    found(
                            "entry-balance",
                            posting(transfer, leg.n()),
                            "%s should have %d after it, the books say %d: its amount or an earlier"
                                            .formatted(head.address(), balance, leg.balance())
                                    + " one was changed.",
                            "%s debería tener %d después, los libros dicen %d: su monto o uno"
                                            .formatted(head.address(), balance, leg.balance())
                                    + " anterior fue cambiado.");
                    // Told once; what follows is compared from here on.
                    credit = Math.addExact(credit, Math.subtractExact(leg.balance(), balance));
                }
            }

            void finish() {
                long[] sum = sum(head.asset());
                long balance = Math.subtractExact(head.postedCredit(), head.postedDebit());
                sum[0] = Math.addExact(sum[0], balance);
                sum[1]++;
                if (debit != head.postedDebit()
                        || credit != head.postedCredit()
                        || entries != head.entries()) {
                    found(
                            "account-balance",
                            head.address(),
                            "Its postings say -%d +%d in %d entries, the account -%d +%d in %d."
                                    .formatted(
                                            debit,
                                            credit,
                                            entries,
                                            head.postedDebit(),
                                            head.postedCredit(),
                                            head.entries()),
                            "Sus asientos dicen -%d +%d en %d, la cuenta -%d +%d en %d."
                                    .formatted(
                                            debit,
                                            credit,
                                            entries,
                                            head.postedDebit(),
                                            head.postedCredit(),
                                            head.entries()));
                }
                if (head.nonNegative() && Math.subtractExact(balance, head.heldDebit()) < 0) {
                    found(
                            "account-overdrawn",
                            head.address(),
                            "It is below zero and must not be.",
                            "Está por debajo de cero y no puede estarlo.");
                }
            }
        }

        // ---------------------------------------------------------- holds

        void holds(Handle handle) {
            for (BooksStore.Misfit misfit : store.heldMisfits(handle, MAX_FINDINGS)) {
                found(
                        "account-held",
                        misfit.row(),
                        "Its open holds sum to %d, the account says %d."
                                .formatted(misfit.expected(), misfit.actual()),
                        "Sus retenciones abiertas suman %d, la cuenta dice %d."
                                .formatted(misfit.expected(), misfit.actual()));
            }
            for (BooksStore.Misfit misfit : store.openHoldMisfits(handle, MAX_FINDINGS)) {
                found(
                        "hold-open",
                        "transfer " + misfit.row(),
                        misfit.expected() == 1
                                ? "The hold is open but not listed as open."
                                : "The hold is listed as open but is not.",
                        misfit.expected() == 1
                                ? "La retención está abierta pero no figura como abierta."
                                : "La retención figura como abierta pero no lo está.");
            }
            for (BooksStore.Misfit misfit : store.overposted(handle, MAX_FINDINGS)) {
                found(
                        "hold-overposted",
                        "transfer " + misfit.row(),
                        "It takes %d of %d that were held."
                                .formatted(misfit.actual(), misfit.expected()),
                        "Toma %d de %d que estaban retenidos."
                                .formatted(misfit.actual(), misfit.expected()));
            }
        }

        // ---------------------------------------------------------- the chain

        @Nullable Checkpoint chain(Handle handle) {
            Checkpoint before = null;
            try (ResultIterator<Checkpoint> chain = store.checkpoints(handle)) {
                while (chain.hasNext()) {
                    Checkpoint link = chain.next();
                    link(link, before);
                    sealed(handle, link);
                    before = link;
                }
            }
            return before;
        }

        private void link(Checkpoint link, @Nullable Checkpoint before) {
            String row = "checkpoint " + link.n();
            long expected = before == null ? 1 : before.n() + 1;
            byte[] previous = before == null ? new byte[0] : before.root();
            boolean gap =
                    before != null
                            && before.epoch() == link.epoch()
                            && before.uptoXid() != link.fromXid();
            if (link.n() != expected || !Arrays.equals(previous, link.previous()) || gap) {
                found(
                        "checkpoint-chain",
                        row,
                        "It does not follow the one before: a checkpoint was removed or changed.",
                        "No sigue al anterior: un punto de control fue borrado o cambiado.");
            }
            if (!Arrays.equals(link.computedRoot(), link.root())) {
                found(
                        "checkpoint-root",
                        row,
                        "Its root is not the hash of its contents.",
                        "Su raíz no es el resumen de su contenido.");
            } else if (!link.keyId().equals(key.id())) {
                found(
                        "checkpoint-key",
                        row,
                        "It was signed with key " + link.keyId() + ", here is " + key.id() + ".",
                        "Fue firmado con la clave "
                                + link.keyId()
                                + ", aquí está "
                                + key.id()
                                + ".");
            } else if (!key.verify(link.root(), link.signature())) {
                found(
                        "checkpoint-signature",
                        row,
                        "Its signature is not ours.",
                        "Su firma no es nuestra.");
            }
        }

        private void sealed(Handle handle, Checkpoint link) {
            MerkleTree tree = new MerkleTree();
            try (ResultIterator<byte[]> digests =
                    store.digests(handle, link.epoch(), link.fromXid(), link.uptoXid())) {
                while (digests.hasNext()) {
                    tree.add(digests.next());
                }
            }
            if (tree.leaves() != link.transfers()) {
                found(
                        "checkpoint-count",
                        "checkpoint " + link.n(),
                        "It sealed %d transfers, there are %d."
                                .formatted(link.transfers(), tree.leaves()),
                        "Selló %d transferencias, hay %d."
                                .formatted(link.transfers(), tree.leaves()));
            } else if (!Arrays.equals(tree.root(), link.merkle())) {
                found(
                        "checkpoint-merkle",
                        "checkpoint " + link.n(),
                        "A transfer it sealed was changed together with its hash.",
                        "Una transferencia sellada fue cambiada junto con su resumen.");
            }
        }
    }

    private static String posting(UUID transfer, int n) {
        return "transfer " + transfer + " posting " + n;
    }
}
