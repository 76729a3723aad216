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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Wallets. Every method works inside the caller's transaction. Thread-safe. */
public final class WalletService {

    static final ErrorCode INSUFFICIENT = ErrorCode.conflict("wallet.insufficient-funds");

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
     * @throws MingaException 409 {@code ledger.hold-resolved} when the hold was captured otherwise
     *     or released before
     */
    public Capture capture(
            Handle handle, UUID holdId, Money amount, List<SplitPart> split, Explains explains) {
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
        ledger.post(handle, id, holdId, "purchase", shares, explains);
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
                account.value(),
                "welcome",
                team,
                Bucket.PROMO,
                grant,
                new Explains("account", account.toString()));
    }

    /** Puts an amount into a bucket, out of what the installation issues. */
    Recorded give(
            Handle handle,
            UUID id,
            String kind,
            TeamId team,
            Bucket bucket,
            Money amount,
            Explains explains) {
        Movement.Posting posting =
                new Movement.Posting(
                        WalletAccounts.issued(amount.asset()),
                        WalletAccounts.bucket(team, bucket, amount.asset()),
                        amount);
        return ledger.transfer(handle, new Transfer(id, kind, List.of(posting), explains));
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

    /** A page of a team's statement over all its buckets, the newest first. */
    public List<Entry> entries(Handle handle, TeamId team, String cursor, int limit) {
        List<LedgerAccount> accounts = new ArrayList<>();
        assets(handle, team).forEach(asset -> accounts.addAll(WalletAccounts.of(team, asset)));
        return ledger.entries(handle, accounts, cursor, limit);
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
