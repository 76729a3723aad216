package coop.minga.platform.billing;

import coop.minga.platform.AccountId;
import coop.minga.platform.Ids;
import coop.minga.platform.TeamId;
import coop.minga.platform.ledger.Explains;
import coop.minga.platform.wallet.WalletService;
import coop.minga.plugin.api.Asset;
import coop.minga.plugin.api.Money;

import org.jdbi.v3.core.Handle;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * What was charged, for those who write documents about it. Every method works inside the caller's
 * transaction. Thread-safe.
 *
 * <p>A charge is put on one document only: whoever takes it holds its row until the transaction
 * ends, and marks it in the same transaction.
 */
public final class Charges {

    private final WalletService wallet;
    private final BillingStore billing = new BillingStore();
    private final ChargeStore store = new ChargeStore();

    public Charges(WalletService wallet) {
        this.wallet = wallet;
    }

    /**
     * Who has charges of an asset that are on no document.
     *
     * @param account who ordered
     */
    public record Payer(TeamId team, AccountId account, Asset asset) {}

    /**
     * Payers whose charges are due to be documented: slots and what is over at once, running hours
     * once they ended by a moment.
     *
     * @param hoursUntil for hours of subscriptions that go on
     */
    public List<Payer> payers(Handle handle, Instant hoursUntil) {
        return store.payers(handle, hoursUntil);
    }

    /** Takes a payer's due charges; what another transaction has taken is left to it. */
    public List<Charge> take(Handle handle, Payer payer, Instant hoursUntil, int limit) {
        return store.take(handle, payer, hoursUntil, limit);
    }

    /** Says on which document charges are that were taken in this transaction. */
    public void documented(Handle handle, Collection<UUID> spans, UUID document) {
        if (store.documented(handle, spans, document) != spans.size()) {
            throw new IllegalStateException("A charge would be on two documents: " + spans);
        }
    }

    /** Documents with charges of which more was given back than is on paper. */
    public List<UUID> toCorrect(Handle handle, int limit) {
        return store.toCorrect(handle, limit);
    }

    /** Takes what was given back of a document's charges and is not on paper. */
    public List<Charge> takeRefunded(Handle handle, UUID document) {
        return store.takeRefunded(handle, document);
    }

    /** Says that everything given back of charges, as they were taken, is on paper. */
    public void corrected(Handle handle, List<Charge> charges) {
        charges.forEach(charge -> store.credited(handle, charge.span(), charge.uncredited()));
    }

    /** Charges by their spans, in the order of time. */
    public List<Charge> find(Handle handle, Collection<UUID> spans) {
        return store.find(handle, spans);
    }

    /**
     * Gives an amount of a charge back to where it came from.
     *
     * @param amount above zero, at most what is left of the charge
     * @throws IllegalArgumentException for more than that
     */
    public void refund(Handle handle, UUID span, Money amount) {
        Charge known = store.find(handle, List.of(span)).getFirst();
        // The order in which the meters lock: first the subscription, then its spans.
        if (billing.lock(handle, known.subscription()).isEmpty()) {
            throw Ids.noSuchThing();
        }
        Charge charge = store.lock(handle, span);
        Money left = charge.amount().minus(charge.refunded());
        UUID transfer = charge.transfer();
        if (!amount.isPositive() || amount.compareTo(left) > 0 || transfer == null) {
            throw new IllegalArgumentException("Of " + left + " not " + amount);
        }
        wallet.refund(
                handle, transfer, amount, new Explains("instance", charge.instance().toString()));
        store.refunded(handle, span, amount);
    }
}
