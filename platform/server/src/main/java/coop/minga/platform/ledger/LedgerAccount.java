package coop.minga.platform.ledger;

import coop.minga.plugin.api.Asset;

import java.util.regex.Pattern;

/**
 * An account as features name it; its row is made at its first use.
 *
 * @param address for example {@code team/tea_…/coins/earned}; always used with the same asset and
 *     flags
 * @param asset what is counted there
 * @param nonNegative whether it may never go below zero
 * @param hot whether so many movements touch it that its balance is kept in several rows, lest they
 *     wait for each other; only accounts that may go below zero can be
 */
public record LedgerAccount(String address, Asset asset, boolean nonNegative, boolean hot) {

    /** How many rows carry a hot account: more than connections that write at the same time. */
    static final int STRIPES = 32;

    private static final Pattern ADDRESS = Pattern.compile("[a-z0-9_/-]{1,160}");

    public LedgerAccount {
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("Ledger address '" + address + "': " + ADDRESS);
        }
        if (nonNegative && hot) {
            throw new IllegalArgumentException("Cover is decided on one row: " + address);
        }
    }

    /** An account of somebody who can only spend what is there. */
    public static LedgerAccount owned(String address, Asset asset) {
        return new LedgerAccount(address, asset, true, false);
    }

    /** An account of the installation that many movements touch and that may go below zero. */
    public static LedgerAccount common(String address, Asset asset) {
        return new LedgerAccount(address, asset, false, true);
    }

    /** The row that carries the account for movements that spread by a number. */
    String row(int spread) {
        return hot ? "%s#%02d".formatted(address, Math.floorMod(spread, STRIPES)) : address;
    }
}
