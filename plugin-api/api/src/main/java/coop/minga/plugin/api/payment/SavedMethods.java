package coop.minga.plugin.api.payment;

import coop.minga.plugin.api.Call;
import coop.minga.plugin.api.IdempotencyKey;

import java.util.Optional;

/**
 * Optional ability of a provider: keeps a payer's card or wallet and charges it later while the
 * payer is away. Capability {@link Ability#SAVED_METHODS}. Card data never comes near the host.
 */
public interface SavedMethods {

    /** Begins to save a method; usually the payer has to go somewhere. */
    MethodSetup setup(Call call, SetupRequest request);

    /** The setup begun under a key, or empty when there certainly is none. */
    Optional<MethodSetup> findSetup(Call call, IdempotencyKey key);

    /**
     * The setup as the vendor sees it now.
     *
     * @throws coop.minga.plugin.api.ProviderException {@code NOT_FOUND}
     */
    MethodSetup observeSetup(Call call, SetupHandle handle);

    /**
     * Charges a saved method. A bank that wants the payer to confirm makes it {@link
     * PaymentOutcome.RequiresAction}: the same payment goes on when the payer did. A method that is
     * gone is declined with {@link DeclineReason#METHOD_GONE}. Found again by {@link
     * PaymentProvider#find}.
     */
    Payment charge(Call call, PaymentIntent intent, MethodHandle method);

    /** Forgets a method at the vendor's; what is gone already is success. */
    void remove(Call call, MethodHandle method);
}
