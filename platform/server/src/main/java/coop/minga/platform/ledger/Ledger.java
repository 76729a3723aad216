package coop.minga.platform.ledger;

import coop.minga.platform.ErrorCode;
import coop.minga.platform.MingaException;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The books. Everything happens inside the caller's transaction; nothing written is ever changed.
 * Thread-safe.
 *
 * <p>All operations are idempotent by the transfer's id together with everything said about it: the
 * same again gives the first answer, the same id for something else is refused with {@code
 * ledger.idempotency-mismatch}.
 *
 * <p>The rows of all accounts concerned are locked first, in the order of their addresses; balances
 * are computed here and written, with the transfers and postings, in one statement.
 */
public final class Ledger {

    private static final ErrorCode MISMATCH = ErrorCode.conflict("ledger.idempotency-mismatch");
    private static final ErrorCode RESOLVED = ErrorCode.conflict("ledger.hold-resolved");
    private static final ErrorCode REVERSED = ErrorCode.conflict("ledger.already-reversed");
    private static final ErrorCode BUSY = ErrorCode.of(ErrorCode.Type.UNAVAILABLE, "ledger.busy");

    private final Clock clock;
    private final LedgerStore store = new LedgerStore();
    private volatile int epoch;

    public Ledger(Clock clock) {
        this.clock = clock;
    }

    /**
     * Moves at once.
     *
     * @throws Shortfall when an account would be overdrawn
     */
    public Recorded transfer(Handle handle, Transfer transfer) {
        return transferAll(handle, List.of(transfer)).getFirst();
    }

    /** Moves many at once, all or none: the same number of statements as for one. */
    public List<Recorded> transferAll(Handle handle, List<Transfer> transfers) {
        int spread = spread(transfers.getFirst().id());
        return write(
                handle,
                transfers.stream().map(t -> draft(t, Phase.FINAL, null, null, spread)).toList(),
                accounts(transfers));
    }

    /** Moves at once, and names an earlier transfer it relates to, for example as a refund. */
    public Recorded transferAbout(Handle handle, Transfer transfer, UUID earlier) {
        return write(
                        handle,
                        List.of(draft(transfer, Phase.FINAL, earlier, null, spread(transfer.id()))),
                        accounts(List.of(transfer)))
                .getFirst();
    }

    /**
     * Sets aside until posted, voided or expired.
     *
     * @throws Shortfall when an account does not have enough that is not set aside already
     */
    public Recorded hold(Handle handle, HoldRequest request) {
        return holdAll(handle, List.of(request)).getFirst();
    }

    /** Sets aside many at once, all or none: the same number of statements as for one. */
    public List<Recorded> holdAll(Handle handle, List<HoldRequest> requests) {
        int spread = spread(requests.getFirst().transfer().id());
        return write(
                handle,
                requests.stream()
                        .map(r -> draft(r.transfer(), Phase.HOLD, null, r.expiresAt(), spread))
                        .toList(),
                accounts(requests.stream().map(HoldRequest::transfer).toList()));
    }

    /**
     * Moves held funds to whoever gets them and frees the rest. Takes from the held accounts in the
     * hold's order.
     *
     * @param id of the new transfer
     * @param shares at least one; their sum is at most what is held
     * @throws MingaException 409 {@code ledger.hold-resolved} when it was resolved otherwise, or
     *     its time is over
     */
    public Recorded post(
            Handle handle,
            UUID id,
            UUID holdId,
            String kind,
            List<Share> shares,
            Explains explains) {
        Digests input = new Digests().text("post").uuid(holdId).text(kind);
        for (Share share : shares) {
            input.text(share.account().address())
                    .number(share.amount().minor())
                    .text(share.amount().asset().code())
                    .text(share.rule());
        }
        byte[] inputHash = input.text(explains.type()).text(explains.id()).finish();
        Optional<LedgerStore.OpenHold> open = store.lockOpenHold(handle, holdId);
        if (open.isEmpty()) {
            return replay(handle, id, inputHash).orElseThrow(Ledger::resolved);
        }
        Instant expiry = open.get().expiresAt();
        if (expiry != null && !clock.instant().isBefore(expiry)) {
            throw resolved();
        }
        int spread = spread(id);
        Draft draft =
                new Draft(
                        id,
                        kind,
                        Phase.POST,
                        holdId,
                        explains,
                        null,
                        inputHash,
                        distribute(open.get().lines(), shares, spread),
                        open.get().lines());
        Map<String, LedgerStore.NewRow> named = new LinkedHashMap<>();
        shares.forEach(share -> name(named, share.account(), spread));
        return write(handle, List.of(draft), named).getFirst();
    }

    /**
     * Frees held funds.
     *
     * @param id of the new transfer
     * @throws MingaException 409 {@code ledger.hold-resolved} when it was resolved otherwise
     */
    public Recorded voidHold(Handle handle, UUID id, UUID holdId, String kind, Explains explains) {
        byte[] inputHash =
                new Digests()
                        .text("void")
                        .uuid(holdId)
                        .text(kind)
                        .text(explains.type())
                        .text(explains.id())
                        .finish();
        Optional<LedgerStore.OpenHold> open = store.lockOpenHold(handle, holdId);
        if (open.isEmpty()) {
            return replay(handle, id, inputHash).orElseThrow(Ledger::resolved);
        }
        Draft draft =
                new Draft(
                        id,
                        kind,
                        Phase.VOID,
                        holdId,
                        explains,
                        null,
                        inputHash,
                        List.of(),
                        open.get().lines());
        return write(handle, List.of(draft), Map.of()).getFirst();
    }

    /**
     * Moves back what a transfer moved, whole, once.
     *
     * @throws MingaException 409 {@code ledger.already-reversed}
     * @throws Shortfall when those who got it no longer have it
     */
    public Recorded reverse(
            Handle handle, UUID id, UUID transferId, String kind, Explains explains) {
        byte[] inputHash =
                new Digests()
                        .text("reverse")
                        .uuid(transferId)
                        .text(kind)
                        .text(explains.type())
                        .text(explains.id())
                        .finish();
        Recorded original =
                find(handle, transferId)
                        .filter(t -> t.phase() == Phase.FINAL || t.phase() == Phase.POST)
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        transferId + " moved nothing to reverse"));
        store.lockTransfer(handle, transferId);
        Optional<Recorded> before = replay(handle, id, inputHash);
        if (before.isPresent()) {
            return before.get();
        }
        if (store.about(handle, transferId).stream()
                .anyMatch(known -> known.transfer().phase() == Phase.REVERSAL)) {
            throw MingaException.of(
                    REVERSED, "That was reversed before.", "Eso ya se había revertido.");
        }
        List<Draft.Want> wants =
                original.lines().stream()
                        .map(line ->
                                new Draft.Want(
                                        List.of(line.to()),
                                        line.from(),
                                        line.amount().minor(),
                                        line.rule()))
                        .toList();
        Draft draft =
                new Draft(
                        id,
                        kind,
                        Phase.REVERSAL,
                        transferId,
                        explains,
                        null,
                        inputHash,
                        wants,
                        List.of());
        return write(handle, List.of(draft), Map.of()).getFirst();
    }

    /** A transfer by its id. */
    public Optional<Recorded> find(Handle handle, UUID id) {
        return store.find(handle, List.of(id)).stream()
                .map(LedgerStore.Known::transfer)
                .findFirst();
    }

    /** The transfer an entry of a statement belongs to. */
    public Optional<Recorded> ofEntry(Handle handle, String entryId) {
        return EntryId.parse(entryId).flatMap(entry -> find(handle, entry.transfer()));
    }

    /** The transfers that name another one, the oldest first. */
    public List<Recorded> about(Handle handle, UUID target) {
        return store.about(handle, target).stream().map(LedgerStore.Known::transfer).toList();
    }

    /** Makes concurrent work about one transfer wait its turn until the transaction ends. */
    public void lockTransfer(Handle handle, UUID id) {
        store.lockTransfer(handle, id);
    }

    /** What accounts have; those never used have nothing. */
    public Map<LedgerAccount, Balance> balances(Handle handle, Collection<LedgerAccount> accounts) {
        List<String> rows = new ArrayList<>();
        for (LedgerAccount account : accounts) {
            rowsOf(account).forEach(rows::add);
        }
        Map<String, long[]> sums = store.sums(handle, rows);
        Map<LedgerAccount, Balance> balances = new LinkedHashMap<>();
        for (LedgerAccount account : accounts) {
            long posted = 0;
            long held = 0;
            for (String row : rowsOf(account)) {
                long[] sum = sums.getOrDefault(row, new long[] {0, 0});
                posted = Math.addExact(posted, sum[0]);
                held = Math.addExact(held, sum[1]);
            }
            balances.put(
                    account,
                    new Balance(
                            new Money(posted, account.asset()), new Money(held, account.asset())));
        }
        return balances;
    }

    /**
     * The same, with the accounts' rows locked until the transaction ends, so that what was read
     * still holds when it is acted on.
     */
    public Map<LedgerAccount, Balance> lockedBalances(
            Handle handle, Collection<LedgerAccount> accounts) {
        Map<String, LedgerStore.NewRow> named = new LinkedHashMap<>();
        accounts.forEach(
                account -> rowsOf(account).forEach(row -> named.put(row, newRow(account, row))));
        lock(handle, new TreeSet<>(named.keySet()), named);
        return balances(handle, accounts);
    }

    /**
     * A page of the statement of some accounts, the newest first.
     *
     * @param cursor the id of the last entry of the page before, or empty for the first page; an
     *     unknown one gives the first page
     */
    public List<Entry> entries(
            Handle handle, Collection<LedgerAccount> accounts, String cursor, int limit) {
        List<String> rows = new ArrayList<>();
        for (LedgerAccount account : accounts) {
            rowsOf(account).forEach(rows::add);
        }
        Optional<EntryId> from = EntryId.parse(cursor);
        return store.entries(
                handle,
                rows,
                from.map(EntryId::transfer).orElse(null),
                from.map(EntryId::posting).orElse(0),
                from.map(EntryId::side).orElse(2),
                limit);
    }

    /** Whether a text can be the id of an entry. */
    public static boolean isEntryId(String text) {
        try {
            return EntryId.parse(text).isPresent();
        } catch (MingaException e) {
            return false;
        }
    }

    /**
     * Voids holds whose time is over.
     *
     * @return how many, at most the limit
     */
    int expire(Handle handle, int limit) {
        List<UUID> expired = store.expiredHolds(handle, clock.instant(), limit);
        for (UUID hold : expired) {
            if (store.lockOpenHold(handle, hold).isPresent()) {
                voidHold(
                        handle,
                        resolutionOf(hold),
                        hold,
                        "expired",
                        new Explains("hold", hold.toString()));
            }
        }
        return expired.size();
    }

    /**
     * The id under which a hold is resolved when its holder has no better one: derived, so that it
     * need not be kept, and beside the hold's in the order of time.
     */
    public static UUID resolutionOf(UUID holdId) {
        return new UUID(holdId.getMostSignificantBits(), holdId.getLeastSignificantBits() ^ 1);
    }

    // ------------------------------------------------------------------ writing

    private List<Recorded> write(
            Handle handle, List<Draft> drafts, Map<String, LedgerStore.NewRow> named) {
        TreeSet<String> addresses = new TreeSet<>();
        drafts.forEach(draft -> draft.addRows(addresses));
        LockedRows rows = lock(handle, addresses, named);
        Map<UUID, Recorded> answers = new LinkedHashMap<>();
        Map<UUID, Draft> fresh = new LinkedHashMap<>();
        for (Draft draft : drafts) {
            Draft twin = fresh.putIfAbsent(draft.id(), draft);
            if (twin != null && !Arrays.equals(twin.inputHash(), draft.inputHash())) {
                throw mismatch();
            }
        }
        if (drafts.size() > 1) {
            // One at a time, a repetition is noticed by the write itself.
            for (LedgerStore.Known known : store.find(handle, fresh.keySet())) {
                Draft draft = fresh.remove(known.transfer().id());
                answers.put(known.transfer().id(), same(known, draft));
            }
        }
        if (!fresh.isEmpty()) {
            try {
                answers.putAll(writeFresh(handle, rows, fresh.values()));
            } catch (Shortfall shortfall) {
                Draft only = drafts.getFirst();
                if (drafts.size() > 1) {
                    throw shortfall;
                }
                return List.of(
                        replay(handle, only.id(), only.inputHash()).orElseThrow(() -> shortfall));
            }
        }
        List<Recorded> inOrder = new ArrayList<>();
        for (Draft draft : drafts) {
            Recorded answer = answers.get(draft.id());
            if (answer == null) {
                throw new IllegalStateException("No answer for " + draft.id());
            }
            inOrder.add(answer);
        }
        return inOrder;
    }

    private Map<UUID, Recorded> writeFresh(
            Handle handle, LockedRows rows, Collection<Draft> fresh) {
        Instant at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        List<LockedRows.Ready> ready = new ArrayList<>();
        for (Draft draft : fresh) {
            ready.add(rows.apply(draft, at));
        }
        Map<UUID, Recorded> answers = new LinkedHashMap<>();
        int written = store.write(handle, epoch(handle), ready, rows.all());
        if (written == ready.size()) {
            ready.forEach(one -> answers.put(one.draft().id(), one.recorded()));
        } else if (ready.size() == 1) {
            Draft draft = ready.getFirst().draft();
            answers.put(
                    draft.id(),
                    replay(handle, draft.id(), draft.inputHash())
                            .orElseThrow(() -> new IllegalStateException("Not written")));
        } else {
            // Somebody wrote one of them between our look and our write, which takes the same id
            // for other accounts. The transaction cannot be saved.
            throw MingaException.of(
                            BUSY,
                            "The books are busy. Nothing was changed; please try again.",
                            "Los libros están ocupados. No se cambió nada; inténtalo de nuevo.")
                    .retryAfter(Duration.ofSeconds(1));
        }
        return answers;
    }

    private LockedRows lock(
            Handle handle, TreeSet<String> addresses, Map<String, LedgerStore.NewRow> named) {
        // Made before anything is locked: whoever locks some rows, makes the missing ones and then
        // locks those too has two turns at the order of addresses, and meets others head-on.
        Set<String> present = store.present(handle, addresses);
        List<LedgerStore.NewRow> missing =
                addresses.stream()
                        .filter(address -> !present.contains(address))
                        .map(address -> {
                            LedgerStore.NewRow row = named.get(address);
                            if (row == null) {
                                throw new IllegalStateException("No account " + address);
                            }
                            return row;
                        })
                        .toList();
        if (!missing.isEmpty()) {
            store.createRows(handle, missing, clock.instant());
        }
        LockedRows all = new LockedRows(store.lock(handle, addresses));
        for (LedgerStore.NewRow row : named.values()) {
            if (all.has(row.address())) {
                Asset asset = all.row(row.address()).asset;
                if (!asset.equals(row.asset())) {
                    throw new IllegalStateException(
                            row.address() + " counts " + asset + ", not " + row.asset());
                }
            }
        }
        return all;
    }

    private Optional<Recorded> replay(Handle handle, UUID id, byte[] inputHash) {
        return store.find(handle, List.of(id)).stream()
                .findFirst()
                .map(known -> {
                    if (!Arrays.equals(known.inputHash(), inputHash)) {
                        throw mismatch();
                    }
                    return known.transfer();
                });
    }

    private static Recorded same(LedgerStore.Known known, @Nullable Draft draft) {
        if (draft == null || !Arrays.equals(known.inputHash(), draft.inputHash())) {
            throw mismatch();
        }
        return known.transfer();
    }

    // ------------------------------------------------------------------ drafting

    private static Draft draft(
            Transfer transfer,
            Phase phase,
            @Nullable UUID target,
            @Nullable Instant expiresAt,
            int spread) {
        Instant expiry = expiresAt == null ? null : expiresAt.truncatedTo(ChronoUnit.MICROS);
        Digests input = new Digests().text(phase.id()).text(transfer.kind());
        input.uuid(target == null ? new UUID(0, 0) : target);
        input.time(expiry == null ? Instant.EPOCH : expiry);
        List<Draft.Want> wants = new ArrayList<>();
        for (Movement movement : transfer.movements()) {
            input.text(movement.amount().asset().code()).number(movement.amount().minor());
            wants.add(
                    switch (movement) {
                        case Movement.Posting posting -> {
                            input.text("posting")
                                    .text(posting.from().address())
                                    .text(posting.to().address())
                                    .text(posting.rule());
                            yield new Draft.Want(
                                    List.of(posting.from().row(spread)),
                                    posting.to().row(spread),
                                    posting.amount().minor(),
                                    posting.rule());
                        }
                        case Movement.Draw draw -> {
                            input.text("draw").number(draw.sources().size());
                            draw.sources().forEach(source -> input.text(source.address()));
                            input.text(draw.to().address());
                            yield new Draft.Want(
                                    draw.sources().stream().map(s -> s.row(spread)).toList(),
                                    draw.to().row(spread),
                                    draw.amount().minor(),
                                    "");
                        }
                    });
        }
        input.text(transfer.explains().type()).text(transfer.explains().id());
        return new Draft(
                transfer.id(),
                transfer.kind(),
                phase,
                target,
                transfer.explains(),
                expiry,
                input.finish(),
                wants,
                List.of());
    }

    /** Lays the shares along the held lines, both in order. */
    private static List<Draft.Want> distribute(
            List<Recorded.Line> held, List<Share> shares, int spread) {
        List<Draft.Want> wants = new ArrayList<>();
        int line = 0;
        long left = held.getFirst().amount().minor();
        for (Share share : shares) {
            long open = share.amount().minor();
            while (open > 0) {
                while (left == 0 && line + 1 < held.size()) {
                    line++;
                    left = held.get(line).amount().minor();
                }
                if (left == 0) {
                    throw new IllegalArgumentException("More is posted than is held");
                }
                if (!held.get(line).amount().asset().equals(share.amount().asset())) {
                    throw new IllegalArgumentException("Posted in another asset than held");
                }
                long part = Math.min(open, left);
                wants.add(
                        new Draft.Want(
                                List.of(held.get(line).from()),
                                share.account().row(spread),
                                part,
                                share.rule()));
                open = Math.subtractExact(open, part);
                left = Math.subtractExact(left, part);
            }
        }
        if (wants.isEmpty()) {
            throw new IllegalArgumentException("Nothing is posted: void the hold instead");
        }
        return wants;
    }

    private static Map<String, LedgerStore.NewRow> accounts(List<Transfer> transfers) {
        int spread = spread(transfers.getFirst().id());
        Map<String, LedgerStore.NewRow> named = new LinkedHashMap<>();
        for (Transfer transfer : transfers) {
            for (Movement movement : transfer.movements()) {
                switch (movement) {
                    case Movement.Posting posting -> {
                        name(named, posting.from(), spread);
                        name(named, posting.to(), spread);
                    }
                    case Movement.Draw draw -> {
                        draw.sources().forEach(source -> name(named, source, spread));
                        name(named, draw.to(), spread);
                    }
                }
            }
        }
        return named;
    }

    private static void name(
            Map<String, LedgerStore.NewRow> named, LedgerAccount account, int spread) {
        String row = account.row(spread);
        LedgerStore.NewRow before = named.put(row, newRow(account, row));
        if (before != null && !before.equals(newRow(account, row))) {
            throw new IllegalArgumentException("Two descriptions of account " + row);
        }
    }

    private static LedgerStore.NewRow newRow(LedgerAccount account, String row) {
        return new LedgerStore.NewRow(row, account.asset(), account.nonNegative());
    }

    private static List<String> rowsOf(LedgerAccount account) {
        return account.hot()
                ? IntStream.range(0, LedgerAccount.STRIPES).mapToObj(account::row).toList()
                : List.of(account.address());
    }

    /** Which stripe of hot accounts a write uses: one for all its transfers, any one will do. */
    private static int spread(UUID id) {
        return Long.hashCode(id.getLeastSignificantBits());
    }

    // ------------------------------------------------------------------ epochs

    /** The life of the database that new transfers belong to; see V020. */
    int epoch(Handle handle) {
        int known = epoch;
        if (known > 0) {
            return known;
        }
        store.lockEpochs(handle);
        int current = store.currentEpoch(handle);
        if (current == 0 || store.cameFromElsewhere(handle, current)) {
            current++;
            store.beginEpoch(handle, current, clock.instant());
        }
        int settled = current;
        handle.afterCommit(() -> epoch = settled);
        return settled;
    }

    private static MingaException mismatch() {
        return MingaException.of(
                MISMATCH,
                "This transfer was made before with other values.",
                "Este movimiento ya se hizo con otros valores.");
    }

    private static MingaException resolved() {
        return MingaException.of(
                RESOLVED,
                "These funds are no longer held: they were taken or freed before.",
                "Estos fondos ya no están retenidos: se cobraron o liberaron antes.");
    }
}
