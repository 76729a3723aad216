package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;

import java.util.Optional;

/**
 * Optional ability of a provider: pays people who earned on this host. Capability {@link
 * Ability#PAYOUTS}. Who is paid what, and who approved it, is the host's.
 */
public interface Payouts {

    /** Begins to make somebody payable; may need something from them. */
    Recipient enroll(Call call, RecipientRequest request);

    /**
     * The recipient as the vendor sees it now.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Recipient observeRecipient(Call call, RecipientHandle handle);

    /** Sends money. The same key sends once, however often it is called. */
    Payout pay(Call call, PayoutRequest request);

    /** The payout made under a key, or empty when there certainly is none. */
    Optional<Payout> findPayout(Call call, IdempotencyKey key);

    /**
     * The payout as the vendor sees it now. What was paid may come back days later.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    Payout observePayout(Call call, PayoutHandle handle);
}
