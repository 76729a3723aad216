package coop.minga.platform.wallet;

import coop.minga.platform.TeamId;
import coop.minga.platform.ledger.LedgerAccount;
import coop.minga.plugin.api.Asset;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The addresses of wallets and of what stands against them in the books. */
final class WalletAccounts {

    /** Coins are spent in this order; what was spent last is refunded first. */
    private static final List<Bucket> SPENDING = List.of(Bucket.EARNED, Bucket.PROMO, Bucket.PAID);

    private WalletAccounts() {}

    static boolean isCoin(Asset asset) {
        return asset.equals(Asset.COIN);
    }

    /** The buckets an asset can sit in, in spending order. */
    static List<Bucket> buckets(Asset asset) {
        return isCoin(asset) ? SPENDING : List.of(Bucket.BALANCE);
    }

    /** What a team can spend of an asset, in spending order. */
    static List<LedgerAccount> of(TeamId team, Asset asset) {
        return buckets(asset).stream().map(bucket -> bucket(team, bucket, asset)).toList();
    }

    static LedgerAccount bucket(TeamId team, Bucket bucket, Asset asset) {
        String tail =
                switch (bucket) {
                    case EARNED, PROMO, PAID -> "coins/" + bucket.id();
                    case BALANCE -> "balance/" + asset.code().toLowerCase(Locale.ROOT);
                };
        return LedgerAccount.owned("team/" + team + "/" + tail, asset);
    }

    /** The bucket an address ends in. */
    static Bucket bucketOf(String address) {
        if (address.contains("/balance/")) {
            return Bucket.BALANCE;
        }
        String last = address.substring(address.lastIndexOf('/') + 1);
        return Map.of("earned", Bucket.EARNED, "promo", Bucket.PROMO, "paid", Bucket.PAID)
                .getOrDefault(last, Bucket.BALANCE);
    }

    /** Where what is given to wallets by the installation comes from, and what is taken goes. */
    static LedgerAccount issued(Asset asset) {
        return common("issued", asset);
    }

    /** Where held funds are bound for until a split rule says who gets them. */
    static LedgerAccount sales(Asset asset) {
        return common("sales", asset);
    }

    /** What a party of a split rule has earned. */
    static LedgerAccount revenue(String party, Asset asset) {
        return common("revenue/" + party, asset);
    }

    static boolean isOf(TeamId team, String address) {
        return address.startsWith("team/" + team + "/");
    }

    /**
     * An address as a team may see it: its own buckets, the installation's accounts, or "other".
     */
    static String named(TeamId team, String address) {
        if (isOf(team, address)) {
            return bucketOf(address).id();
        }
        String house = "platform/";
        return address.startsWith(house)
                ? address.substring(house.length(), address.lastIndexOf('/'))
                : "other";
    }

    private static LedgerAccount common(String name, Asset asset) {
        return LedgerAccount.common(
                "platform/" + name + "/" + asset.code().toLowerCase(Locale.ROOT), asset);
    }
}
