package coop.minga.platform.wallet;

import coop.minga.platform.AccountId;
import coop.minga.platform.TeamId;
import coop.minga.platform.ledger.Explains;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.util.List;
import java.util.UUID;

/** Wallets. Every method works inside the caller's transaction. Thread-safe. */
public final class WalletService {

    /**
     * Sets funds aside: coins from the buckets in spending order, other assets from the balance.
     *
     * @param amount above zero
     * @throws coop.minga.platform.MingaException 409 {@code wallet.insufficient-funds}, saying what
     *     is missing
     */
    public WalletHold hold(Handle handle, TeamId team, Money amount, Explains purpose) {
        throw new UnsupportedOperationException();
    }

    /**
     * Takes held funds and frees the rest of the hold. The same call again gives the same answer.
     *
     * @param amount at most what is held; zero only frees the hold
     * @param split who gets it; sums to the amount
     * @throws coop.minga.platform.MingaException 409 {@code ledger.hold-resolved} when the hold was
     *     captured otherwise or released before
     */
    public Capture capture(
            Handle handle, UUID holdId, Money amount, List<SplitPart> split, Explains explains) {
        throw new UnsupportedOperationException();
    }

    /** Frees a hold. A hold that was released before is left alone. */
    public void release(Handle handle, UUID holdId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Gives captured funds back to the buckets they came from, the bucket spent last first.
     *
     * @param amount above zero, at most what was captured and not yet refunded
     */
    public void refund(
            Handle handle, UUID captureId, Money amount, String reason, Explains explains) {
        throw new UnsupportedOperationException();
    }

    /** Gives a new account its coins, once. */
    public void grantWelcome(Handle handle, AccountId account, TeamId team) {
        throw new UnsupportedOperationException();
    }
}
