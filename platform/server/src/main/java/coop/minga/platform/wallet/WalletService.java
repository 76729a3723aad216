package coop.minga.platform.wallet;

import coop.minga.platform.AccountId;
import coop.minga.platform.ErrorCode;
import coop.minga.platform.Ids;
import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.ledger.Balance;
import coop.minga.platform.ledger.Entry;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.HoldRequest;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.LedgerAccount;
import coop.minga.platform.ledger.Movement;
import coop.minga.platform.ledger.Phase;
import coop.minga.platform.ledger.Recorded;
import coop.minga.platform.ledger.Share;
import coop.minga.platform.ledger.Shortfall;
import coop.minga.platform.ledger.Transfer;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Wallets. Every method works inside the caller's transaction. Thread-safe. */
public final class WalletService {

    static final ErrorCode INSUFFICIENT = ErrorCode.conflict("wallet.insufficient-funds");

    private static final Balance NOTHING =
            new Balance(Money.zero(Asset.COIN), Money.zero(Asset.COIN));

    private final Ledger ledger;
    private final Ids ids;
    private final WalletConfig config;
    private final WalletStore store = new WalletStore();

    public WalletService(Ledger ledger, Ids ids, WalletConfig config) {
        this.ledger = ledger;
        this.ids = ids;
        this.config = config;
    }

    /**
     * Funds to be set aside.
     *
     * @param id made by the caller; the hold's id
     * @param team who pays
     * @param amount above zero
     * @param purpose what for
     */
    public record HoldOrder(UUID id, TeamId team, Money amount, Explains purpose) {}

    /**
     * Sets funds aside: coins from the buckets in spending order, other assets from the balance.
     *
     * @param amount above zero
     * @throws MingaException 409 {@code wallet.insufficient-funds}, saying what is missing
     */
    public WalletHold hold(Handle handle, TeamId team, Money amount, Explains purpose) {
        return hold(handle, new HoldOrder(ids.next(), team, amount, purpose));
    }

    /** The same under the caller's own id: repeated, it gives the first answer. */
    public WalletHold hold(Handle handle, HoldOrder order) {
        return holdAll(handle, List.of(order)).getFirst();
    }

    /** The same for many at once, all or none, in as many statements as for one. */
    public List<WalletHold> holdAll(Handle handle, List<HoldOrder> orders) {
        List<HoldRequest> requests = new ArrayList<>();
        for (HoldOrder order : orders) {
            Asset asset = order.amount().asset();
            Movement draw =
                    new Movement.Draw(
                            WalletAccounts.of(order.team(), asset),
                            WalletAccounts.sales(asset),
                            order.amount());
            requests.add(
                    new HoldRequest(
                            new Transfer(order.id(), "hold", List.of(draw), order.purpose()),
                            null));
        }
        try {
            ledger.holdAll(handle, requests);
        } catch (Shortfall shortfall) {
            throw insufficient(shortfall);
        }
        return orders.stream().map(order -> new WalletHold(order.id(), order.amount())).toList();
    }

    /**
     * Takes held funds and frees the rest of the hold. The same call again gives the same answer.
     *
     * @param amount at most what is held; zero only frees the hold
     * @param split who gets it; sums to the amount
     * @param kind for statements: {@code purchase} or {@code usage}
     * @throws MingaException 409 {@code ledger.hold-resolved} when the hold was captured otherwise
     *     or released before
     */
    public Capture capture(
            Handle handle,
            UUID holdId,
            Money amount,
            List<SplitPart> split,
            String kind,
            Explains explains) {
        Money sum =
                split.stream()
                        .map(SplitPart::amount)
                        .reduce(Money.zero(amount.asset()), Money::plus);
        if (!sum.equals(amount)) {
            throw new IllegalArgumentException("The split gives " + sum + " of " + amount);
        }
        UUID id = Ledger.resolutionOf(holdId);
        if (amount.isZero()) {
            ledger.voidHold(handle, id, holdId, "release", explains);
            return new Capture(id, amount);
        }
        List<Share> shares =
                split.stream()
                        .filter(part -> part.amount().isPositive())
                        .map(part ->
                                new Share(
                                        WalletAccounts.revenue(part.party(), amount.asset()),
                                        part.amount(),
                                        part.rule()))
                        .toList();
        ledger.post(handle, id, holdId, kind, shares, explains);
        return new Capture(id, amount);
    }

    /**
     * Frees a hold. A hold that was released before is left alone.
     *
     * @throws MingaException 409 {@code ledger.hold-resolved} when it was captured
     */
    public void release(Handle handle, UUID holdId) {
        UUID id = Ledger.resolutionOf(holdId);
        Explains explains = new Explains("hold", holdId.toString());
        boolean released =
                ledger.find(handle, id).filter(known -> known.phase() == Phase.VOID).isPresent();
        if (!released) {
            ledger.voidHold(handle, id, holdId, "release", explains);
        }
    }

    /**
     * Gives captured funds back to the buckets they came from, the bucket spent last first, out of
     * what each party of the split got.
     *
     * @param amount above zero, at most what was captured and not yet refunded
     */
    public void refund(Handle handle, UUID captureId, Money amount, Explains explains) {
        ledger.lockTransfer(handle, captureId);
        Recorded capture =
                ledger.find(handle, captureId)
                        .orElseThrow(() -> new IllegalArgumentException("No capture " + captureId));
        Map<LedgerAccount, Money> buckets = new LinkedHashMap<>();
        Map<LedgerAccount, Money> parties = new LinkedHashMap<>();
        for (Recorded.Line line : capture.lines().reversed()) {
            buckets.merge(team(line.fromAddress(), line), line.amount(), Money::plus);
            parties.merge(party(line.toAddress(), line), line.amount(), Money::plus);
        }
        for (Recorded earlier : ledger.about(handle, captureId)) {
            for (Recorded.Line line : earlier.lines()) {
                buckets.computeIfPresent(
                        team(line.toAddress(), line), (key, left) -> left.minus(line.amount()));
                parties.computeIfPresent(
                        party(line.fromAddress(), line), (key, left) -> left.minus(line.amount()));
            }
        }
        List<Movement> movements = refundMovements(buckets, parties, amount);
        ledger.transferAbout(
                handle, new Transfer(ids.next(), "refund", movements, explains), captureId);
    }

    private static List<Movement> refundMovements(
            Map<LedgerAccount, Money> buckets, Map<LedgerAccount, Money> parties, Money amount) {
        Asset asset = amount.asset();
        Money refundable = parties.values().stream().reduce(Money.zero(asset), Money::plus);
        if (!amount.isPositive() || amount.compareTo(refundable) > 0) {
            throw new IllegalArgumentException("Of " + refundable + " not " + amount);
        }
        List<LedgerAccount> givers = List.copyOf(parties.keySet());
        List<Money> gives =
                new ArrayList<>(amount.split(parties.values().stream().map(Money::minor).toList()));
        List<Movement> movements = new ArrayList<>();
        int giver = 0;
        Money left = amount;
        for (Map.Entry<LedgerAccount, Money> bucket : buckets.entrySet()) {
            Money takes = bucket.getValue().min(left);
            left = left.minus(takes);
            while (takes.isPositive()) {
                while (gives.get(giver).isZero()) {
                    giver++;
                }
                Money part = gives.get(giver).min(takes);
                movements.add(new Movement.Posting(givers.get(giver), bucket.getKey(), part));
                gives.set(giver, gives.get(giver).minus(part));
                takes = takes.minus(part);
            }
        }
        return movements;
    }

    private static LedgerAccount team(String address, Recorded.Line line) {
        return LedgerAccount.owned(address, line.amount().asset());
    }

    private static LedgerAccount party(String address, Recorded.Line line) {
        return LedgerAccount.common(address, line.amount().asset());
    }

    /** Gives a new account its coins, once. */
    public void grantWelcome(Handle handle, AccountId account, TeamId team) {
        Money grant = config.welcomeGrant();
        if (grant.isZero()) {
            return;
        }
        // The account's own id names the grant, so that it can only be given once.
        give(
                handle,
                new Gift(
                        account.value(),
                        "welcome",
                        team,
                        Bucket.PROMO,
                        grant,
                        null,
                        new Explains("account", account.toString())));
    }

    /**
     * Something given to a team.
     *
     * @param id the transfer's
     * @param expiresAt when what is unspent is taken back; null for never
     */
    record Gift(
            UUID id,
            String kind,
            TeamId team,
            Bucket bucket,
            Money amount,
            @Nullable Instant expiresAt,
            Explains explains) {}

    /** Puts an amount into a bucket, out of what the installation issues. */
    Recorded give(Handle handle, Gift gift) {
        Asset asset = gift.amount().asset();
        Movement.Posting posting =
                new Movement.Posting(
                        WalletAccounts.issued(asset),
                        WalletAccounts.bucket(gift.team(), gift.bucket(), asset),
                        gift.amount());
        Recorded given =
                ledger.transfer(
                        handle,
                        new Transfer(gift.id(), gift.kind(), List.of(posting), gift.explains()));
        if (gift.bucket() == Bucket.PROMO || gift.bucket() == Bucket.EARNED) {
            store.insertGrant(handle, gift, given.at());
        }
        return given;
    }

    /**
     * Takes back what is unspent of coins whose time is over. Coins that end first count as spent
     * first, whatever they came with.
     *
     * @return how many buckets had something due, at most the limit
     */
    int expireCoins(Handle handle, Instant now, int limit) {
        List<WalletStore.Ended> ended = store.endedGrants(handle, now, limit);
        for (WalletStore.Ended due : ended) {
            LedgerAccount account = WalletAccounts.bucket(due.team(), due.bucket(), Asset.COIN);
            Balance balance =
                    ledger.lockedBalances(handle, List.of(account)).getOrDefault(account, NOTHING);
            long kept = store.unendedGrants(handle, due.team(), due.bucket(), now);
            long excess =
                    Math.min(due.amount(), Math.subtractExact(balance.available().minor(), kept));
            if (excess > 0) {
                take(
                        handle,
                        ids.next(),
                        "expired",
                        List.of(account),
                        new Money(excess, Asset.COIN),
                        new Explains("team", due.team().toString()));
            }
            store.markEnded(handle, due, now);
        }
        return ended.size();
    }

    /** Takes an amount out of buckets, in their order. */
    Recorded take(
            Handle handle,
            UUID id,
            String kind,
            List<LedgerAccount> sources,
            Money amount,
            Explains explains) {
        Movement.Draw draw =
                new Movement.Draw(sources, WalletAccounts.issued(amount.asset()), amount);
        try {
            return ledger.transfer(handle, new Transfer(id, kind, List.of(draw), explains));
        } catch (Shortfall shortfall) {
            throw insufficient(shortfall);
        }
    }

    /**
     * What a bucket has.
     *
     * @param asset what is counted
     * @param bucket where
     * @param balance how much
     */
    public record BucketBalance(Asset asset, Bucket bucket, Balance balance) {}

    /** What of an asset is set aside for what comes. */
    public Money held(Handle handle, TeamId team, Asset asset) {
        return ledger.balances(handle, WalletAccounts.of(team, asset)).values().stream()
                .map(Balance::held)
                .reduce(Money.zero(asset), Money::plus);
    }

    /** What a team can spend of an asset now. */
    public Money available(Handle handle, TeamId team, Asset asset) {
        return ledger.balances(handle, WalletAccounts.of(team, asset)).values().stream()
                .map(Balance::available)
                .reduce(Money.zero(asset), Money::plus);
    }

    /** All a team has: the coin buckets always, other assets once used. */
    public List<BucketBalance> balances(Handle handle, TeamId team) {
        List<Asset> assets = assets(handle, team);
        List<LedgerAccount> accounts = new ArrayList<>();
        assets.forEach(asset -> accounts.addAll(WalletAccounts.of(team, asset)));
        List<BucketBalance> balances = new ArrayList<>();
        ledger.balances(handle, accounts)
                .forEach((account, balance) ->
                        balances.add(
                                new BucketBalance(
                                        account.asset(),
                                        WalletAccounts.bucketOf(account.address()),
                                        balance)));
        return balances;
    }

    /**
     * A line of a team's statement.
     *
     * @param reason what the operator wrote, on adjustments; null otherwise
     */
    record Statement(Entry entry, @Nullable String reason) {}

    /**
     * A page of a team's statement over its buckets, the newest first.
     *
     * @param assetCode limits it to one asset; empty for all
     * @param cursor the id of the last entry of the page before; empty for the first page
     */
    List<Statement> statement(
            Handle handle, TeamId team, String assetCode, String cursor, int limit) {
        List<LedgerAccount> accounts = new ArrayList<>();
        assets(handle, team).stream()
                .filter(asset -> assetCode.isEmpty() || asset.code().equals(assetCode))
                .forEach(asset -> accounts.addAll(WalletAccounts.of(team, asset)));
        List<Entry> entries = ledger.entries(handle, accounts, cursor, limit);
        Map<String, UUID> adjustments = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (entry.explains().type().equals("adjustment")) {
                adjustments.put(entry.explains().id(), Ids.parse("adj", entry.explains().id()));
            }
        }
        Map<UUID, String> reasons =
                adjustments.isEmpty() ? Map.of() : store.reasons(handle, adjustments.values());
        return entries.stream()
                .map(entry -> {
                    UUID adjustment = adjustments.get(entry.explains().id());
                    return new Statement(
                            entry, adjustment == null ? null : reasons.get(adjustment));
                })
                .toList();
    }

    /** The transfer behind a line of a team's statement; empty for what is not on it. */
    Optional<Recorded> movement(Handle handle, TeamId team, String entryId) {
        return ledger.ofEntry(handle, entryId)
                .filter(moved ->
                        moved.lines().stream()
                                .anyMatch(line ->
                                        WalletAccounts.isOf(team, line.fromAddress())
                                                || WalletAccounts.isOf(team, line.toAddress())));
    }

    private List<Asset> assets(Handle handle, TeamId team) {
        LinkedHashSet<Asset> assets = new LinkedHashSet<>();
        assets.add(Asset.COIN);
        assets.addAll(store.moneyAssets(handle, team));
        return List.copyOf(assets);
    }

    static MingaException insufficient(Shortfall shortfall) {
        Money missing = shortfall.asked().minus(shortfall.available());
        return MingaException.of(
                INSUFFICIENT,
                "There is not enough in the wallet: "
                        + shortfall.asked()
                        + " is needed, "
                        + shortfall.available()
                        + " is available, "
                        + missing
                        + " is missing.",
                "No hay suficiente en la billetera: se necesitan "
                        + shortfall.asked()
                        + ", hay disponibles "
                        + shortfall.available()
                        + ", faltan "
                        + missing
                        + ".");
    }
}
