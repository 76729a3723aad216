package coop.minga.platform.wallet;

import coop.minga.platform.MingaException;
import coop.minga.platform.TeamId;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.ledger.HoldRequest;
import coop.minga.platform.ledger.Ledger;
import coop.minga.platform.ledger.LedgerAccount;
import coop.minga.platform.ledger.Movement;
import coop.minga.platform.ledger.Share;
import coop.minga.platform.ledger.Shortfall;
import coop.minga.platform.ledger.Transfer;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Where money comes into wallets from outside and goes out again. Against the customers' balances
 * stands, per payment provider, what the provider has received for the operator. Every method works
 * inside the caller's transaction. Thread-safe.
 */
public final class Cashier {

    private final Ledger ledger;

    public Cashier(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Credits a team's balance with what a provider received. The same id happens once.
     *
     * @param id of the transfer, made and kept before
     * @param amount above zero, of an asset that is money
     */
    public void receive(
            Handle handle, UUID id, TeamId team, String provider, Money amount, Explains explains) {
        ledger.transfer(
                handle,
                new Transfer(
                        id,
                        "topup",
                        List.of(
                                new Movement.Posting(
                                        received(provider, amount), balance(team, amount), amount)),
                        explains));
    }

    /**
     * Sets money of a team's balance aside that is about to go back through its provider. Freed by
     * {@link WalletService#release}.
     *
     * @param holdId made and kept before
     * @throws MingaException 409 {@code wallet.insufficient-funds} when it was spent
     */
    public void setAside(
            Handle handle,
            UUID holdId,
            TeamId team,
            String provider,
            Money amount,
            Explains explains) {
        Movement draw =
                new Movement.Draw(
                        List.of(balance(team, amount)), received(provider, amount), amount);
        try {
            ledger.hold(
                    handle,
                    new HoldRequest(new Transfer(holdId, "hold", List.of(draw), explains), null));
        } catch (Shortfall shortfall) {
            throw WalletService.insufficient(shortfall);
        }
    }

    /** Takes what was set aside out of the books: the provider has given it back. */
    public void giveBack(
            Handle handle, UUID holdId, String provider, Money amount, Explains explains) {
        ledger.post(
                handle,
                Ledger.resolutionOf(holdId),
                holdId,
                "returned",
                List.of(new Share(received(provider, amount), amount, "")),
                explains);
    }

    private static LedgerAccount balance(TeamId team, Money amount) {
        if (WalletAccounts.isCoin(amount.asset())) {
            throw new IllegalArgumentException("Coins do not come from outside");
        }
        return WalletAccounts.bucket(team, Bucket.BALANCE, amount.asset());
    }

    private static LedgerAccount received(String provider, Money amount) {
        return LedgerAccount.common(
                "platform/received/"
                        + provider
                        + "/"
                        + amount.asset().code().toLowerCase(Locale.ROOT),
                amount.asset());
    }
}
