package coop.minga.platform.wallet;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.TeamId;
import coop.minga.platform.audit.Audit;
import coop.minga.platform.db.Db;
import coop.minga.platform.events.Events;
import coop.minga.platform.events.Fact;
import coop.minga.platform.events.Topic;
import coop.minga.platform.http.Exchange;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.LedgerAccount;
import coop.minga.platform.ledger.Recorded;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What operators change in wallets by hand: always with a reason, always audited. Thread-safe. */
public final class Adjustments {

    private static final int LEAST_REASON = 3;
    private static final int MOST_REASON = 500;

    private final WalletService wallet;
    private final Ledger ledger;
    private final AccountTeams teams;
    private final Db db;
    private final Audit audit;
    private final Events events;
    private final Ids ids;
    private final Clock clock;
    private final WalletStore store = new WalletStore();

    public Adjustments(
            WalletService wallet,
            Ledger ledger,
            AccountTeams teams,
            Db db,
            Audit audit,
            Events events,
            Ids ids,
            Clock clock) {
        this.wallet = wallet;
        this.ledger = ledger;
        this.teams = teams;
        this.db = db;
        this.audit = audit;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    /** What to do with an amount. */
    enum Op {
        ADD,
        SUB,
        SET
    }

    /**
     * @param bucket null: what is added goes to the bucket that fits, what is taken comes from all
     *     in spending order, and setting concerns their sum
     * @param expiresAt when coins that are added are taken back; null for never
     */
    record Wanted(
            String asset,
            @Nullable String bucket,
            Op op,
            long amountMinor,
            String reason,
            @Nullable Instant expiresAt) {}

    /** What was done. */
    record Done(
            String id,
            String asset,
            Op op,
            long amountMinor,
            long changeMinor,
            String reason,
            long availableMinor) {}

    Done adjust(Exchange exchange, AccountId account, Wanted wanted) {
        return db.inTransaction(handle -> {
            TeamId team = teams.teamOf(handle, account).orElseThrow(Ids::noSuchThing);
            WalletForms form = new WalletForms();
            Asset asset = form.asset("/asset", store.asset(handle, wanted.asset()));
            Bucket bucket = form.bucket("/bucket", wanted.bucket(), asset);
            form.amount("/amount_minor", wanted.amountMinor(), wanted.op() == Op.SET ? 0 : 1);
            String reason = form.line("/reason", wanted.reason(), LEAST_REASON, MOST_REASON);
            checkExpiry(form, wanted, bucket);
            form.done();
            List<LedgerAccount> accounts =
                    wanted.bucket() == null
                            ? WalletAccounts.of(team, asset)
                            : List.of(WalletAccounts.bucket(team, bucket, asset));
            long before = available(handle, accounts);
            long change =
                    switch (wanted.op()) {
                        case ADD -> wanted.amountMinor();
                        case SUB -> Math.negateExact(wanted.amountMinor());
                        case SET -> Math.subtractExact(wanted.amountMinor(), before);
                    };
            UUID id = ids.next();
            String publicId = "adj_" + Ids.encode(id);
            Explains explains = new Explains("adjustment", publicId);
            Optional<Recorded> moved =
                    move(
                            handle,
                            team,
                            bucket,
                            accounts,
                            new Money(change, asset),
                            wanted.expiresAt(),
                            explains);
            store.insertAdjustment(
                    handle,
                    new WalletStore.Adjustment(
                            id,
                            team,
                            account,
                            exchange.principal().account(),
                            asset.code(),
                            wanted.op().name().toLowerCase(Locale.ROOT),
                            wanted.amountMinor(),
                            change,
                            reason,
                            moved.map(Recorded::id).orElse(null),
                            clock.instant()));
            long after = Math.addExact(before, change);
            audit.record(
                    handle,
                    new Audit.Entry(
                            exchange.principal().account().toString(),
                            exchange.address(),
                            "wallet.adjusted",
                            account.toString(),
                            Map.of("available", new Money(before, asset).toString()),
                            Map.of(
                                    "available", new Money(after, asset).toString(),
                                    "adjustment", publicId,
                                    "reason", reason),
                            exchange.traceId()));
            events.publish(
                    handle,
                    new Fact(
                            "wallet.changed",
                            team.toString(),
                            Set.of(Topic.of(team)),
                            Map.of("asset", asset.code())));
            return new Done(
                    publicId,
                    asset.code(),
                    wanted.op(),
                    wanted.amountMinor(),
                    change,
                    reason,
                    after);
        });
    }

    private void checkExpiry(WalletForms form, Wanted wanted, Bucket bucket) {
        Instant expiresAt = wanted.expiresAt();
        if (expiresAt == null) {
            return;
        }
        if (wanted.op() != Op.ADD || bucket != Bucket.PROMO && bucket != Bucket.EARNED) {
            form.problem(
                    "/expires_at",
                    "not-applicable",
                    "Only coins added to promo or earned can expire.",
                    "Solo vencen las monedas agregadas a promo o ganadas.");
        } else if (!expiresAt.isAfter(clock.instant())) {
            form.problem(
                    "/expires_at",
                    "in-the-past",
                    "The end must lie in the future.",
                    "El fin debe estar en el futuro.");
        }
    }

    private Optional<Recorded> move(
            Handle handle,
            TeamId team,
            Bucket bucket,
            List<LedgerAccount> accounts,
            Money change,
            @Nullable Instant expiresAt,
            Explains explains) {
        if (change.isZero()) {
            return Optional.empty();
        }
        UUID id = ids.next();
        return Optional.of(
                change.isPositive()
                        ? wallet.give(
                                handle,
                                new WalletService.Gift(
                                        id,
                                        "adjustment",
                                        team,
                                        bucket,
                                        change,
                                        expiresAt,
                                        explains))
                        : wallet.take(
                                handle, id, "adjustment", accounts, change.negated(), explains));
    }

    /** Read under lock: setting an amount must not be overtaken by a purchase. */
    private long available(Handle handle, List<LedgerAccount> accounts) {
        long sum = 0;
        for (var balance : ledger.lockedBalances(handle, accounts).values()) {
            sum = Math.addExact(sum, balance.available().minor());
        }
        return sum;
    }
}
